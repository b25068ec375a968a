/**
 * The in-process engine: executes the steps of a study one after the other. Everything is keyed by content, so a second
 * run redoes nothing and a stopped one goes on where it stopped.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasContrastSet, readContrastSetHeader } from '../contrast-sets/index.ts';
import { PlumblineError } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { VERSION } from '../core/version.ts';
import { checkpointHash, type Checkpoint, type Device } from '../extractors/index.ts';
import type { CheckpointReport } from '../reports/index.ts';
import type { Study } from './config/schema.ts';
import { readCell } from './execute/cell-results.ts';
import { Executor, readOutcome, type StepOutcome } from './execute/executor.ts';
import { mergedTimings } from './estimate/timings.ts';
import { openCheckpoints } from './open-checkpoints.ts';
import {
  cellKey,
  cellsOf,
  hashesOf,
  runIfAny,
  withStudy,
  writeRecord,
  type ExecutedStudy,
  type Preset,
  type RunCell,
  type RunRecord,
} from './record.ts';
import { drawReport, reportsOf } from './report.ts';
import { RunFolder } from './run-folder.ts';
import { isDiagnosed, stepsOf, type Step } from './steps.ts';

export interface RunStudyOptions {
  /** Recorded in the run; defaults to a text that names the call. */
  readonly command?: string;
  /** The command that the study stands for; defaults to *none*: a study from a file. */
  readonly preset?: Preset | null;
  /**
   * Whether an analysis that can't be made is an error; by default it is skipped with its reason, since a study names
   * analyses for many checkpoints and sets at once.
   */
  readonly strict?: boolean;
  /** Where the checkpoints run; defaults to *cpu*. */
  readonly device?: Device | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface StudyRun {
  readonly run: RunFolder;
  readonly record: RunRecord;
  /** The study as the record holds it. */
  readonly executed: ExecutedStudy;
  /** Everything of each checkpoint on each set that was judged. */
  readonly diagnosed: readonly { readonly set: string; readonly results: CheckpointReport }[];
  /** Paths of the pages. */
  readonly reports: readonly string[];
}

/**
 * Executes a study, or what of it isn't there yet.
 * @throws {PlumblineError} that says which checkpoint, set or file is missing, damaged or unsupported
 */
export async function runStudy(study: Study, options: RunStudyOptions = {}): Promise<StudyRun> {
  const engine = await openStudy(study, options);
  const started = new Date();
  for (const step of engine.steps) if (step.kind !== 'record') await engine.executor.execute(step);
  const finished = await engine.finish(started);
  await refreshReports(finished, options);
  return finished;
}

/** What other studies of the run have reported shows the new results, too. */
async function refreshReports({ run, record, executed }: StudyRun, context: RunStudyOptions): Promise<void> {
  const own = new Set(executed.cells.map(cellKey));
  const { onProgress, signal } = context;
  for (const { executed: other, folder } of reportsOf(run, record))
    if (other !== executed && other.cells.some((cell) => own.has(cellKey(cell))))
      await drawReport(run, other, folder, { onProgress, signal });
}

/**
 * Executes one step of a study, whose inputs must be there.
 * @throws {PlumblineError} `unknown-step`, `step-not-ready` naming the steps that are missing; as the step
 */
export async function runStep(study: Study, key: string, options: RunStudyOptions = {}): Promise<StepOutcome> {
  const engine = await openStudy(study, options);
  const found = engine.steps.filter((step) => step.key.startsWith(key));
  if (found.length !== 1)
    throw new PlumblineError(
      'unknown-step',
      `${found.length === 0 ? 'no' : 'more than one'} step of this study has the key ${key}`,
      {
        hint: '`plumbline plan STUDY.yaml` lists the steps with their keys',
      },
    );
  const [step] = found;
  const missing: Step[] = [];
  for (const input of engine.steps.filter((own) => step.inputs.includes(own.key)))
    if ((await readOutcome(engine.run.step(input.key))) === null) missing.push(input);
  if (missing.length > 0)
    throw new PlumblineError('step-not-ready', `${step.title} needs ${missing.length} steps that are not done`, {
      hint: `first run ${missing
        .slice(0, 3)
        .map(({ title, key: own }) => `${own.slice(0, 12)} (${title})`)
        .join(', ')}${missing.length > 3 ? ', …' : ''}`,
    });
  if (step.kind !== 'record') return engine.executor.execute(step);
  await engine.finish(new Date());
  return { key: step.key, title: step.title, status: 'done', reason: null, outputs: [...step.outputs], timings: [] };
}

