/**
 * Is what was found also used? Steering, patching and erasure (methods §6) on one checkpoint: analyses write
 * interventions, extraction applies them, analyses compare the runs. Directions and the layer come from one half of the
 * scenes; what is reported comes from the other.
 */
import { join } from 'node:path';
import {
  CAUSE_ALPHAS,
  causeDirections,
  erasingEffect,
  erasingIntervention,
  PATCHED_TOKENS,
  patchingEffect,
  patchingIntervention,
  scoreItems,
  splitScenes,
  steeringEffect,
  steeringIntervention,
  type CauseVector,
  type ScoredItem,
} from '../analysis/index.ts';
import type { Answer } from '../core/artifacts/answers.ts';
import type { Axis, ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../core/artifacts/hidden-states.ts';
import { writeIntervention, type Intervention } from '../core/artifacts/intervention.ts';
import {
  CAUSE_DIRECTIONS,
  causeSchema,
  type CauseDirection,
  type CauseResult,
  type ERASED,
} from '../core/artifacts/results/cause.ts';
import type { Provenance, Stamped } from '../core/artifacts/results.ts';
import { PlumblineError } from '../core/errors.ts';
import { hashValue } from '../core/formats/hash.ts';
import { takeRows } from '../core/matrix.ts';
import { decimal } from '../core/numbers.ts';
import type { OnProgress } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import { VERSION } from '../core/version.ts';
import { type Device, extract, type Extraction, type ExtractOptions, openCheckpoint } from '../extractors/index.ts';
import { balancedRows, fitLeace, probeRows, randomEraser, type Eraser } from '../probes/index.ts';
import { stored, type RunFolder } from './run-folder.ts';

/** Raised when a number would come out differently. */
const CAUSE_VERSION = 1;

export interface CauseOptions {
  readonly run: RunFolder;
  /** Name of the set's folder in the run. */
  readonly setFolder: string;
  readonly set: ContrastSet;
  /** Folder of a checkpoint with a language side. */
  readonly checkpoint: string;
  /** Axis that is asked about; defaults to *distance*. */
  readonly axis?: Axis;
  /** Strengths α of α·‖h‖·v̂; defaults to *.25, .5, 1, 2*. */
  readonly alphas?: readonly number[];
  /** Layers; defaults to *all outputs of blocks that the states hold*. */
  readonly layers?: readonly string[];
  /** How the run's hidden states are read, where not by default: the same states serve. */
  readonly extraction?: Pick<ExtractOptions, 'layers' | 'selections' | 'dtype'>;
  readonly seed?: number;
  /** Where the checkpoint runs; defaults to *cpu*. */
  readonly device?: Device;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** The strength at which the layer is picked. */
const PICKING_ALPHA = 1;
const TOKENS = 'last';

/**
 * Steers, patches and erases, or reads the stored result of the same inputs.
 * @throws {PlumblineError} `no-language-side`, and as `extract` and the analyses
 */
export async function causeStudy(options: CauseOptions): Promise<Stamped<CauseResult>> {
  const { run, setFolder, axis = 'distance', seed = 0, signal } = options;
  const checkpoint = await openCheckpoint(options.checkpoint);
  if (checkpoint.text === null)
    throw new PlumblineError('no-language-side', 'this checkpoint gives no answers that could be moved', {
      where: checkpoint.directory,
      hint: 'steer a vision-language model or a decoder',
    });
  const set = swapsOf(options.set);
  const alphas = options.alphas ?? CAUSE_ALPHAS;
  const whole = await extract({
    checkpoint,
    set: options.set,
    directory: run.states(checkpoint.name, setFolder),
    ...options.extraction,
    ...runningOf(options),
    signal,
  });
  const layers =
    options.layers ??
    checkpoint.layers
      .filter(({ name, part, kind }) => part === 'text' && kind === 'block' && whole.states.has(name, TOKENS))
      .map(({ name }) => name);
  const { header } = whole.states;
  const provenance: Provenance = {
    plumbline: VERSION,
    seed,
    checkpoint: header.checkpoint,
    set: { name: set.header.name, hash: set.header.hash },
    key: causeKey({ seed, states: header.key, axis, alphas, layers }),
  };
  const answersUnder: AnswersUnder = async (intervention, pairs) => {
    const { name } = intervention.header;
    await writeIntervention(interventionFile(run, checkpoint.name, setFolder, name), intervention);
    return (
      await extractUnder({
        checkpoint,
        set: { ...set, pairs },
        intervention,
        directory: run.states(checkpoint.name, join(setFolder, name)),
        ...runningOf(options),
        signal,
      })
    ).answers;
  };
  const compute = (): Promise<CauseResult> =>
    causeResult({ set, states: whole.states, answers: whole.answers, axis, alphas, layers, seed, answersUnder });
  return stored(run.result(checkpoint.name, setFolder, `cause-${axis}`), causeSchema, provenance, compute);
}

/** The pictures as they are, in both question orders: 6 items a scene. */
const swapsOf = (set: ContrastSet): ContrastSet => ({
  ...set,
  pairs: set.pairs.filter((pair) => pair.kind === 'question-swap'),
});

/** Content key of a result. */
export function causeKey({
  seed,
  states,
  axis,
  alphas,
  layers,
}: {
  seed: number;
  states: string;
  axis: Axis;
  alphas: readonly number[];
  layers: readonly string[];
}): string {
  return hashValue({ plumbline: VERSION, version: CAUSE_VERSION, seed, states, axis, alphas, layers });
}

/** Where a run keeps an intervention; the answers under it lie under `states/CHECKPOINT/SET/NAME/`. */
export function interventionFile(run: RunFolder, checkpoint: string, setFolder: string, name: string): string {
  return join(run.path, 'interventions', checkpoint, setFolder, `${name}.json`);
}

/** Runs a changed checkpoint; of its states only the last layer is kept, the answers are what counts. */
export function extractUnder({
  checkpoint,
  signal,
  ...options
}: Pick<ExtractOptions, 'checkpoint' | 'set' | 'directory' | 'device' | 'onProgress'> & {
  intervention: Intervention;
  signal?: AbortSignal | undefined;
}): Promise<Extraction> {
  const last = checkpoint.layers.filter(({ part }) => part === 'text').at(-1)!.name;
  return extract({ checkpoint, ...options, layers: [last], selections: [TOKENS], signal });
}

/** What the checkpoint answers under an intervention to the questions of some pairs, wherever it comes from. */
export type AnswersUnder = (intervention: Intervention, pairs: ContrastSet['pairs']) => Promise<readonly Answer[]>;

export interface CauseInputs {
  readonly set: ContrastSet;
  readonly states: HiddenStates;
  readonly answers: readonly Answer[];
  readonly axis: Axis;
  readonly alphas: readonly number[];
  readonly layers: readonly string[];
  readonly seed: number;
  readonly answersUnder: AnswersUnder;
}

/** Steers, patches and erases: everything but the checkpoint itself. */
export function causeResult({ set, states, answers, answersUnder, ...parameters }: CauseInputs): Promise<CauseResult> {
  const swaps = swapsOf(set);
  return new CauseStudy(swaps, states, scoreItems(swaps, answers), answersUnder).run(parameters);
}

/** How `extract` is run. */
const runningOf = ({
  onProgress,
  device,
}: Pick<CauseOptions, 'onProgress' | 'device'>): Pick<CauseOptions, 'onProgress' | 'device'> => ({
  onProgress,
  device,
});

type Steered = CauseResult['steering'][number];

class CauseStudy {
  private readonly set: ContrastSet;
  private readonly states: HiddenStates;
  private readonly base: readonly ScoredItem[];
  private readonly answersUnder: AnswersUnder;

  constructor(set: ContrastSet, states: HiddenStates, base: readonly ScoredItem[], answersUnder: AnswersUnder) {
    this.set = set;
    this.states = states;
    this.base = base;
    this.answersUnder = answersUnder;
  }

  async run({
    axis,
    alphas,
    layers,
    seed,
  }: {
    axis: Axis;
    alphas: readonly number[];
    layers: readonly string[];
    seed: number;
  }): Promise<CauseResult> {
    const [picking, reported] = splitScenes(this.set, seed);
    const directions = new Map<string, ReadonlyMap<CauseDirection, CauseVector>>();
    const refused: string[] = [];
    for (const layer of layers) {
      try {
        directions.set(
          layer,
          await causeDirections({
            set: this.set,
            states: this.states,
            layer,
            selection: TOKENS,
            axis,
            scenes: picking,
            seed,
          }),
        );
      } catch (error) {
        if (!(error instanceof PlumblineError && error.code === 'no-direction')) throw error;
        refused.push(layer);
      }
    }
    const steer = async (
      layer: string,
      direction: CauseDirection,
      alpha: number,
      half: Steered['half'],
    ): Promise<Steered | null> => {
      const found = directions.get(layer)?.get(direction);
      if (found === undefined) return null;
      const scenes = half === 'picking' ? picking : reported;
      const items = this.base.filter((item) => item.axis === axis && scenes.has(item.group));
      const changed = await this.intervene(
        steeringIntervention({
          name: `steer-${axis}-${direction}-${layer}-${alpha}-${half}`,
          layer,
          tokens: TOKENS,
          alpha,
          direction: found.unit,
          items,
        }),
        items,
      );
      return { layer, direction, length: found.length, alpha, half, ...steeringEffect(items, changed, seed) };
    };

    const steering: Steered[] = [];
    for (const layer of directions.keys())
      for (const direction of ['answer', 'random'] as const)
        steering.push(...present(await steer(layer, direction, PICKING_ALPHA, 'picking')));
    const choice = chooseLayer(steering, refused);
    if (choice.layer !== null)
      for (const direction of CAUSE_DIRECTIONS)
        for (const alpha of alphas) steering.push(...present(await steer(choice.layer, direction, alpha, 'reported')));

    const patching: CauseResult['patching'] = [];
    const asked = this.base.filter((item) => item.axis === axis);
    for (const layer of layers) {
      for (const tokens of PATCHED_TOKENS) {
        if (!this.states.has(layer, tokens)) continue;
        const changed = await this.intervene(
          await patchingIntervention({
            set: this.set,
            states: this.states,
            axis,
            layer,
            tokens,
            name: `patch-${axis}-${layer}-${tokens}`,
          }),
          asked,
        );
        patching.push({ layer, tokens, restored: patchingEffect(this.set, axis, asked, changed) });
      }
    }

    const erasure: CauseResult['erasure'] = [];
    const held = this.base.filter((item) => reported.has(item.group));
    for (const layer of layers) {
      for (const [erased, eraser] of await this.erasers(layer, axis, picking, seed)) {
        const changed = await this.intervene(
          erasingIntervention({ layer, tokens: TOKENS, eraser, name: `erase-${axis}-${erased}-${layer}` }),
          held,
        );
        erasure.push({
          layer,
          erased,
          method: erased === 'random' ? 'projection along a random direction' : 'LEACE on condition-balanced items',
          cells: erasingEffect(held, changed),
        });
      }
    }
    return {
      analysis: 'cause',
      version: 1,
      axis,
      tokens: TOKENS,
      groups: [picking.size, reported.size],
      layers: [...layers],
      choice,
      steering,
      patching,
      erasure,
    };
  }

  /**
   * Erasers of one layer, fitted on the picking half: the axis that is asked about, the vertical axis, and a random
   * direction for each.
   */
  private async erasers(
    layer: string,
    axis: Axis,
    picking: ReadonlySet<string>,
    seed: number,
  ): Promise<[(typeof ERASED)[number], Eraser][]> {
    const states = await this.states.read(layer, TOKENS);
    const rowOf = new Map(this.states.items.map((item, i) => [item, i]));
    const fit = async (of: Axis): Promise<Eraser | null> => {
      const rows = probeRows({ pairs: this.set.pairs.filter(({ group }) => picking.has(group)) }, of);
      const kept = balancedRows(rows, new Int32Array(rows.items.length), seed);
      if (kept.length < 2) return null;
      const x = takeRows(
        states,
        kept.map((i) => rowOf.get(rows.items[i])!),
      );
      return fitLeace(x, { data: Float64Array.from(kept, (i) => rows.labels[i]), rows: kept.length, cols: 1 });
    };
    const [own, vertical] = [await fit(axis), axis === 'vertical' ? null : await fit('vertical')];
    const rank = Math.max(own?.left.rows ?? 0, vertical?.left.rows ?? 0);
    const random = rank > 0 ? randomEraser(states, { rank, random: new Random(seed, 'erasure-control', layer) }) : null;
    return (
      [
        ['axis', own],
        ['vertical', vertical],
        ['random', random],
      ] as const
    ).flatMap(([name, eraser]) => (eraser === null || eraser.left.rows === 0 ? [] : [[name, eraser]]));
  }

  /** Applies an intervention to some items and returns what the changed model answers. */
  private async intervene(intervention: Intervention, items: readonly ScoredItem[]): Promise<ScoredItem[]> {
    const wanted = new Set(items.map(({ item }) => item));
    const pairs = this.set.pairs.filter(({ first, second }) => wanted.has(first.item) && wanted.has(second.item));
    return scoreItems({ pairs }, await this.answersUnder(intervention, pairs));
  }
}

const present = <T>(value: T | null): T[] => (value === null ? [] : [value]);

/** The layer where a push along `answer` turns most answers of the picking half; the deeper one on a tie. */
function chooseLayer(steering: readonly Steered[], refused: readonly string[]): CauseResult['choice'] {
  const without = refused.length > 0 ? `; no delta at ${refused.join(', ')}` : '';
  const candidates = steering.filter(
    ({ direction, half, flipped }) => direction === 'answer' && half === 'picking' && flipped.value !== null,
  );
  const best = candidates.reduce<Steered | null>(
    (found, entry) => (found === null || entry.flipped.value! >= found.flipped.value! ? entry : found),
    null,
  );
  if (best === null) return { layer: null, reason: `no layer has a direction to steer along${without}` };
  return {
    layer: best.layer,
    reason: `a push of α = ${PICKING_ALPHA} turns ${decimal(100 * best.flipped.value!, 0)} % of the answers of the picking half there, no other layer turns more${without}`,
  };
}
