/**
 * Dual encoders: CLIP, SigLIP and their like, as `vision_model.onnx` and `text_model.onnx`, or as one `model.onnx` that
 * takes pictures and texts.
 *
 * Text layers are read on the question, which is encoded by itself. An option's score is the similarity of the picture
 * with a caption that states it: the set's own `captions` where an item has them, else "QUESTION OPTION". With several
 * pictures their normalised embeddings are averaged. One graph for both sides gives its own logits (scale and bias are
 * read off them); the pair of graphs doesn't hold the scale, so cosines are multiplied by 100, the temperature at which
 * CLIP's training caps it.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { PlumblineError } from '../../core/errors.ts';
import { readJson } from '../../core/formats/json.ts';
import { type GraphFile, openGraph, pickValue, realInputs } from '../checkpoint/graph-file.ts';
import { openProcessor, openVisionGraph, single } from '../checkpoint/vision-graph.ts';
import { encodePrompt } from '../prompt/prompt.ts';
import { loadPromptTools, type PromptTools } from '../prompt/tokenizer.ts';
import type { Family, Layout } from './family.ts';
import { declaredSize, fixedSizeVision } from './fixed-size.ts';
import { openTextEncoder } from './text-model.ts';
import { extraInputs } from './vision-encoder.ts';

/** `CLIP.logit_scale` is clipped to ln 100 in training. */
const CLIP_SCALE = 100;
const IMAGE_OUTPUTS = ['image_embeds', 'pooler_output'];
const TEXT_OUTPUTS = ['text_embeds', 'pooler_output'];
/** The one row of a picture's embedding. */
const EMBEDDING: Layout = { length: 1, cls: null, tiles: [] };
/** Trained on texts padded to the full length, and pooled at the last position. */
const PADDED = new Set(['siglip', 'siglip2', 'siglip_text_model']);

const limitsSchema = z.looseObject({ model_max_length: z.number().optional() });

export const dualEncoder: Family = {
  name: 'dual encoder',
  modelTypes: ['clip', 'siglip', 'siglip2', 'chinese_clip', 'altclip'],
  async open(located, config) {
    const { directory, graphs } = located;
    const both = graphs.get('model');
    const visionFile = both ?? graphs.get('vision_model');
    const textFile = both ?? graphs.get('text_model');
    if (visionFile === undefined || textFile === undefined)
      throw new PlumblineError(
        'graph-missing',
        `the checkpoint has no onnx/${visionFile === undefined ? 'vision_model' : 'text_model'}.onnx`,
        { where: directory, hint: 'a dual encoder needs vision_model and text_model, or one model that takes both' },
      );
    const opened = openVisionGraph(located, visionFile, ['last_hidden_state', ...IMAGE_OUTPUTS]);
    const settings = config.vision_config ?? config;
    const processor = await openProcessor(located, single(settings.image_size), declaredSize(opened.shape));
    const patch = single(settings.patch_size);
    const configPath = join(directory, 'config.json');
    const own =
      both === undefined
        ? opened.graph
        : {
            ...opened.graph,
            model: {
              ...opened.graph.model,
              graph: {
                ...opened.graph.model.graph,
                inputs: opened.graph.model.graph.inputs.filter(
                  ({ name }) => !name.startsWith('input_ids') && name !== 'attention_mask',
                ),
              },
            },
          };
    const vision = fixedSizeVision(opened, processor, {
      patch,
      where: configPath,
      features: () => EMBEDDING,
      extra: extraInputs({ ...opened, graph: own }, processor.output, patch),
    });
    const graph = openGraph(located, textFile);
    const tools = await loadPromptTools(located, { templateNeeded: false });
    const encode = await textEncoder(
      located.files.has('tokenizer_config.json') ? join(directory, 'tokenizer_config.json') : null,
      tools,
      PADDED.has(config.model_type ?? ''),
      config.text_config?.max_position_embeddings ?? null,
      directory,
    );
    return {
      vision: { ...vision, output: embeddingOutput(opened.graph, IMAGE_OUTPUTS) },
      text: {
        ...openTextEncoder(graph),
        embed: null,
        output: null,
        tools,
        encode: (text) => encode(text).ids,
        prompt({ question }) {
          const { ids, length } = encode(question);
          return {
            question,
            text: question,
            shortIds: ids.slice(0, length),
            ids,
            positions: Array.from({ length }, (_, i) => i),
            images: [],
          };
        },
        similarity: {
          output: embeddingOutput(graph, TEXT_OUTPUTS),
          logits:
            both === undefined
              ? null
              : (graph.model.graph.outputs.find(({ name }) => name === 'logits_per_image')?.name ?? null),
          scale: CLIP_SCALE,
          caption: ({ question, options, captions }, option) =>
            encode(captions?.[option] ?? `${question} ${options[option]}`).ids,
        },
      },
      files: [
        'preprocessor_config.json',
        ...(located.files.has('tokenizer_config.json') ? ['tokenizer_config.json'] : []),
      ],
    };
  },
};

function embeddingOutput(graph: GraphFile, names: readonly string[]): string {
  const output = pickValue(graph.model.graph.outputs, names, () => false);
  if (output !== undefined) return output.name;
  throw new PlumblineError('no-embedding', `the graph has none of the outputs ${names.join(', ')}`, {
    where: graph.path,
    hint: 'export it with the projected embeddings as an output',
  });
}

/** Texts to token ids, padded where the model was trained so; `length` counts the ids before the padding. */
async function textEncoder(
  configPath: string | null,
  tools: PromptTools,
  padded: boolean,
  positions: number | null,
  where: string,
): Promise<(text: string) => { ids: number[]; length: number }> {
  const { model_max_length: stated = positions ?? undefined } =
    configPath === null ? {} : await readJson(configPath, limitsSchema);
  const limit = Math.min(stated ?? Infinity, positions ?? Infinity);
  const pad = tools.specials.pad_token === null ? undefined : tools.tokenizer.token_to_id(tools.specials.pad_token);
  if (padded && (pad === undefined || !Number.isFinite(limit)))
    throw new PlumblineError(
      'no-padding',
      'texts must be padded, but the tokenizer names no padding token or no length',
      { where, hint: 'tokenizer_config.json needs pad_token and model_max_length' },
    );
  return (text) => {
    const ids = encodePrompt(tools, text);
    if (ids.length > limit)
      throw new PlumblineError('text-too-long', `${ids.length} tokens, the model takes ${limit}`, {
        where: text,
        hint: 'shorten the question, or give short captions',
      });
    return { ids: padded ? [...ids, ...new Array<number>(limit - ids.length).fill(pad!)] : ids, length: ids.length };
  };
}

/** Whether a graph takes pictures and texts. */
export function takesBoth(graph: GraphFile): boolean {
  const names = realInputs(graph).map(({ name }) => name);
  return names.includes('pixel_values') && names.includes('input_ids');
}
