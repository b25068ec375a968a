/** The sets of a study: generated in the run, or copied into it, so that a run folder is whole in itself. */
import { constants } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { GENERATORS, hasContrastSet, readContrastSet, type Generator } from '../../contrast-sets/index.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { OnProgress } from '../../core/progress.ts';
import type { StudySet } from '../config/schema.ts';
import type { RunFolder } from '../run-folder.ts';
import { parametersOfSet } from '../steps.ts';
import { hashOfViews } from '../views-hash.ts';

/**
 * Provides a set in the run; one that is there already is left as it is.
 * @throws {PlumblineError} `set-exists` when the run holds another set of this name; as the generator
 */
export async function provideSet(
  set: StudySet,
  run: RunFolder,
  seed: number,
  context: { readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const directory = run.set(set.name);
  if ('generator' in set) {
    const generator: Generator = GENERATORS[set.generator];
    await generator.generate({ directory, seed: set.seed ?? seed, parameters: parametersOfSet(set), ...context });
    return;
  }
  if (!hasContrastSet(set.folder) && hasContrastSet(directory)) return;
  const source = await readContrastSet(set.folder);
  if (hasContrastSet(directory)) {
    const there = await readContrastSet(directory);
    const same = there.header.hash === source.header.hash;
    if (same && (await hashOfViews(there)) === (await hashOfViews(source))) return;
    // The same pairs with other ground truth beside them: the copy is of an earlier state.
    if (same) await rm(directory, { recursive: true });
    else
      throw new PlumblineError('set-exists', `the run holds another set under the name \`${set.name}\``, {
        where: directory,
        hint: 'give this set another name, or the study another out folder',
      });
  }
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  // A clone where the file system can: pictures are many.
  await cp(set.folder, unfinished, { recursive: true, mode: constants.COPYFILE_FICLONE });
  await rename(unfinished, directory);
}
