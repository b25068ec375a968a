/** Models whose graphs are written from their weights, by config.json's `model_type`; and the writing. */
import { join } from 'node:path';
import { PlumblineError } from '../../core/errors.ts';
import type { GraphFile } from '../checkpoint/graph-file.ts';
import { readOnnx } from '../onnx/read.ts';
import { memorySource } from '../onnx/source.ts';
import type { Weights } from '../weights/open.ts';
import { type Architecture, prefixOf, type Settings, type TextArchitecture, type Writing } from './architecture.ts';
import { unsupported } from './blocks.ts';
import { GraphBuilder } from './builder.ts';
import { clip, clipVision, encoderAlone, siglip, siglipVision } from './clip.ts';
import { writeDecoder } from './decoder.ts';
import { gemma3Vlm, paligemma } from './gemma-vlm.ts';
import { internvl } from './internvl.ts';
import { llava, llavaOnevision } from './llava.ts';
import { TEXT } from './parts.ts';
import { qwen2Vl, qwen25Vl } from './qwen-vl.ts';
import { deit, dinov2, vit } from './vit.ts';

/** A decoder by itself: one graph from ids to logits. */
const decoderAlone = (text: TextArchitecture): Architecture => ({
  modelTypes: text.modelTypes,
  write({ config, has, graph }) {
    const prefix = prefixOf(has, ['model.', ''], 'embed_tokens.weight');
    writeDecoder(graph('model'), text.spec(config), { prefix, head: 'lm_head' }, { from: 'input_ids' });
  },
});

export const ARCHITECTURES: readonly Architecture[] = [
  ...TEXT.map(decoderAlone),
  encoderAlone(clipVision, [''], 'embeddings.patch_embedding.weight'),
  encoderAlone(siglipVision, [''], 'embeddings.patch_embedding.weight'),
  encoderAlone(vit, ['vit.', ''], 'embeddings.cls_token'),
  encoderAlone(deit, ['deit.', ''], 'embeddings.cls_token'),
  encoderAlone(dinov2, ['dinov2.', 'dinov2_with_registers.', ''], 'embeddings.cls_token'),
  clip,
  siglip,
  llava,
  llavaOnevision,
  internvl,
  qwen2Vl,
  qwen25Vl,
  paligemma,
  gemma3Vlm,
];

/** Buffers that hold nothing learnt. */
const BUFFERS = [/(^|\.)position_ids$/, /(^|\.)rotary_emb\.inv_freq$/];

/** Repositories in the layout of a model's own code, which transformers converts. */
const ORIGINAL: Readonly<Record<string, string>> = {
  internvl_chat: 'internvl, e.g. the repository with -hf in its name',
  llava_llama: 'llava, e.g. llava-hf/… on the hub',
  llava_mistral: 'llava_next, e.g. llava-hf/… on the hub',
  llava_qwen: 'llava_onevision, e.g. llava-hf/… on the hub',
};

export interface WrittenGraphs {
  /** Name (`vision_encoder`, `model`, …) → graph. */
  readonly graphs: ReadonlyMap<string, GraphFile>;
  /** Graph → layer → tensor, as the architecture says. */
  readonly layers: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Keys of the weights that no graph needs. */
  readonly unread: readonly string[];
}

/**
 * Writes the graphs of a checkpoint over its weights. They stay in memory: a few kilobytes each.
 * @throws PlumblineError `unsupported-model`, `missing-weights`, `extra-weights`, `wrong-shape`, `unsupported-weights`
 */
export function writeGraphs(weights: Weights, config: Settings): WrittenGraphs {
  const type = typeof config.model_type === 'string' ? config.model_type : 'unknown';
  const where = join(weights.directory, 'config.json');
  const architecture = ARCHITECTURES.find(({ modelTypes }) => modelTypes.includes(type));
  if (architecture === undefined)
    throw new PlumblineError('unsupported-model', `models of type \`${type}\` aren't read from their weights`, {
      where,
      hint: Object.hasOwn(ORIGINAL, type)
        ? `this is the layout of the model's own code: take the conversion to transformers' ${ORIGINAL[type]}`
        : `read are ${MODEL_TYPES.join(', ')}; others as ONNX graphs beside the weights, or as states from PyTorch (docs/from-pytorch.md)`,
    });
  const used = new Set<string>();
  const builders = new Map<string, GraphBuilder>();
  const has = (key: string): boolean => weights.tensors.has(key);
  const writing: Writing = {
    config,
    has,
    graph(name) {
      const builder = builders.get(name) ?? new GraphBuilder(name, weights, used);
      builders.set(name, builder);
      return builder;
    },
  };
  try {
    if (config.quantization_config !== undefined && config.quantization_config !== null)
      throw unsupported(
        'its weights are quantised',
        'dequantise the checkpoint in PyTorch and save it as bf16 or fp16',
      );
    architecture.write(writing);
  } catch (error) {
    if (error instanceof PlumblineError && error.where === 'config.json')
      throw new PlumblineError(error.code, error.message, { where, hint: error.hint, cause: error });
    throw error;
  }
  const unread = [...weights.tensors.keys()].filter((key) => !used.has(key));
  const known = [...BUFFERS, ...(architecture.ignored ?? [])];
  const extra = unread.filter((key) => !known.some((pattern) => pattern.test(key)));
  if (extra.length > 0)
    throw new PlumblineError(
      'extra-weights',
      `${extra.length} tensors have no place in a model of type \`${type}\`: ${extra.slice(0, 4).join(', ')}${extra.length > 4 ? ', …' : ''}`,
      {
        where: join(weights.directory, weights.name),
        hint: 'config.json and the weights do not belong together, or the model was changed in its code',
      },
    );
  return {
    graphs: new Map([...builders].map(([name, builder]) => [name, graphFile(weights, name, builder)])),
    layers: new Map([...builders].map(([name, { layers }]) => [name, layers])),
    unread,
  };
}

export const MODEL_TYPES: readonly string[] = ARCHITECTURES.flatMap(({ modelTypes }) => modelTypes);

function graphFile(weights: Weights, name: string, builder: GraphBuilder): GraphFile {
  const bytes = builder.encode();
  const file = `${weights.name}#${name}`;
  const path = join(weights.directory, file);
  const model = readOnnx(memorySource(path, bytes));
  const external = weights.files.filter(({ location }) => model.externalFiles.includes(location));
  return {
    file,
    path,
    model,
    external: external.map(({ file: inside, location, bytes: size }) => ({ location, file: inside, bytes: size })),
    written: { bytes, folder: weights.folder },
  };
}
