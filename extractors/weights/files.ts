/** Which files hold a checkpoint's weights: one `model.safetensors`, or shards that an index lists. */
import { realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { fileError, systemCode } from '../../core/formats/file-errors.ts';
import { readJson } from '../../core/formats/json.ts';

export const SINGLE_FILE = 'model.safetensors';
export const INDEX_FILE = 'model.safetensors.index.json';
/** What PyTorch pickles. */
const PICKLE = /^(pytorch_model|model|consolidated|adapter_model).*\.(bin|pt|pth)$/;

const indexSchema = z.looseObject({ weight_map: z.record(z.string(), z.string()) });

/** How a pickled checkpoint becomes one that is read, in one line of Python. */
export const CONVERSION =
  'python -c "from transformers import AutoModel as A; import sys; A.from_pretrained(sys.argv[1]).save_pretrained(sys.argv[1], safe_serialization=True)" FOLDER (AutoModelForCausalLM or AutoModelForImageTextToText in the place of AutoModel where it answers)';

export interface WeightFiles {
  /** What errors and layers call the weights: the single file, or the index. */
  readonly name: string;
  /** Files relative to the checkpoint's folder, without the index. */
  readonly shards: readonly string[];
  /** Tensor → shard; null where there is one file. */
  readonly places: ReadonlyMap<string, string> | null;
}

/** Whether a folder has weights that are read. */
export const hasWeights = (files: ReadonlySet<string>): boolean => files.has(SINGLE_FILE) || files.has(INDEX_FILE);

/** The first of a folder's files that is a pickle of weights. */
export const pickleOf = (files: Iterable<string>): string | undefined => [...files].find((name) => PICKLE.test(name));

/**
 * Finds the weights of a folder.
 * @param files names in the folder
 * @throws PlumblineError `missing-shard`, `path-escapes`, or what is wrong with the index
 */
export async function findWeights(directory: string, files: ReadonlySet<string>): Promise<WeightFiles> {
  if (files.has(SINGLE_FILE)) return { name: SINGLE_FILE, shards: [SINGLE_FILE], places: null };
  const path = join(directory, INDEX_FILE);
  const { weight_map: map } = await readJson(path, indexSchema);
  const shards = [...new Set(Object.values(map))].sort();
  const escaping = shards.find((shard) => shard === '' || basename(shard) !== shard || /[\\:]/.test(shard));
  if (escaping !== undefined)
    throw new PlumblineError('path-escapes', `its weights are said to lie in \`${escaping}\`, outside its folder`, {
      where: path,
      hint: 'shards must lie beside the index',
    });
  const missing = shards.filter((shard) => !files.has(shard));
  if (missing.length > 0 || shards.length === 0)
    throw new PlumblineError(
      'missing-shard',
      shards.length === 0
        ? 'the index lists no weights'
        : `${missing.length} of ${shards.length} shards aren't there: ${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''}`,
      { where: path, hint: 'copy or download all shards into the folder' },
    );
  return { name: INDEX_FILE, shards, places: new Map(Object.entries(map)) };
}

/**
 * The folder in which files of a checkpoint really lie, and their names there. In Hugging Face's cache a checkpoint is a
 * folder of symbolic links, which ONNX Runtime doesn't follow out of it.
 */
export function realPlaces(directory: string, files: readonly string[]): { folder: string; names: string[] } {
  const paths = files.map((file) => {
    const path = join(directory, file);
    try {
      return realpathSync(path);
    } catch (error) {
      if (systemCode(error) === undefined)
        throw new PlumblineError('file-not-found', messageOf(error), { where: path, hint: 'check the path' });
      throw fileError(error, path);
    }
  });
  const folders = [...new Set(paths.map(dirname))];
  if (folders.length === 1) return { folder: folders[0], names: paths.map((path) => basename(path)) };
  const parts = folders.map((folder) => folder.split('/'));
  const common = parts[0].filter((_, i) =>
    parts.every((one) => one.slice(0, i + 1).join('/') === parts[0].slice(0, i + 1).join('/')),
  );
  const folder = common.join('/') || '/';
  return { folder, names: paths.map((path) => relative(folder, path)) };
}