/** The steps of a study, as `plumbline plan` lists them, with whether each is done. */
export async function plannedSteps(study: Study, signal?: AbortSignal): Promise<(Step & { readonly done: boolean })[]> {
  const { steps, run } = await openStudy(study, { signal });
  return Promise.all(
    steps.map(async (step) => {
      const outcome = await readOutcome(run.step(step.key));
      return { ...step, done: outcome?.outputs.every((output) => existsSync(join(run.path, output))) ?? false };
    }),
  );
}

interface OpenedStudy {
  readonly run: RunFolder;
  readonly steps: readonly Step[];
  readonly executor: Executor;
  /** Writes `run.json` from what became of the steps. */
  finish(started: Date): Promise<StudyRun>;
}

async function openStudy(study: Study, options: RunStudyOptions): Promise<OpenedStudy> {
  const { preset = null, strict = false, device, onProgress, signal } = options;
  const command = options.command ?? 'runStudy(…)';
  const run = new RunFolder(study.out);
  const before = await runIfAny(run.path);
  const checkpoints = await openCheckpoints(study.checkpoints, before?.record.checkpoints);
  const hashes = new Map<string, string>();
  for (const checkpoint of checkpoints) hashes.set(checkpoint.name, await checkpointHash(checkpoint, signal));
  const steps = await stepsOf(
    study,
    checkpoints.map(({ name }) => ({ name, hash: hashes.get(name)! })),
    (name) => run.set(name),
  );
  let cells: Promise<readonly RunCell[]> | null = null;
  const cellsNow = (): Promise<readonly RunCell[]> => (cells ??= cellsOfStudy(study, run, checkpoints, hashes));
  const executor = new Executor({
    study,
    run,
    cells: cellsNow,
    checkpoint: (name) => Promise.resolve(checkpoints.find((checkpoint) => checkpoint.name === name)!),
    device,
    command,
    strict,
    onProgress,
    signal,
  });

  const finish = async (started: Date): Promise<StudyRun> => {
    const own = await cellsNow();
    const outcomes = await Promise.all(
      steps
        .filter(({ kind }) => kind !== 'record')
        .map(async (step) => ({ step, outcome: await readOutcome(run.step(step.key)) })),
    );
    const executed: ExecutedStudy = {
      preset,
      command,
      started: started.toISOString(),
      seconds: (Date.now() - started.getTime()) / 1000,
      device: device ?? 'cpu',
      study,
      cells: [...own],
      skipped: outcomes.flatMap(({ step, outcome }) =>
        outcome?.status === 'skipped' && outcome.reason !== null
          ? [
              {
                checkpoint: step.checkpoint!,
                set: step.set!,
                analysis: step.outputs[0]
                  .split('/')
                  .at(-1)!
                  .replace(/\.json$/, ''),
                reason: outcome.reason,
              },
            ]
          : [],
      ),
    };
    const studies = withStudy(before?.record.studies ?? [], executed);
    const all = cellsOf({ studies });
    const paths = [
      ...(before?.record.checkpoints ?? []),
      ...checkpoints.map(({ name, directory }) => ({ name, path: directory, hash: hashes.get(name)! })),
    ];
    const record: RunRecord = {
      format: 'plumbline-run',
      version: 2,
      plumbline: VERSION,
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
      studies,
      checkpoints: [...new Map(paths.map((entry) => [entry.name, entry])).values()].filter(({ name }) =>
        all.some(({ checkpoint }) => checkpoint.name === name),
      ),
      files: await hashesOf(run, all, signal),
      timings: mergedTimings(
        before?.record.timings ?? [],
        outcomes.flatMap(({ outcome }) => outcome?.timings ?? []),
      ),
    };
    await writeRecord(run, record);
    const diagnosed = await Promise.all(
      own
        .filter(({ set }) => isDiagnosed(study, set.folder))
        .map(async (cell) => ({ set: cell.set.folder, results: await readCell(run, cell) })),
    );
    const reports = steps
      .filter(({ kind }) => kind === 'report')
      .map(({ outputs }) => join(run.path, outputs[0], 'index.html'));
    return { run, record, executed, diagnosed, reports };
  };
  return { run, steps, executor, finish };
}

async function cellsOfStudy(
  study: Study,
  run: RunFolder,
  checkpoints: readonly Checkpoint[],
  hashes: ReadonlyMap<string, string>,
): Promise<readonly RunCell[]> {
  const cells: RunCell[] = [];
  for (const { name } of checkpoints)
    for (const set of study.sets) {
      // A single step may come before the other sets are there.
      if (!hasContrastSet(run.set(set.name))) continue;
      const { name: called, hash } = await readContrastSetHeader(run.set(set.name));
      cells.push({ checkpoint: { name, hash: hashes.get(name)! }, set: { name: called, folder: set.name, hash } });
    }
  return cells;
}
