/** Opens a file of arrays dumped from elsewhere: safetensors, npz or npy, told apart by their first bytes. */
import { basename, extname } from 'node:path';
import { z } from 'zod';
import { PlumblineError } from '../../core/errors.ts';
import { openFileSource, readBytes } from '../../core/formats/byte-source.ts';
import { isFloating } from '../../core/formats/elements.ts';
import { NPY_MAGIC, openNpy } from '../../core/formats/npy.ts';
import { openNpz } from '../../core/formats/npz.ts';
import { openSafetensors } from '../../core/formats/safetensors.ts';
import type { StoredArray } from '../../core/formats/stored-array.ts';

export interface ArrayFile {
  readonly path: string;
  /** File name without its ending. */
  readonly stem: string;
  /** Arrays of floating-point numbers, in the file's order. */
  readonly arrays: readonly StoredArray[];
  /** Text that a safetensors file carries beside its tensors. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The texts kept under a name: an npz array, or a JSON list in safetensors' metadata; null when there are none. */
  labels(key: string): Promise<string[] | null>;
  close(): Promise<void>;
}

const idsSchema = z.array(z.union([z.string(), z.number().int().transform(String)]));

/** Ids as a JSON list of texts or whole numbers. */
export function parseIds(text: string, where: string): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new PlumblineError('not-json', 'the ids are no JSON list', {
      where,
      hint: 'write them as ["first id", "second id", …], in the order of the rows',
      cause,
    });
  }
  const parsed = idsSchema.safeParse(value);
  if (!parsed.success)
    throw new PlumblineError('invalid-json', 'the ids are no list of texts or whole numbers', {
      where,
      hint: 'write them as ["first id", "second id", …], in the order of the rows',
    });
  return parsed.data;
}

/**
 * Opens a file; close it after use.
 * @param scratch folder for what must be inflated
 * @throws PlumblineError `pickled` for PyTorch's own files, and those of the readers in `core/formats`
 */
export async function openArrayFile(path: string, scratch: string): Promise<ArrayFile> {
  const stem = basename(path, extname(path));
  const source = await openFileSource(path);
  const head = await readBytes(source, 0, Math.min(8, source.size));
  const begins = (bytes: ArrayLike<number>): boolean => Array.from(bytes).every((byte, i) => head[i] === byte);
  if (begins(NPY_MAGIC)) {
    try {
      const array = await openNpy(source, stem);
      const floating = array.numbers !== null && isFloating(array.numbers.type) ? [array.numbers] : [];
      return {
        path,
        stem,
        arrays: floating,
        metadata: {},
        labels: () => Promise.resolve(null),
        close: () => source.close(),
      };
    } catch (error) {
      await source.close();
      throw error;
    }
  }
  await source.close();
  if (begins([0x80, 2]) || begins([0x80, 4]))
    throw new PlumblineError('pickled', 'this is a Python pickle, which is not read: it could run any code', {
      where: path,
      hint: 'save with safetensors.torch.save_file, numpy.savez or numpy.save',
    });
  if (!begins([0x50, 0x4b])) {
    const file = await openSafetensors(path);
    const { arrays, metadata } = file;
    return {
      path,
      stem,
      arrays: arrays.filter(({ type }) => isFloating(type)),
      metadata,
      labels: (key) =>
        Promise.resolve(Object.hasOwn(metadata, key) ? parseIds(metadata[key], `${path}: metadata ${key}`) : null),
      close: () => file.close(),
    };
  }
  const archive = await openNpz(path, { scratch });
  try {
    const arrays: StoredArray[] = [];
    for (const name of archive.names) {
      const { numbers } = await archive.open(name);
      if (numbers !== null && isFloating(numbers.type)) arrays.push(numbers);
    }
    return {
      path,
      stem,
      arrays,
      metadata: {},
      labels: async (key) => (archive.names.includes(key) ? (await archive.open(key)).labels() : null),
      close: () => archive.close(),
    };
  } catch (error) {
    await archive.close();
    throw error;
  }
}
