/**
 * What `plumbline run --dry-run` prints: the steps of a study and estimates of their time, disk and memory, each with
 * how it was got.
 *
 * Rule of the estimates: where a run beside this one on the same kind of machine has recorded how long the same step
 * took (of the same checkpoint, or the same analysis), that is scaled to the items, layers and width of this one. Else
 * it is measured just now: small sets of the same parameters are made, a few items are read through each checkpoint,
 * and analyses are run on noise, all in a temporary folder. Checkpoints too large to be opened for that are judged by
 * their size. Time and bytes grow in proportion to scenes and items; what opening costs is counted once. Memory is the
 * most that measuring took, more for more rows, and more for a report. Estimates say what to expect, not what will be.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PATCHED_TOKENS } from '../../analysis/index.ts';
import {
  GENERATORS,
  hasContrastSet,
  readContrastSet,
  readContrastSetHeader,
  type Generator,
} from '../../contrast-sets/index.ts';
import { itemsOf, type Axis, type ContrastSet, type ContrastSetHeader } from '../../core/artifacts/contrast-set.ts';
import { CAUSE_DIRECTIONS, ERASED } from '../../core/artifacts/results/cause.ts';
import { PlumblineError } from '../../core/errors.ts';
import { checkpointHash, type Checkpoint } from '../../extractors/index.ts';
import { ANALYSES } from '../analyses.ts';
import { layersRead } from './layers-read.ts';
import { openCheckpoints } from '../open-checkpoints.ts';
import { runIfAny } from '../record.ts';
import { resultName, type AnalysisRequest } from '../request.ts';
import { RunFolder } from '../run-folder.ts';
import { earlierTimings, timingFor, type EarlierTiming } from './timings.ts';
import {
  analysisCost,
  extractionCost,
  sizeOf,
  sweepCost,
  type AnalysisCost,
  type ExtractionCost,
} from './calibrate.ts';
import type { Study, StudySet } from '../config/schema.ts';
import { extractionOf, parametersOfSet, stepsOf, type Step } from '../steps.ts';

export interface PlannedStep {
  readonly step: string;
  /** Whether it is there already, as far as can be told without computing anything. */
  readonly done: boolean;
  /** e.g. `450 scenes, 1800 pictures`. */
  readonly of: string;
  readonly seconds: number;
  /** Null where it is next to nothing. */
  readonly bytes: number | null;
  /** How the numbers were got: `run NAME: …`, `measured: …`, or `guess …`. */
  readonly by: string;
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

/** Scenes of the two sample sets: what the larger costs beyond the smaller is the scenes', the rest is starting up. */
const SAMPLE_SCENES = [4, 12] as const;
/** Measuring analyses stops after so many seconds; the others are guessed. */
const ANALYSES_BUDGET = 20;
/** Seconds of a layer, item and number of its width, where an analysis isn't measured. */
const GUESSED_ANALYSIS = 2e-5;
const REPORT_SECONDS = 4;
const REPORT_BYTES = 8 << 20;
/** Memory of drawing, and double-precision copies of one layer's rows that an analysis holds. */
const REPORT_MEMORY = 120 << 20;
const COPIES = 16;

interface Counted {
  readonly items: number;
  readonly images: number;
  /** A small set with the same kind of items. */
  readonly sample: ContrastSet;
}

