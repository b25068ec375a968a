/** The language side of a LLaVA-form checkpoint: token embeddings, decoder, tokenizer and prompt. */
import { join } from 'node:path';
import { PlumblineError } from '../../core/errors.ts';
import { readJson } from '../../core/formats/json.ts';
import { findLayers, type FoundLayers } from '../layers/find.ts';
import { DATA_TYPE } from '../onnx/model.ts';
import type { PromptMaker } from '../prompt/prompt.ts';
import { loadPromptTools } from '../prompt/tokenizer.ts';
import { type Config, type ProcessorConfig, processorSchema } from './config.ts';
import { type GraphFile, openGraph, pickValue, realInputs } from './graph-file.ts';
import type { Located } from './locate.ts';
import type { VisionPart } from './vision-part.ts';

export interface TextPart {
  readonly embed: GraphFile;
  readonly embedInput: string;
  readonly embedOutput: string;
  readonly decoder: GraphFile;
  readonly input: string;
  readonly output: string;
  readonly found: FoundLayers;
  readonly prompt: PromptMaker;
  /** Rows of the image features before those of the patches (a kept class token). */
  readonly featurePrefix: number;
}

/** Model types whose prompts and image tokens are as in LLaVA 1.5: one picture, one size, a token a patch. */
const LLAVA_FORM = new Set(['llava', 'vipllava']);

export async function openText(located: Located, config: Config, vision: VisionPart): Promise<TextPart> {
  const configPath = join(located.directory, 'config.json');
  if (!LLAVA_FORM.has(config.model_type ?? ''))
    throw new PlumblineError('unsupported-model', `models of type \`${config.model_type ?? '(none)'}\` can't be prompted`, { where: configPath, hint: `supported vision-language models: ${[...LLAVA_FORM].join(', ')}` });
  const embed = openGraph(located.directory, requireGraph(located, 'embed_tokens'));
  const decoder = openGraph(located.directory, requireGraph(located, 'decoder_model_merged'));
  const input = pickValue(realInputs(decoder), ['inputs_embeds'], () => false);
  const output = pickValue(decoder.model.graph.outputs, ['logits'], () => false);
  if (input === undefined || output === undefined)
    throw new PlumblineError('not-a-decoder', `the graph has no ${input === undefined ? 'input inputs_embeds' : 'output logits'}`, { where: decoder.path, hint: 'export the decoder with inputs_embeds and logits' });
  if (input.dataType !== DATA_TYPE.float) throw new PlumblineError('unsupported-type', 'the input inputs_embeds is not float32', { where: decoder.path, hint: 'export the graph with float32 inputs and outputs' });
  const processor: ProcessorConfig = located.files.has('processor_config.json') ? await readJson(join(located.directory, 'processor_config.json'), processorSchema) : {};
  const tools = await loadPromptTools(located);
  const imageToken = processor.image_token ?? '<image>';
  const imageTokenId = config.image_token_id ?? config.image_token_index ?? tools.tokenizer.token_to_id(imageToken);
  if (imageTokenId === undefined) throw new PlumblineError('image-token', `no token \`${imageToken}\` in the vocabulary`, { where: configPath, hint: 'config.json must name image_token_index' });
  const strategy = config.vision_feature_select_strategy ?? processor.vision_feature_select_strategy ?? 'default';
  const featurePrefix = strategy === 'full' ? 1 : 0;
  const found = findLayers(decoder.model.graph, { part: 'text', file: decoder.file, input: input.name, output: output.name, lastStateIsNormed: true });
  return {
    embed,
    embedInput: realInputs(embed)[0].name,
    embedOutput: embed.model.graph.outputs[0].name,
    decoder,
    input: input.name,
    output: output.name,
    found,
    prompt: { tools, imageToken, imageTokenId, imageTokens: vision.grid.rows * vision.grid.columns + featurePrefix, where: located.directory },
    featurePrefix,
  };
}

function requireGraph(located: Located, name: string): string {
  const file = located.graphs.get(name);
  if (file !== undefined) return file;
  throw new PlumblineError('graph-missing', `the checkpoint has no onnx/${name}.onnx`, { where: located.directory, hint: 'a vision-language checkpoint needs vision_encoder, embed_tokens and decoder_model_merged' });
}
