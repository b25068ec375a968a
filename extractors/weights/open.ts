/** The tensors of a checkpoint's safetensors files: where each lies, nothing of it read. */
import { join } from 'node:path';
import { statSync } from 'node:fs';
import { PlumblineError } from '../../core/errors.ts';
import type { ElementType } from '../../core/formats/elements.ts';
import { readSafetensorsHeader } from '../../core/formats/safetensors.ts';
import { DATA_TYPE } from '../onnx/model.ts';
import { findWeights, realPlaces } from './files.ts';

export interface WeightTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Index of its file among {@link Weights.files}. */
  readonly file: number;
  /** Byte range in the file. */
  readonly start: number;
  readonly end: number;
}

export interface Weights {
  /** What errors call them: `model.safetensors`, or the index. */
  readonly name: string;
  /** Checkpoint folder. */
  readonly directory: string;
  readonly tensors: ReadonlyMap<string, WeightTensor>;
  /** Relative to the checkpoint's folder; the name that a graph knows it by; its size. */
  readonly files: readonly { readonly file: string; readonly location: string; readonly bytes: number }[];
  /** Folder that the locations are relative to. */
  readonly folder: string;
  /** The index file, where there is one. */
  readonly index: string | null;
}

/** Types of weights that are read, as ONNX numbers them. */
export const WEIGHT_TYPES: Readonly<Partial<Record<ElementType, number>>> = {
  F32: DATA_TYPE.float,
  F16: DATA_TYPE.float16,
  BF16: DATA_TYPE.bfloat16,
};

/**
 * Reads the headers of a folder's safetensors files.
 * @param names names of the files in the folder
 * @throws PlumblineError `missing-shard`, `missing-weights`, `corrupt-safetensors`, `path-escapes`
 */
export async function openWeights(directory: string, names: ReadonlySet<string>): Promise<Weights> {
  const { name, shards, places } = await findWeights(directory, names);
  const real = realPlaces(directory, shards);
  const tensors = new Map<string, WeightTensor>();
  for (const [file, shard] of shards.entries()) {
    const path = join(directory, shard);
    const header = await readSafetensorsHeader(path);
    for (const [key, { type, shape, start, end }] of header.tensors) {
      if (places !== null && places.get(key) !== shard) continue;
      tensors.set(key, { type, shape, file, start, end });
    }
  }
  const absent = [...(places ?? [])].filter(([key]) => !tensors.has(key));
  if (absent.length > 0) {
    const [key, shard] = absent[0];
    throw new PlumblineError(
      'missing-weights',
      `the index says that ${shard} holds \`${key}\`, which isn't there${absent.length > 1 ? `, like ${absent.length - 1} more` : ''}`,
      { where: join(directory, name), hint: 'index and shards are of two versions: copy or download them again' },
    );
  }
  return {
    name,
    directory,
    tensors,
    files: shards.map((file, i) => ({
      file,
      location: real.names[i],
      bytes: statSync(join(directory, file)).size,
    })),
    folder: real.folder,
    index: places === null ? null : name,
  };
}
