/**
 * Text alone: causal decoders (GPT-2, Llama, Qwen: `input_ids` in, logits out, with or without a cache) and encoders
 * (BERT).
 *
 * A decoder gets the question through its chat template as the user's turn, or, where it has none, as it stands; it
 * scores options by its logits. An encoder gets the question with its special tokens, and has no answers. Pictures of
 * an item are left out.
 */
import { PlumblineError } from '../../core/errors.ts';
import { openBlocks } from '../checkpoint/decoder.ts';
import type { Config } from '../checkpoint/config.ts';
import { type GraphFile, openGraph, pickValue, realInputs } from '../checkpoint/graph-file.ts';
import type { Located } from '../checkpoint/locate.ts';
import { findLayers } from '../layers/find.ts';
import { encodePrompt, expandPrompt, renderPrompt } from '../prompt/prompt.ts';
import { loadPromptTools } from '../prompt/tokenizer.ts';
import type { Family, Prompt, TextPart } from './family.ts';

/** No token stands for a picture. */
const NO_IMAGES = { id: -1, counts: [], token: '' };

export const textModel: Family = {
  name: 'text model',
  modelTypes: [],
  async open(located, config) {
    const file = textGraphFile(located);
    if (file === undefined)
      throw new PlumblineError('graph-missing', 'the checkpoint has no onnx/model.onnx', {
        where: located.directory,
        hint: 'give the folder with the weights (model.safetensors) or with onnx/model.onnx',
      });
    const graph = openGraph(located, file);
    const tools = await loadPromptTools(located, { templateNeeded: false });
    const where = located.directory;
    const encode = (text: string): number[] => encodePrompt(tools, text);
    const decodes = isDecoder(graph, config);
    const blocks = decodes ? openBlocks(graph, 'input_ids') : { ...openTextEncoder(graph), output: null };
    const prompt = ({ question }: { readonly question: string }): Prompt => {
      const text =
        decodes && tools.template !== null
          ? renderPrompt({ tools, question, visuals: [], token: '', where })
          : question;
      return expandPrompt(question, text, encode(text), { ...NO_IMAGES, where });
    };
    return { vision: null, text: { ...blocks, embed: null, tools, encode, prompt }, files: [] };
  },
};

/** Graph of a model of text alone, in the order of preference. */
export const textGraphFile = ({ graphs }: Pick<Located, 'graphs'>): string | undefined =>
  ['decoder_model_merged', 'decoder_model', 'text_model', 'model']
    .map((name) => graphs.get(name))
    .find((file) => file !== undefined);

const isDecoder = (graph: GraphFile, config: Config): boolean =>
  realInputs(graph).some(({ name }) => name.startsWith('past_')) ||
  (config.architectures?.some((name) => /CausalLM|LMHeadModel/.test(name)) ?? false);

/** Input and layers of an encoder of text. */
export function openTextEncoder(graph: GraphFile): Pick<TextPart, 'decoder' | 'input' | 'found'> {
  const { outputs } = graph.model.graph;
  const input = pickValue(realInputs(graph), ['input_ids'], () => false);
  if (input === undefined)
    throw new PlumblineError(
      'no-text-input',
      `the graph takes no token ids: its inputs are ${realInputs(graph)
        .map(({ name }) => name)
        .join(', ')}`,
      { where: graph.path, hint: 'export the model with an input input_ids' },
    );
  const output =
    pickValue(
      outputs,
      ['last_hidden_state', 'text_embeds', 'logits'],
      ({ shape }) => shape === null || shape.length === 3,
    ) ?? outputs[0];
  const found = findLayers(graph.model.graph, {
    part: 'text',
    file: graph.file,
    input: input.name,
    output: output.name,
    lastStateIsNormed: false,
  });
  return { decoder: graph, input: input.name, found };
}
