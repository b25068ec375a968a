/**
 * What `plumbline run --dry-run` prints: the steps of a study and estimates of their time, disk and memory.
 *
 * Rule of the estimates: a small set of the same parameters is made, and a few items of it are read through each checkpoint, into a temporary folder. Time and bytes grow in proportion to
 * scenes and items; opening a checkpoint is counted once, told from the rest by reading two samples of different size. Analyses are counted at stated speeds (`SECONDS`), memory as the
 * most that the samples took, plus four double-precision copies of one layer's rows. Estimates say what to expect, not what will be.
 */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GENERATORS, hasContrastSet, readContrastSet, readContrastSetHeader, type Generator } from '../../contrast-sets/index.ts';
import type { ContrastSet, ContrastSetHeader } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { extract, type Checkpoint } from '../../extractors/index.ts';
import { openCheckpoints } from '../open-checkpoints.ts';
import { RunFolder } from '../run-folder.ts';
import { analysesOn } from './read.ts';
import { needsStates, parametersOfSet } from './run.ts';
import type { Study, StudySet } from './schema.ts';

export interface PlannedStep {
  readonly step: string;
  /** Whether it is there already, as far as can be told without computing anything. */
  readonly done: boolean;
  /** e.g. `450 scenes, 1800 pictures`. */
  readonly of: string;
  /** Null where nothing is known. */
  readonly seconds: number | null;
  readonly bytes: number | null;
}

export interface StudyPlan {
  readonly out: string;
  readonly steps: readonly PlannedStep[];
  /** Sums over the steps that aren't done. */
  readonly seconds: number;
  readonly bytes: number;
  /** Most memory at a time. */
  readonly memory: number;
  /** How the numbers came about. */
  readonly rule: string;
}

/** Scenes of a sample set, and items of it that are read: the smaller sample and the larger one. */
const SAMPLE_SCENES = 4;
const SAMPLE_ITEMS = [6, 24] as const;
/** Seconds of an analysis for one layer of 1,000 items at width 100, on two cores; fixed, rough guesses from the reference checkpoints. */
const SECONDS: Readonly<Record<string, number>> = { diagnose: 1.2, mdl: 8, mlp: 10, erasure: 8, controls: 5, 'learning-curve': 8 };
const OTHER_SECONDS = 0.5;
const REPORT_SECONDS = 10;
const COPIES = 4;

interface Counted {
  readonly items: number;
  /** A small set with the same kind of items. */
  readonly sample: ContrastSet;
}

