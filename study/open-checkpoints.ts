/** Opens the checkpoints of a study. */
import { resolve, sep } from 'node:path';
import { PlumblineError } from '../core/errors.ts';
import { openCheckpoint, type Checkpoint } from '../extractors/index.ts';

/**
 * Opens all checkpoints before any work starts, each folder once, under names that tell them apart: a folder's own name
 * where it is the only one, else with the folders that it lies in.
 * @param known checkpoints that already have names in the run: a folder keeps its name, and others don't get it
 * @throws PlumblineError `no-checkpoint`, and as `openCheckpoint`
 */
export async function openCheckpoints(
  paths: readonly string[],
  known: readonly { readonly name: string; readonly path: string }[] = [],
): Promise<Checkpoint[]> {
  if (paths.length === 0)
    throw new PlumblineError('no-checkpoint', 'no checkpoint given', { hint: 'name at least one checkpoint folder' });
  const directories = [...new Set(paths.map((path) => resolve(path)))];
  const opened: Checkpoint[] = [];
  for (const directory of directories) opened.push(await openCheckpoint(directory));
  const kept = new Map(known.map(({ name, path }) => [path, name]));
  const fresh = opened.filter(({ directory }) => !kept.has(directory));
  const taken = new Set(known.map(({ name }) => name));
  return opened.map((checkpoint) => {
    const name = kept.get(checkpoint.directory);
    if (name !== undefined) return { ...checkpoint, name };
    const twins = fresh.filter((other) => other !== checkpoint && other.name === checkpoint.name);
    return { ...checkpoint, name: nameApart(checkpoint, twins, taken) };
  });
}

/** As many folders of the path before the name as it takes. */
function nameApart({ name, directory }: Checkpoint, twins: readonly Checkpoint[], taken: ReadonlySet<string>): string {
  const longer = (path: string, count: number): string =>
    [...(count === 0 ? [] : path.split(sep).filter(Boolean).slice(0, -1).slice(-count)), name].join('-');
  const most = directory.split(sep).length;
  for (let count = 0; count < most; count++) {
    const own = longer(directory, count);
    if (!taken.has(own) && twins.every((twin) => longer(twin.directory, count) !== own)) return own;
  }
  return longer(directory, most);
}
