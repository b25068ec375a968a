/** `run.json`: what a run folder holds and how it came about, whichever command made it. One format, one reader. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { z } from 'zod';
import { PlumblineError } from '../core/errors.ts';
import { writeJsonAtomic } from '../core/formats/atomic.ts';
import { hashFile, hashValue } from '../core/formats/hash.ts';
import { readJson } from '../core/formats/json.ts';
import { DEVICES } from '../extractors/index.ts';
import { storedStudySchema } from './config/schema.ts';
import { timingSchema } from './estimate/timings.ts';
import { RunFolder } from './run-folder.ts';

export const RUN_FILE = 'run.json';

/** Studies that a command stands for. */
export const PRESETS = ['diagnose', 'sweep', 'cause'] as const;
export type Preset = (typeof PRESETS)[number];

const named = z.object({ name: z.string(), hash: z.string() });
const cellSchema = z.object({ checkpoint: named, set: named.extend({ folder: z.string() }) });
/** One checkpoint on one set. */
export type RunCell = z.infer<typeof cellSchema>;

const executedSchema = z.object({
  /** The command that the study stands for; null for a study from a file. */
  preset: z.enum(PRESETS).nullable(),
  /** The command line, or how the library was called. */
  command: z.string(),
  started: z.string(),
  /** Seconds from start to end. */
  seconds: z.number(),
  /** Where the checkpoints ran: another device may differ in the last digits. */
  device: z.enum(DEVICES),
  /** The study as it was asked for, with defaults filled in. */
  study: storedStudySchema,
  /** Its checkpoints and sets. */
  cells: z.array(cellSchema),
  /** What was not computed, and why. */
  skipped: z.array(z.object({ checkpoint: z.string(), set: z.string(), analysis: z.string(), reason: z.string() })),
});
/** A study as a run holds it. */
export type ExecutedStudy = z.infer<typeof executedSchema>;

export const runRecordSchema = z.object({
  format: z.literal('plumbline-run'),
  version: z.literal(2),
  /** Version that made it. */
  plumbline: z.string(),
  node: z.string(),
  platform: z.string(),
  /** The studies that were executed in this folder, the latest last; of two that ask for the same the later stays. */
  studies: z.array(executedSchema).min(1),
  checkpoints: z.array(named.extend({ path: z.string() })),
  /** sha-256 of states, answers, interventions and results by path inside the run. */
  files: z.record(z.string(), z.string()),
  /** How long steps took that were done, in this run or before. */
  timings: z.array(timingSchema),
});
export type RunRecord = z.infer<typeof runRecordSchema>;

/** A run folder and its record. */
export interface RunContents {
  readonly run: RunFolder;
  readonly record: RunRecord;
  /** Every checkpoint on every set, over all studies. */
  readonly cells: readonly RunCell[];
}

/** Records of version 0.1, which named their results otherwise. */
const FORMER = ['study.json', 'sweep.json'];

/**
 * Opens a finished run.
 * @throws {PlumblineError} `not-a-run`, `old-run` for one of version 0.1
 */
export async function openRun(path: string): Promise<RunContents> {
  const run = new RunFolder(path);
  const file = join(run.path, RUN_FILE);
  const former = FORMER.find((name) => existsSync(join(run.path, name)));
  if (!existsSync(file)) {
    if (former !== undefined) throw oldRun(join(run.path, former));
    throw new PlumblineError('not-a-run', 'this folder holds no finished run', {
      where: run.path,
      hint: 'give the folder that `plumbline diagnose … --out FOLDER` wrote (it has a run.json), or run diagnose first',
    });
  }
  const { version } = await readJson(file, z.looseObject({ version: z.unknown() }));
  if (version === 1) throw oldRun(file);
  const record = await readJson(file, runRecordSchema);
  return { run, record, cells: cellsOf(record) };
}

function oldRun(file: string): PlumblineError {
  return new PlumblineError(
    'old-run',
    'this run was made by plumbline 0.1, whose results have other names and fields',
    {
      where: file,
      hint: 'run the same command again into another folder',
    },
  );
}

/** As `openRun`, null where the folder holds no run. */
export async function runIfAny(path: string): Promise<RunContents | null> {
  return existsSync(join(new RunFolder(path).path, RUN_FILE)) ? openRun(path) : null;
}

export async function writeRecord(run: RunFolder, record: RunRecord): Promise<void> {
  await writeJsonAtomic(join(run.path, RUN_FILE), record);
}

/** Checkpoints on sets, each once, over all studies of a run. */
export function cellsOf({ studies }: Pick<RunRecord, 'studies'>): RunCell[] {
  const cells = studies.flatMap((executed) => executed.cells);
  return [...new Map(cells.map((cell) => [cellKey(cell), cell])).values()];
}

export const cellKey = ({ checkpoint, set }: RunCell): string => JSON.stringify([checkpoint.name, set.folder]);

/** The studies that a run held, without those that the new one takes the place of, and the new one. */
export function withStudy(before: readonly ExecutedStudy[], now: ExecutedStudy): ExecutedStudy[] {
  const identity = ({ preset, study }: ExecutedStudy): string => hashValue({ preset, study });
  const replaced = new Set(now.cells.map(cellKey));
  return [
    ...before.filter(
      (earlier) =>
        identity(earlier) !== identity(now) &&
        // Another checkpoint or set that has taken the name: what was said of the former no longer lies here.
        earlier.cells.every((cell) => !replaced.has(cellKey(cell)) || now.cells.some((own) => sameCell(own, cell))),
    ),
    now,
  ];
}

const sameCell = (a: RunCell, b: RunCell): boolean =>
  cellKey(a) === cellKey(b) && a.checkpoint.hash === b.checkpoint.hash && a.set.hash === b.set.hash;

/** Names of the results of a cell, e.g. `behaviour`, `geometry-last`; none where no analysis could be made. */
export async function resultNames(run: RunFolder, { checkpoint, set }: RunCell): Promise<string[]> {
  const folder = join(run.path, 'results', checkpoint.name, set.folder);
  if (!existsSync(folder)) return [];
  const files = await readdir(folder);
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
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
