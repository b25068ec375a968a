/**
 * Runs a study: sets, states, analyses, reports. Everything is keyed by content, so a second run redoes nothing and a
 * stopped one goes on where it stopped.
 */
import { constants } from 'node:fs';
import { cp, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import {
  GENERATORS,
  hasContrastSet,
  readContrastSet,
  readContrastSetHeader,
  type Generator,
} from '../../contrast-sets/index.ts';
import type { ContrastSet } from '../../core/artifacts/contrast-set.ts';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { writeJsonAtomic } from '../../core/formats/atomic.ts';
import { hashValue } from '../../core/formats/hash.ts';
import { readJson } from '../../core/formats/json.ts';
import type { OnProgress } from '../../core/progress.ts';
import { VERSION } from '../../core/version.ts';
import { checkpointHash, type ExtractOptions, openCheckpoint, type Checkpoint } from '../../extractors/index.ts';
import { writeReport, type CheckpointReport } from '../../reports/index.ts';
import { causeStudy } from '../cause.ts';
import { drawResults } from '../figures.ts';
import { openCheckpoints } from '../open-checkpoints.ts';
import { hashesOf, STUDY_FILE, studyRecordSchema, type RunCell, type StudyRecord } from '../run-contents.ts';
import { RunFolder } from '../run-folder.ts';
import { sweep } from '../sweep.ts';
import { timedExtraction } from '../timed-extraction.ts';
import { MACHINE, mergedTimings, sizeOfLayers, type Timing } from '../timings.ts';
import { analyseCell, type TimedAnalysis } from './analyse-cell.ts';
import { analysesOn } from './read.ts';
import { reportOf } from './report.ts';
import type { Study, StudySet } from './schema.ts';

export interface RunStudyOptions {
  /** Recorded in the run; defaults to a text that names the call. */
  readonly command?: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface StudyRun {
  readonly record: StudyRecord;
  /** Verdicts, one a checkpoint and diagnosed set. */
  readonly diagnosed: readonly { readonly set: string; readonly results: CheckpointReport }[];
  /** Paths of the pages. */
  readonly reports: readonly string[];
}

/** Sets whose analyses need the states of whole pictures and prompts; a sweep reads its own. */
export const needsStates = (study: Study, set: string): boolean =>
  analysesOn(study, set).some(({ name }) => name !== 'sweep');

/** How a study reads hidden states. */
export const extractionOf = ({
  layers,
  selections,
  dtype,
}: Study): Pick<ExtractOptions, 'layers' | 'selections' | 'dtype'> => ({ layers, selections, dtype });

/** What a generator is asked for. */
export function parametersOfSet(set: Extract<StudySet, { generator: string }>): Record<string, unknown> {
  const generator: Generator = GENERATORS[set.generator];
  return { ...(set.scenes !== undefined && generator.scaled(set.scenes)), ...set.parameters };
}

/**
 * Executes a study, or what of it isn't there yet.
 * @throws {PlumblineError} that says which checkpoint, set or file is missing, damaged or unsupported
 */
export async function runStudy(
  study: Study,
  { command = 'runStudy(…)', onProgress, signal }: RunStudyOptions = {},
): Promise<StudyRun> {
  const started = new Date();
  const context = { onProgress, signal };
  const run = new RunFolder(study.out);
  const checkpoints = await openCheckpoints(study.checkpoints);
  const timings: Timing[] = [];
  const sets = new Map<string, ContrastSet>();
  for (const set of study.sets) sets.set(set.name, await provideSet(set, run, study.seed, context));

  const cells: RunCell[] = [];
  for (const checkpoint of checkpoints) {
    const hash = await checkpointHash(checkpoint, signal);
    for (const [folder, set] of sets) {
      cells.push({
        checkpoint: { name: checkpoint.name, hash },
        set: { name: set.header.name, folder, hash: set.header.hash },
      });
      if (!needsStates(study, folder)) continue;
      timings.push(
        ...(
          await timedExtraction({
            checkpoint,
            set,
            directory: run.states(checkpoint.name, folder),
            ...extractionOf(study),
            ...context,
          })
        ).timings,
      );
    }
  }

  const skipped: StudyRecord['skipped'] = [];
  const diagnosed: StudyRun['diagnosed'][number][] = [];
  for (const cell of cells) {
    const { folder } = cell.set;
    if (!needsStates(study, folder)) continue;
    const ofSet = { generator: sets.get(folder)!.header.generator, machine: MACHINE };
    const onTimed = ({ name, seconds, layers, items }: TimedAnalysis): void =>
      void timings.push({
        step: 'analysis',
        name,
        checkpoint: cell.checkpoint.hash,
        ...ofSet,
        items,
        ...sizeOfLayers(layers),
        seconds,
      });
    const done = await analyseCell({ run, study, cell, cells, onTimed, ...context });
    skipped.push(...done.skipped);
    if (done.report !== null) diagnosed.push({ set: folder, results: done.report });
    const checkpoint = checkpoints.find(({ name }) => name === cell.checkpoint.name)!;
    skipped.push(...(await causes({ study, run, cell, checkpoint, set: sets.get(folder)! }, context)));
  }
  await sweeps(study, run, command, context);

  const reports: string[] = [];
  for (const [folder, set] of sets) {
    const planned = reportOf({
      study,
      folder,
      checkpoints: diagnosed.filter((entry) => entry.set === folder).map(({ results }) => results),
      command,
      run,
    });
    if (planned === null) continue;
    const begin = Date.now();
    const { html } = await writeReport({ ...planned, set, ...context });
    const seconds = (Date.now() - begin) / 1000;
    if ((await stat(html)).mtimeMs >= begin)
      timings.push({
        step: 'report',
        name: '',
        checkpoint: null,
        generator: '',
        items: planned.checkpoints.length,
        layers: 0,
        width: 0,
        seconds,
        machine: MACHINE,
      });
    reports.push(html);
  }
  const files = await hashesOf(run, cells, signal);
  await figures(study, run, files, context);
  const before = await readJson(join(run.path, STUDY_FILE), studyRecordSchema).catch(() => null);
  const record: StudyRecord = {
    format: 'plumbline-study-run',
    version: 1,
    plumbline: VERSION,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    command,
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    config: study,
    cells,
    skipped,
    files,
    timings: mergedTimings(before?.timings ?? [], timings),
  };
  await writeJsonAtomic(join(run.path, STUDY_FILE), record);
  return { record, diagnosed, reports };
}

/** Draws every result anew when one of them, or how it is drawn, has changed. */
async function figures(study: Study, run: RunFolder, files: StudyRecord['files'], context: Context): Promise<void> {
  if (study.figures === false) return;
  const out = join(run.path, 'figures');
  const options = study.figures === true ? {} : study.figures;
  const key = hashValue({
    plumbline: VERSION,
    options,
    results: Object.entries(files).filter(([file]) => file.startsWith('results/')),
  });
  const index = join(out, 'drawn.json');
  const drawn = await readJson(index, z.object({ key: z.string() })).catch(() => null);
  if (drawn?.key === key) return;
  try {
    await drawResults({ results: [join(run.path, 'results')], out, ...options, ...context });
  } catch (error) {
    // Results may all be undefined on a small set; that is no reason to lose the study.
    if (!(error instanceof PlumblineError && error.code === 'no-results')) throw error;
  }
  await writeJsonAtomic(index, { key });
}

type Context = Pick<RunStudyOptions, 'onProgress' | 'signal'>;

/** Generates a set in the run, or copies a finished one into it, so that a run folder is whole in itself. */
async function provideSet(set: StudySet, run: RunFolder, seed: number, context: Context): Promise<ContrastSet> {
  const directory = run.set(set.name);
  if ('generator' in set) {
    const generator: Generator = GENERATORS[set.generator];
    await generator.generate({ directory, seed: set.seed ?? seed, parameters: parametersOfSet(set), ...context });
    return readContrastSet(directory);
  }
  const { hash } = await readContrastSetHeader(set.folder);
  if (hasContrastSet(directory)) {
    const there = await readContrastSetHeader(directory);
    if (there.hash === hash) return readContrastSet(directory);
    throw new PlumblineError('set-exists', `the run holds another set under the name \`${set.name}\``, {
      where: directory,
      hint: 'give this set another name, or the study another out folder',
    });
  }
  await readContrastSet(set.folder);
  const unfinished = `${directory}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  // A clone where the file system can: pictures are many.
  await cp(set.folder, unfinished, { recursive: true, mode: constants.COPYFILE_FICLONE });
  await rename(unfinished, directory);
  return readContrastSet(directory);
}

async function causes(
  {
    study,
    run,
    cell,
    checkpoint,
    set,
  }: { study: Study; run: RunFolder; cell: RunCell; checkpoint: Checkpoint; set: ContrastSet },
  context: Context,
): Promise<StudyRecord['skipped']> {
  const skipped: StudyRecord['skipped'] = [];
  for (const analysis of analysesOn(study, cell.set.folder)) {
    if (analysis.name !== 'cause' || !('axis' in analysis)) continue;
    const { axis, alphas, layers } = analysis;
    try {
      if ((await openCheckpoint(checkpoint.directory)).name !== checkpoint.name)
        throw new PlumblineError('twin-names', 'two checkpoints of the study have one name', {
          where: checkpoint.directory,
          hint: 'rename one of the folders',
        });
      await causeStudy({
        run,
        setFolder: cell.set.folder,
        set,
        checkpoint: checkpoint.directory,
        axis,
        extraction: extractionOf(study),
        alphas,
        layers,
        seed: study.seed,
        ...context,
      });
    } catch (error) {
      if (!(error instanceof PlumblineError) || error.code === 'interrupted') throw error;
      skipped.push({
        checkpoint: checkpoint.name,
        set: cell.set.folder,
        analysis: `cause ${axis}`,
        reason: messageOf(error),
      });
    }
  }
  return skipped;
}

async function sweeps(study: Study, run: RunFolder, command: string, context: Context): Promise<void> {
  const [wanted, ...more] = study.analyses.filter(
    (analysis): analysis is Extract<typeof analysis, { keepStates: boolean }> => analysis.name === 'sweep',
  );
  if (wanted === undefined) return;
  if (more.length > 0)
    throw new PlumblineError('analysis-twice', 'a study has one sweep', { hint: 'name all its sets in one entry' });
  const sets = (wanted.sets ?? study.sets.map(({ name }) => name)).map((name) => run.set(name));
  await sweep({
    checkpoints: study.checkpoints,
    sets,
    out: run.path,
    layers: wanted.layers,
    keepStates: wanted.keepStates,
    seed: study.seed,
    command,
    ...context,
  });
}
