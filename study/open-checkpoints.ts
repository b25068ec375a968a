/** Opens the checkpoints of a study. */
import { basename, dirname, resolve } from 'node:path';
import { PlumblineError } from '../core/errors.ts';
import { openCheckpoint, type Checkpoint } from '../extractors/index.ts';

/**
 * Opens all checkpoints before any work starts, each folder once, under names that tell them apart.
 * @throws PlumblineError `no-checkpoint`, and as `openCheckpoint`
 */
export async function openCheckpoints(paths: readonly string[]): Promise<Checkpoint[]> {
  if (paths.length === 0)
    throw new PlumblineError('no-checkpoint', 'no checkpoint given', { hint: 'name at least one checkpoint folder' });
  const directories = [...new Set(paths.map((path) => resolve(path)))];
  const opened: Checkpoint[] = [];
  for (const directory of directories) opened.push(await openCheckpoint(directory));
  return opened.map((checkpoint) => {
    const twins = opened.filter(({ name }) => name === checkpoint.name);
    return twins.length === 1
      ? checkpoint
      : { ...checkpoint, name: `${basename(dirname(checkpoint.directory))}-${checkpoint.name}` };
  });
}
