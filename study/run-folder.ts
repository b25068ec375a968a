/**
 * The run folder: everything of one study, in plain files.
 *
 * ```
 * run.json                            command, versions, hashes, times
 * sets/SET/                           contrast sets
 * states/CHECKPOINT/SET/              hidden states and answers
 * results/CHECKPOINT/SET/NAME.json    one file an analysis
 * report/                             index.html, figures/, tables/, report.json
 * ```
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { provenanceSchema, type Provenance, type Stamped } from '../core/artifacts/results.ts';
import { PlumblineError } from '../core/errors.ts';
import { writeJsonAtomic } from '../core/formats/atomic.ts';
import { readJson } from '../core/formats/json.ts';
import { timingSchema } from './timings.ts';

const runSchema = z.object({
  format: z.literal('plumbline-run'),
  version: z.literal(1),
  plumbline: z.string(),
  node: z.string(),
  platform: z.string(),
  /** The command line, or how the library was called. */
  command: z.string(),
  seed: z.number().int(),
  started: z.string(),
  /** Seconds from start to report. */
  seconds: z.number(),
  set: z.object({ name: z.string(), folder: z.string(), hash: z.string() }),
  checkpoints: z.array(z.object({ name: z.string(), path: z.string(), hash: z.string() })),
  /** sha-256 of states, answers and results by path inside the run; older runs have none. */
  files: z.record(z.string(), z.string()).optional(),
  /** How long reading the checkpoints took, in this run or before. */
  timings: z.array(timingSchema).optional(),
});
/** `run.json`. */
export type RunRecord = z.infer<typeof runSchema>;

/** Name of the folder of the default perspective set in a run. */
export function perspectiveFolder(
  { consistent, counter, ambiguous }: { consistent: number; counter: number; ambiguous: number },
  seed: number,
): string {
  return `perspective-${consistent}-${counter}-${ambiguous}-seed${seed}`;
}

export const RUN_FILE = 'run.json';

/** Paths inside a run folder, and its record. */
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

  async writeRecord(record: RunRecord): Promise<void> {
    await writeJsonAtomic(join(this.path, RUN_FILE), record);
  }

  /** @throws PlumblineError `not-a-run` when the folder has no finished run. */
  async readRecord(): Promise<RunRecord> {
    const file = join(this.path, RUN_FILE);
    if (!existsSync(file)) {
      throw new PlumblineError('not-a-run', 'this folder holds no finished run', {
        where: this.path,
        hint: 'give the folder that `plumbline diagnose … --out FOLDER` wrote (it has a run.json), or run diagnose first',
      });
    }
    return readJson(file, runSchema);
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
