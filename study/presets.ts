/** The studies that commands stand for. */
import { basename, resolve } from 'node:path';
import { readContrastSetHeader } from '../contrast-sets/index.ts';
import { PlumblineError } from '../core/errors.ts';
import { storedStudySchema, type Study, type StudySet } from './config/schema.ts';

/** A study with defaults filled in and paths made absolute. */
export function presetStudy(
  given: Pick<Study, 'out' | 'seed' | 'sets' | 'analyses'> & {
    readonly checkpoints: readonly string[];
    readonly keepDense?: boolean;
    readonly report?: boolean;
  },
): Study {
  if (given.checkpoints.length === 0)
    throw new PlumblineError('no-checkpoint', 'no checkpoint given', { hint: 'name at least one checkpoint folder' });
  return storedStudySchema.parse({
    version: 1,
    ...given,
    out: resolve(given.out),
    checkpoints: given.checkpoints.map((path) => resolve(path)),
  });
}

/**
 * Finished sets as sets of a study, under the names of their folders; two of one name are told apart by their hash.
 * @throws {PlumblineError} `no-set`, `set-not-found`
 */
export async function finishedSets(paths: readonly string[]): Promise<StudySet[]> {
  if (paths.length === 0)
    throw new PlumblineError('no-set', 'no set given', { hint: 'name at least one: --set FOLDER' });
  const folders = [...new Set(paths.map((path) => resolve(path)))];
  const found: { name: string; folder: string; hash: string }[] = [];
  for (const folder of folders)
    found.push({ name: basename(folder), folder, hash: (await readContrastSetHeader(folder)).hash });
  return found.map(({ name, folder, hash }) => {
    const alone = found.filter((other) => other.name === name).length === 1;
    return { name: alone ? name : `${name}-${hash.slice(0, 8)}`, folder };
  });
}