/** Plans a study without writing anything into its run folder. */
export async function planStudy(study: Study, signal?: AbortSignal): Promise<StudyPlan> {
  const scratch = await mkdtemp(join(tmpdir(), 'plumbline-plan-'));
  try {
    return await new Planner(study, scratch, await earlierTimings(new RunFolder(study.out).path), signal).plan();
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

class Planner {
  private readonly study: Study;
  private readonly run: RunFolder;
  private readonly scratch: string;
  private readonly earlier: readonly EarlierTiming[];
  private readonly signal: AbortSignal | undefined;
  private readonly steps: PlannedStep[] = [];
  /** Costs of analyses by name, selection and kind of set. */
  private readonly analysed = new Map<string, AnalysisCost>();
  private analysing = 0;
  private readonly checkpoints = new Map<string, { readonly checkpoint: Checkpoint; readonly hash: string | null }>();
  private readonly counted = new Map<string, Counted>();
  /** Costs of extraction by checkpoint and set. */
  private readonly costs = new Map<string, ExtractionCost>();
  /** Most numbers of a layer at a time, and memory that a checkpoint takes beyond what was there. */
  private rows = 0;
  private beyond = 0;

  constructor(study: Study, scratch: string, earlier: readonly EarlierTiming[], signal?: AbortSignal) {
    this.study = study;
    this.run = new RunFolder(study.out);
    this.scratch = scratch;
    this.earlier = earlier;
    this.signal = signal;
  }

  async plan(): Promise<StudyPlan> {
    const { study, run, steps } = this;
    const before = await runIfAny(run.path);
    const checkpoints = await openCheckpoints(study.checkpoints, before?.record.checkpoints);
    // Hashing gigabytes is worth it only where there is something to look up.
    const hashed = this.earlier.length > 0;
    for (const checkpoint of checkpoints)
      this.checkpoints.set(checkpoint.name, {
        checkpoint,
        hash: hashed ? await checkpointHash(checkpoint, this.signal) : null,
      });
    const named = checkpoints.map(({ name }) => ({ name, hash: this.checkpoints.get(name)!.hash ?? '' }));
    let drawing = 0;
    for (const step of await stepsOf(study, named, (name) => run.set(name))) {
      if (step.kind === 'set') await this.set(step);
      else if (step.kind === 'states') await this.extraction(step);
      else if (step.kind === 'analysis') await this.analysis(step);
      else if (step.kind === 'report') {
        drawing = REPORT_MEMORY;
        const known = timingFor(this.earlier, { step: 'report', checkpoint: null, generator: '' });
        const each = known === null ? REPORT_SECONDS : known.seconds / known.items;
        steps.push({
          step: step.title,
          done: false,
          of: `${checkpoints.length} checkpoints`,
          seconds: each * checkpoints.length,
          bytes: REPORT_BYTES,
          by: known === null ? 'guess' : `run ${basename(known.run)}: ${known.items} checkpoints`,
        });
      }
    }
    const memory = process.memoryUsage().rss + this.beyond + 8 * COPIES * this.rows;
    const open = steps.filter(({ done }) => !done);
    return {
      out: run.path,
      steps,
      seconds: open.reduce((sum, { seconds }) => sum + seconds, 0),
      bytes: open.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0),
      memory: memory + drawing,
      rule: 'estimates in proportion to scenes and items; how each was got stands beside it: of an earlier run on this kind of machine, measured just now on a sample or on noise, or a guess',
    };
  }

  private async set({ set: name, title }: Step): Promise<void> {
    const { study, run } = this;
    const set = study.sets.find((own) => own.name === name)!;
    const { step, ...counts } = await planSet(set, run, study.seed, join(this.scratch, 'sets', set.name), this.signal);
    this.steps.push({ ...step, step: title });
    this.counted.set(set.name, counts);
  }

  private async extraction({ title, checkpoint: name, set }: Step): Promise<void> {
    const { checkpoint, hash } = this.checkpoints.get(name!)!;
    const { items, sample } = this.counted.get(set!)!;
    const measured = await extractionCost({
      checkpoint,
      set: sample,
      directory: join(this.scratch, 'states'),
      extraction: extractionOf(this.study),
      signal: this.signal,
    });
    const known =
      hash === null
        ? null
        : timingFor(this.earlier, { step: 'extract', checkpoint: hash, generator: sample.header.generator });
    const cost =
      known === null
        ? measured
        : {
            ...measured,
            open: 0,
            perItem: known.seconds / known.items,
            by: `run ${basename(known.run)}: ${known.items} items`,
          };
    const done = await exists(join(this.run.states(name!, set!), 'states.json'));
    this.steps.push({
      step: title,
      done,
      of: `${items} items \u00d7 ${cost.layers.length} layers`,
      seconds: cost.open + items * cost.perItem,
      bytes: items * cost.bytesPerItem,
      by: cost.by,
    });
    this.costs.set(`${name}/${set}`, cost);
    this.rows = Math.max(this.rows, items * cost.width);
    this.beyond = Math.max(this.beyond, cost.memory);
  }

  private async analysis(step: Step): Promise<void> {
    const { title, checkpoint: own, set } = step;
    const request = step.request!;
    const { checkpoint, hash } = this.checkpoints.get(own!)!;
    const counts = this.counted.get(set!)!;
    const { reads } = ANALYSES[request.name];
    if (reads === 'patches') return this.sweep(title, request, checkpoint, counts);
    const cost = this.costs.get(`${own}/${set}`)!;
    if (reads === 'checkpoint') {
      this.steps.push({ step: title, done: false, ...causeCost(request, checkpoint, counts, cost) });
      return;
    }
    const layers = layersRead(request, cost.header ?? { layers: [...cost.layers], selections: null });
    const numbers = counts.items * layers.reduce((sum, { width }) => sum + width, 0);
    const known = timingFor(this.earlier, {
      step: 'analysis',
      name: resultName(request),
      checkpoint: hash,
      generator: counts.sample.header.generator,
    });
    const found =
      known === null
        ? await this.measured(request, counts.sample, cost)
        : {
            perNumber: known.seconds / (known.items * known.layers * known.width),
            by: `run ${basename(known.run)}: ${known.items} items`,
          };
    this.steps.push({
      step: title,
      done: false,
      of: `${layers.length} layers`,
      seconds: numbers * found.perNumber,
      bytes: null,
      by: found.by,
    });
  }

  /** Measured once for each kind of set, as long as the budget lasts. */
  private async measured(
    request: AnalysisRequest,
    set: ContrastSet,
    { header }: ExtractionCost,
  ): Promise<AnalysisCost> {
    const key = JSON.stringify([resultName(request), set.header.generator]);
    const known = this.analysed.get(key);
    if (known !== undefined) return known;
    if (header === null || this.analysing > ANALYSES_BUDGET)
      return { perNumber: GUESSED_ANALYSIS, by: 'guess', refused: null };
    const begin = performance.now();
    const cost = await analysisCost({ request, set, header, signal: this.signal });
    this.analysing += (performance.now() - begin) / 1000;
    this.analysed.set(key, cost);
    return cost;
  }

  private async sweep(
    title: string,
    { layers }: AnalysisRequest,
    checkpoint: Checkpoint,
    { images, sample }: Counted,
  ): Promise<void> {
    const cost = (await sweepCost({
      checkpoint,
      set: sample,
      directory: join(this.scratch, 'dense'),
      layers,
      signal: this.signal,
    })) ?? { perPicture: GUESSED_PICTURE, bytesPerPicture: 0, by: 'guess: the checkpoint is too large to be tried' };
    this.steps.push({
      step: title,
      done: false,
      of: `${images} pictures`,
      seconds: images * cost.perPicture,
      bytes: images * cost.bytesPerPicture,
      by: this.study.keepDense ? cost.by : `${cost.by}; its disk is free again after the sweep`,
    });
  }
}

const GUESSED_PICTURE = 3;

/** Extractions under interventions: each opens the checkpoint and asks again what its analysis needs. */
function causeCost(
  { layers, options }: AnalysisRequest,
  checkpoint: Checkpoint,
  { items, sample }: Counted,
  cost: ExtractionCost,
): Pick<PlannedStep, 'of' | 'seconds' | 'bytes' | 'by'> {
  const axis = options.axis as Axis;
  const alphas = options.alphas as readonly number[];
  const blocks = layers?.length ?? cost.layers.filter(({ part, kind }) => part === 'text' && kind === 'block').length;
  const all = itemsOf(sample).length;
  const swaps = itemsOf({ pairs: sample.pairs.filter(({ kind }) => kind === 'question-swap') });
  const swapped = (items * swaps.length) / all;
  const asked = (items * swaps.filter((item) => item.axis === axis).length) / all;
  const steered = 2 * blocks + CAUSE_DIRECTIONS.length * alphas.length;
  const [patched, erased] = [
    PATCHED_TOKENS.length * blocks,
    (axis === 'vertical' ? ERASED.length - 1 : ERASED.length) * blocks,
  ];
  const questions = (steered * asked) / 2 + patched * asked + (erased * swapped) / 2;
  const runs = steered + patched + erased;
  const width = checkpoint.layers.filter(({ part }) => part === 'text').at(-1)?.width ?? cost.width;
  return {
    of: `${runs} interventions, ${Math.round(questions)} questions`,
    seconds: runs * cost.open + questions * cost.perItem,
    // The last layer's state and the answer; a patch keeps the states that it puts in.
    bytes: questions * (4 * width + ANSWER_BYTES) + patched * asked * 4 * width,
    by: `by extraction (${cost.by})`,
  };
}

/** An answer beside its copy in the shard, and its line of the index. */
const ANSWER_BYTES = 400;

async function planSet(
  set: StudySet,
  run: RunFolder,
  seed: number,
  scratch: string,
  signal?: AbortSignal,
): Promise<Counted & { step: PlannedStep }> {
  const there = run.set(set.name);
  const finished = hasContrastSet(there) ? there : 'folder' in set ? set.folder : null;
  if (finished !== null) {
    const sample = await readContrastSet(finished);
    const bytes = await sizeOf(finished);
    const { items, images } = sample.header.counts;
    return {
      items,
      images,
      sample,
      step: {
        step: `${'folder' in set ? 'copy' : 'generate'} ${set.name}`,
        done: finished === there,
        of: countsOf(sample.header.counts, 1),
        seconds: bytes / (200 << 20),
        bytes,
        by: 'counted',
      },
    };
  }
  if (!('generator' in set))
    throw new PlumblineError('set-not-found', `no set in this folder`, {
      where: set.folder,
      hint: 'give the folder of a finished set',
    });
  const generator: Generator = GENERATORS[set.generator];
  const parameters = parametersOfSet(set);
  const made: { seconds: number; bytes: number; scale: number; counts: ContrastSetHeader['counts'] }[] = [];
  for (const scenes of SAMPLE_SCENES) {
    const own = { ...parameters, ...generator.scaled(scenes) };
    const directory = join(scratch, String(scenes));
    const begin = performance.now();
    await generator.generate({ directory, seed: set.seed ?? seed, parameters: own, signal });
    made.push({
      seconds: (performance.now() - begin) / 1000,
      bytes: await sizeOf(directory),
      scale: scaleOf(generator, own),
      counts: (await readContrastSetHeader(directory)).counts,
    });
  }
  const [small, large] = made;
  const scale = scaleOf(generator, parameters);
  const perScale = Math.max(0, large.seconds - small.seconds) / (large.scale - small.scale);
  const factor = scale / large.scale;
  const { items, images } = large.counts;
  return {
    items: Math.round(items * factor),
    images: Math.round(images * factor),
    sample: await readContrastSet(join(scratch, String(SAMPLE_SCENES[1]))),
    step: {
      step: `generate ${set.name}`,
      done: false,
      of: countsOf(large.counts, factor),
      seconds: Math.max(0, small.seconds - small.scale * perScale) + scale * perScale,
      bytes: large.bytes * factor,
      by: `measured: ${small.counts.scenes} and ${large.counts.scenes} scenes just now`,
    },
  };
}

/**
 * How much parameters ask for, in the unit of what `scaled` sets: the numbers in those fields, defaults filled in,
 * added up.
 */
function scaleOf(generator: Generator, parameters: Record<string, unknown>): number {
  const filled = generator.parameters.parse(parameters);
  const total = (value: unknown): number =>
    typeof value === 'number'
      ? value
      : value !== null && typeof value === 'object'
        ? Object.values(value).reduce((sum: number, entry) => sum + total(entry), 0)
        : 0;
  const [field] = Object.keys(generator.scaled(SAMPLE_SCENES[0])).slice(-1);
  return total(filled[field]);
}

const countsOf = ({ scenes, images }: ContrastSetHeader['counts'], factor: number): string =>
  `${Math.round(scenes * factor)} scenes, ${Math.round(images * factor)} pictures`;

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
