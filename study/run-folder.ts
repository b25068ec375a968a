/**
 * The run folder: everything of one study, in plain files.
 *
 * ```
 * run.json                            studies, versions, hashes, times
 * sets/SET/                           contrast sets
 * states/CHECKPOINT/SET/              hidden states and answers
 * results/CHECKPOINT/SET/NAME.json    one file an analysis
 * steps/KEY.json                      what became of each step
 * report/                             index.html, figures/, tables/, report.json
 * ```
 */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { provenanceSchema, type Provenance, type Stamped } from '../core/artifacts/results.ts';
import { writeJsonAtomic } from '../core/formats/atomic.ts';
import { readJson } from '../core/formats/json.ts';

/** Name of the folder of the default perspective set in a run. */
export function perspectiveFolder(
  { consistent, counter, ambiguous }: { consistent: number; counter: number; ambiguous: number },
  seed: number,
): string {
  return `perspective-${consistent}-${counter}-${ambiguous}-seed${seed}`;
}

/** Paths inside a run folder. */
export class RunFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = resolve(path);
  }

  set(folder: string): string {
    return join(this.path, 'sets', folder);
  }

  states(checkpoint: string, set: string): string {
    return join(this.path, 'states', checkpoint, set);
  }

  result(checkpoint: string, set: string, name: string): string {
    return join(this.path, 'results', checkpoint, set, `${name}.json`);
  }

  get report(): string {
    return join(this.path, 'report');
  }

  /** What an executed step leaves: whether it was done, and why not. */
  step(key: string): string {
    return join(this.path, 'steps', `${key}.json`);
  }
}

/**
 * Reads the result at `path` when it was made from the same inputs (equal content key), else computes and writes it.
 * A damaged or outdated file is recomputed.
 */
export async function stored<T extends object>(
  path: string,
  schema: z.ZodType<T>,
  provenance: Provenance,
  compute: () => T | Promise<T>,
): Promise<Stamped<T>> {
  const previous = await readResult(path, schema).catch(() => undefined);
  if (previous?.provenance.key === provenance.key) return previous;
  const result = { ...(await compute()), provenance };
  await writeJsonAtomic(path, result);
  return result;
}

/** Reads a stamped result; errors name the file and the field. */
export function readResult<T extends object>(path: string, schema: z.ZodType<T>): Promise<Stamped<T>> {
  return readJson(path, schema.and(z.object({ provenance: provenanceSchema })));
}
