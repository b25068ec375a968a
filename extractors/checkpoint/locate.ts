/**
 * Finds the files of a checkpoint folder in Hugging Face's layout, and says what is wrong with a folder that is none.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { PlumblineError } from '../../core/errors.ts';
import { fileError, systemCode } from '../../core/formats/file-errors.ts';
import { CONVERSION, hasWeights, pickleOf } from '../weights/files.ts';
import type { GraphPlace } from './graph-file.ts';

/** Precisions in which a graph may be stored, by the suffix of its file name; earlier ones are preferred. */
export const VARIANTS = ['', '_fp16', '_int8', '_uint8', '_quantized', '_q4', '_q4f16', '_bnb4'] as const;
export type Variant = (typeof VARIANTS)[number];

export interface Located extends GraphPlace {
  readonly name: string;
  /** Names of the files in the folder itself. */
  readonly files: ReadonlySet<string>;
  /**
   * Graph (`vision_encoder`, …) → path relative to the folder, or the name of one that was written; absent graphs are not
   * listed.
   */
  readonly graphs: ReadonlyMap<string, string>;
}

const GRAPHS = [
  'vision_encoder',
  'embed_tokens',
  'decoder_model_merged',
  'decoder_model',
  'vision_model',
  'text_model',
  'model',
];

/**
 * Lists a checkpoint folder; it has no graphs where there are only weights.
 * @param variant suffix of the graphs to use; by default the first of {@link VARIANTS} that is there, for each graph
 * @throws PlumblineError when there is no such folder, or it holds no checkpoint
 */
export async function locateCheckpoint(path: string, variant?: Variant): Promise<Located> {
  const directory = resolve(path);
  const files = new Set(await listFolder(directory, path));
  const inOnnx = files.has('onnx') ? await readdir(join(directory, 'onnx')) : [];
  const found = new Set([...inOnnx.map((name) => `onnx/${name}`), ...files]);
  const graphs = new Map<string, string>();
  for (const graph of GRAPHS) {
    const candidates = (variant === undefined ? VARIANTS : [variant]).flatMap((suffix) => [
      `onnx/${graph}${suffix}.onnx`,
      `${graph}${suffix}.onnx`,
    ]);
    const file = candidates.find((candidate) => found.has(candidate));
    if (file !== undefined) graphs.set(graph, file);
  }
  if (!files.has('config.json') || (graphs.size === 0 && (variant !== undefined || !hasWeights(files))))
    throw await notACheckpoint(directory, path, files, graphs, variant);
  return { directory, name: basename(directory), files, graphs };
}

async function listFolder(directory: string, path: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT')
      throw new PlumblineError('checkpoint-not-found', 'no such checkpoint folder', {
        where: path,
        hint: 'give the path of a folder with config.json and weights (model.safetensors), or config.json and onnx/',
        cause: error,
      });
    if (code === 'ENOTDIR')
      throw new PlumblineError('not-a-checkpoint', 'a checkpoint is a folder, this is a file', {
        where: path,
        hint: 'give the folder that holds config.json and the weights, or onnx/',
        cause: error,
      });
    throw fileError(error, path);
  }
}

async function notACheckpoint(
  directory: string,
  path: string,
  files: ReadonlySet<string>,
  graphs: ReadonlyMap<string, string>,
  variant?: Variant,
): Promise<PlumblineError> {
  const listed = [...files].sort();
  const seen =
    listed.length === 0
      ? 'the folder is empty'
      : `found ${listed.slice(0, 6).join(', ')}${listed.length > 6 ? ` and ${listed.length - 6} more` : ''}`;
  const missing = [
    ...(files.has('config.json') ? [] : ['config.json']),
    ...(graphs.size > 0 || (variant === undefined && hasWeights(files))
      ? []
      : variant === undefined
        ? ['model.safetensors or onnx/*.onnx']
        : [`onnx/vision_encoder${variant}.onnx or onnx/model${variant}.onnx`]),
  ];
  let hint =
    'give a folder in Hugging Face layout: config.json, model.safetensors (or onnx/*.onnx), preprocessor_config.json, tokenizer.json';
  const pickle = pickleOf(listed);
  if (files.has('adapter_config.json'))
    hint =
      'this folder holds an adapter: merge it into its base first (model.merge_and_unload().save_pretrained(FOLDER) in peft)';
  else if (files.has('config.json') && pickle !== undefined)
    hint = `${pickle} is a pickle, which isn't opened; once, where PyTorch is: ${CONVERSION}`;
  for (const name of listed) {
    const inner = join(directory, name, 'config.json');
    if ((await stat(inner).catch(() => null))?.isFile() === true) {
      hint = `did you mean ${join(path, name)}?`;
      break;
    }
  }
  return new PlumblineError('not-a-checkpoint', `not a checkpoint: ${missing.join(' and ')} not there; ${seen}`, {
    where: path,
    hint,
  });
}
