/**
 * What a finished run folder holds, whichever command made it: its checkpoints, their sets, and where their results
 * lie.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { hashFile } from '../core/formats/hash.ts';
import { readJson } from '../core/formats/json.ts';
import { RUN_FILE, RunFolder } from './run-folder.ts';
import { timingSchema } from './timings.ts';
import { readSweep, SWEEP_FILE, type SweepRecord } from './sweep.ts';

export const STUDY_FILE = 'study.json';

const named = z.object({ name: z.string(), hash: z.string() });
const cellSchema = z.object({ checkpoint: named, set: named.extend({ folder: z.string() }) });
/** One checkpoint on one set. */
export type RunCell = z.infer<typeof cellSchema>;

/** `study.json`: what `plumbline run` leaves beside the results. */
export const studyRecordSchema = z.object({
  format: z.literal('plumbline-study-run'),
  version: z.literal(1),
  plumbline: z.string(),
  node: z.string(),
  platform: z.string(),
  command: z.string(),
  started: z.string(),
  seconds: z.number(),
  /** The study as it was asked for, with defaults filled in. */
  config: z.record(z.string(), z.unknown()),
  cells: z.array(cellSchema),
  /** What was not computed, and why. */
  skipped: z.array(z.object({ checkpoint: z.string(), set: z.string(), analysis: z.string(), reason: z.string() })),
  files: z.record(z.string(), z.string()),
  /** How long steps took that were done, in this run or before. */
  timings: z.array(timingSchema).default([]),
});
export type StudyRecord = z.infer<typeof studyRecordSchema>;

export interface RunContents {
  readonly run: RunFolder;
  /** Version that made it. */
  readonly plumbline: string;
  readonly platform: string;
  /** The command line, or how the library was called. */
  readonly command: string;
  readonly seed: number;
  readonly cells: readonly RunCell[];
  /** File of the run → sha-256 when it was finished; null for runs that recorded none. */
  readonly files: Readonly<Record<string, string>> | null;
  /** What `diagnose` wrote, or `plumbline run`, or `sweep`. */
  readonly made: 'diagnose' | 'study' | 'sweep';
  /** Where a set lies: in the run, or where a sweep found it. */
  readonly setDirectory: (folder: string) => string;
}

/**
 * Opens a finished run of `diagnose`, of `run`, or of `sweep`.
 * @throws {PlumblineError} `not-a-run`
 */
export async function openRun(path: string): Promise<RunContents> {
  const run = new RunFolder(path);
  const study = join(run.path, STUDY_FILE);
  if (existsSync(study)) {
    const { plumbline, platform, command, config, cells, files } = await readJson(study, studyRecordSchema);
    return {
      run,
      plumbline,
      platform,
      command,
      seed: typeof config.seed === 'number' ? config.seed : 0,
      cells,
      files,
      made: 'study',
      setDirectory: (folder) => run.set(folder),
    };
  }
  if (!existsSync(join(run.path, RUN_FILE)) && existsSync(join(run.path, SWEEP_FILE))) {
    const record = await readSweep(run.path);
    const { plumbline, platform, command, seed } = record;
    return {
      run,
      plumbline,
      platform,
      command,
      seed,
      cells: sweptCells(record),
      files: null,
      made: 'sweep',
      setDirectory: (folder) =>
        existsSync(run.set(folder)) ? run.set(folder) : record.sets.find((set) => set.folder === folder)!.path,
    };
  }
  const { plumbline, platform, command, seed, checkpoints, set, files } = await run.readRecord();
  return {
    run,
    plumbline,
    platform,
    command,
    seed,
    cells: checkpoints.map(({ name, hash }) => ({ checkpoint: { name, hash }, set })),
    files: files ?? null,
    made: 'diagnose',
    setDirectory: (folder) => run.set(folder),
  };
}

/** Every checkpoint of a sweep on every set. */
export function sweptCells({ checkpoints, sets }: Pick<SweepRecord, 'checkpoints' | 'sets'>): RunCell[] {
  return checkpoints.flatMap((checkpoint) =>
    sets.map((set) => ({
      checkpoint: { name: checkpoint.name, hash: checkpoint.hash },
      set: { name: set.name, folder: set.folder, hash: set.hash },
    })),
  );
}

/** Names of the results of a cell, e.g. `behaviour`, `last/mdl`; none where no analysis could be made. */
export async function resultNames(run: RunFolder, { checkpoint, set }: RunCell): Promise<string[]> {
  const folder = join(run.path, 'results', checkpoint.name, set.folder);
  if (!existsSync(folder)) return [];
  const files = await readdir(folder, { recursive: true });
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length).split(sep).join('/'))
    .sort();
}

/**
 * sha-256 of the states, answers, interventions and results of some cells, by path inside the run: what `verify`
 * compares with.
 */
export async function hashesOf(
  run: RunFolder,
  cells: readonly RunCell[],
  signal?: AbortSignal,
): Promise<Record<string, string>> {
  const files: string[] = [];
  for (const { checkpoint, set } of cells) {
    for (const folder of [
      run.states(checkpoint.name, set.folder),
      join(run.path, 'interventions', checkpoint.name, set.folder),
      join(run.path, 'results', checkpoint.name, set.folder),
    ]) {
      if (!existsSync(folder)) continue;
      const entries = await readdir(folder, { withFileTypes: true, recursive: true });
      files.push(
        ...entries
          .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
          .map((entry) => join(entry.parentPath, entry.name)),
      );
    }
  }
  const hashes: Record<string, string> = {};
  for (const file of [...new Set(files)].sort())
    hashes[relative(run.path, file).split(sep).join('/')] = await hashFile(file, signal);
  return hashes;
}