/** Plans a study without writing anything into its run folder. */
export async function planStudy(study: Study, signal?: AbortSignal): Promise<StudyPlan> {
  const run = new RunFolder(study.out);
  const checkpoints = await openCheckpoints(study.checkpoints);
  const scratch = await mkdtemp(join(tmpdir(), 'plumbline-plan-'));
  const steps: PlannedStep[] = [];
  let memory = process.memoryUsage().rss;
  try {
    const counted = new Map<string, Counted>();
    for (const set of study.sets) {
      const { step, ...counts } = await planSet(set, run, study.seed, join(scratch, 'sets', set.name), signal);
      steps.push(step);
      counted.set(set.name, counts);
    }
    for (const checkpoint of checkpoints) {
      for (const { name } of study.sets) {
        const { items, sample } = counted.get(name)!;
        if (!needsStates(study, name)) {
          steps.push({ step: `sweep ${checkpoint.name} on ${name}`, done: false, of: `${items} items`, seconds: null, bytes: null });
          continue;
        }
        const measured = await sampleCheckpoint(study, checkpoint, sample, join(scratch, 'states'), signal);
        memory = Math.max(memory, process.memoryUsage().rss + COPIES * 8 * items * measured.width);
        const there = await exists(join(run.states(checkpoint.name, name), 'states.json'));
        steps.push({ step: `extract ${checkpoint.name} on ${name}`, done: there, of: `${items} items × ${measured.layers} layers`, seconds: measured.open + items * measured.perItem, bytes: items * measured.bytesPerItem });
        const units = (measured.layers * items * measured.width) / 100_000;
        for (const analysis of analysesOn(study, name)) {
          const seconds = analysis.name === 'cause' || analysis.name === 'sweep' ? null : units * (SECONDS[analysis.name] ?? OTHER_SECONDS);
          steps.push({ step: `${analysis.name} of ${checkpoint.name} on ${name}`, done: false, of: `${measured.layers} layers`, seconds, bytes: null });
        }
      }
    }
    for (const { name } of study.report === false ? [] : study.sets) {
      if (analysesOn(study, name).some((analysis) => analysis.name === 'diagnose')) steps.push({ step: `report on ${name}`, done: false, of: `${checkpoints.length} checkpoints`, seconds: REPORT_SECONDS, bytes: 8 << 20 });
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  const open = steps.filter(({ done }) => !done);
  return {
    out: run.path,
    steps,
    seconds: open.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0),
    bytes: open.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
    memory,
    rule: `estimates: sets and extraction from samples of ${SAMPLE_SCENES} scenes and ${SAMPLE_ITEMS.join(' and ')} items on this machine just now, in proportion; analyses at fixed speeds per layer, item and width; steps without a time are not counted`,
  };
}

async function planSet(set: StudySet, run: RunFolder, seed: number, scratch: string, signal?: AbortSignal): Promise<Counted & { step: PlannedStep }> {
  const there = run.set(set.name);
  const finished = hasContrastSet(there) ? there : 'folder' in set ? set.folder : null;
  if (finished !== null) {
    const sample = await readContrastSet(finished);
    const bytes = await sizeOf(finished);
    return { items: sample.header.counts.items, sample, step: { step: `${'folder' in set ? 'copy' : 'generate'} ${set.name}`, done: finished === there, of: countsOf(sample.header.counts, 1), seconds: bytes / (200 << 20), bytes } };
  }
  if (!('generator' in set)) throw new PlumblineError('set-not-found', `no set in this folder`, { where: set.folder, hint: 'give the folder of a finished set' });
  const generator: Generator = GENERATORS[set.generator];
  const parameters = parametersOfSet(set);
  const begin = performance.now();
  await generator.generate({ directory: scratch, seed: set.seed ?? seed, parameters: { ...parameters, ...generator.scaled(SAMPLE_SCENES) }, ...(signal && { signal }) });
  const seconds = (performance.now() - begin) / 1000;
  const sample = await readContrastSet(scratch);
  const { counts } = await readContrastSetHeader(scratch);
  const factor = scaleOf(generator, parameters) / scaleOf(generator, { ...parameters, ...generator.scaled(SAMPLE_SCENES) });
  return {
    items: Math.round(counts.items * factor),
    sample,
    step: { step: `generate ${set.name}`, done: false, of: countsOf(counts, factor), seconds: seconds * factor, bytes: (await sizeOf(scratch)) * factor },
  };
}

/** How much parameters ask for, in the unit of what `scaled` sets: the numbers in those fields, defaults filled in, added up. */
function scaleOf(generator: Generator, parameters: Record<string, unknown>): number {
  const filled = generator.parameters.parse(parameters) as Record<string, unknown>;
  const total = (value: unknown): number => (typeof value === 'number' ? value : value !== null && typeof value === 'object' ? Object.values(value).reduce((sum: number, entry) => sum + total(entry), 0) : 0);
  const [field] = Object.keys(generator.scaled(SAMPLE_SCENES)).slice(-1);
  return total(filled[field]);
}

const countsOf = ({ scenes, images }: ContrastSetHeader['counts'], factor: number): string => `${Math.round(scenes * factor)} scenes, ${Math.round(images * factor)} pictures`;

interface Measured {
  readonly open: number;
  readonly perItem: number;
  readonly bytesPerItem: number;
  readonly layers: number;
  readonly width: number;
}

/** Reads two samples of different size: the difference is what items cost, the rest what opening costs. */
async function sampleCheckpoint(study: Study, checkpoint: Checkpoint, set: ContrastSet, directory: string, signal?: AbortSignal): Promise<Measured> {
  const runs: { seconds: number; rows: number; bytes: number; layers: number; width: number }[] = [];
  for (const items of SAMPLE_ITEMS) {
    const folder = join(directory, checkpoint.name, set.header.hash.slice(0, 12), String(items));
    const begin = performance.now();
    const { states } = await extract({ checkpoint, set: { ...set, pairs: set.pairs.slice(0, Math.ceil(items / 2)) }, directory: folder, ...(study.layers && { layers: study.layers }), ...(study.selections && { selections: study.selections }), dtype: study.dtype, ...(signal && { signal }) });
    const { header } = states;
    runs.push({ seconds: (performance.now() - begin) / 1000, rows: header.rows, bytes: await sizeOf(folder), layers: header.layers.length, width: Math.max(...header.layers.map(({ width }) => width)) });
  }
  const [small, large] = runs;
  const rows = Math.max(1, large.rows - small.rows);
  const perItem = Math.max(0, large.seconds - small.seconds) / rows;
  return { open: Math.max(0, small.seconds - small.rows * perItem), perItem, bytesPerItem: Math.max(0, large.bytes - small.bytes) / rows, layers: large.layers, width: large.width };
}

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map((entry) => stat(join(entry.parentPath, entry.name))));
  return sizes.reduce((sum, { size }) => sum + size, 0);
}

const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);
