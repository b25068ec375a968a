/** Data that the simulations of the probes draw anew each time. */
import type { Axis, Condition } from '../../../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../../../core/artifacts/hidden-states.ts';
import type { Estimate } from '../../../core/artifacts/results.ts';
import type { Random } from '../../../core/random.ts';
import type { NumericPlan } from '../../../probes/numeric-rows.ts';
import { planNumeric } from '../../../probes/numeric-rows.ts';
import type { Matrix } from '../../../core/matrix.ts';
import { plant, statesOf, syntheticSet, type Question, type Synthetic } from '../../../tests/probes/synthetic.ts';
import type { Outcome } from '../simulation.ts';

/** An estimate as an outcome; `truth` where it is known. */
export function outcome({ value, interval }: Estimate, truth?: number): Outcome {
  return { value, interval: interval === null ? null : [interval[0], interval[1]], truth };
}

/**
 * Outcomes of the cells of accuracies or fits by condition, labelled `NAME, CONDITION`; those without rows are left
 * out.
 */
export function byCondition(
  name: string,
  cells: readonly { condition: string; estimate: Estimate }[],
  truth?: (condition: string) => number | undefined,
): Record<string, Outcome> {
  return Object.fromEntries(
    cells
      .filter(({ estimate }) => estimate.n > 0)
      .map(({ condition, estimate }) => [`${name}, ${condition}`, outcome(estimate, truth?.(condition))]),
  );
}

/** Whole numbers below 2³², for what takes a seed. */
export function seedOf(random: Random): number {
  return random.uint32();
}

export interface PlantedAnswers {
  readonly set: Synthetic;
  readonly states: HiddenStates;
  readonly seed: number;
}

/**
 * Scenes with both question orders, and one layer of Gaussian states, a share of whose variance is the scene's own
 * (default: *0*). `feature` adds what is to be found.
 */
export function plantedAnswers(
  random: Random,
  {
    counts,
    width,
    axes = ['distance'],
    shared = 0,
    feature,
  }: {
    counts: Partial<Record<Condition, number>>;
    width: number;
    axes?: Axis[];
    shared?: number;
    feature?: (question: Question, out: Float32Array) => void;
  },
): PlantedAnswers {
  const seed = seedOf(random);
  const set = syntheticSet(counts, { seed, axes });
  let scene = '';
  const own = new Float64Array(width);
  const x = plant(
    set.questions,
    width,
    (question, stream, out) => {
      if (question.group !== scene) {
        scene = question.group;
        for (let j = 0; j < width; j++) own[j] = stream.normal();
      }
      for (let j = 0; j < width; j++) out[j] = Math.sqrt(shared) * own[j] + Math.sqrt(1 - shared) * stream.normal();
      feature?.(question, out);
    },
    seed,
  );
  return { set, states: statesOf(set.questions, { 'text.0@last': x }), seed };
}

export interface NumericOptions {
  readonly scenes: number;
  /** Rows of a scene; half of their features' and targets' variance is the scene's. */
  readonly rows: number;
  readonly width: number;
  /** Slope of target t on feature t; the noise has variance 1. */
  readonly slopes: readonly number[];
  /**
   * Every feature carries target 0 at this strength over √width, instead of target 0 depending on the first feature.
   */
  readonly spread?: number;
}

/** Features and numbers for the ridge probes, conditions alternating by scene. */
export function plantedNumbers(
  random: Random,
  { scenes, rows, width, slopes, spread }: NumericOptions,
): { plan: NumericPlan; x: Matrix<Float64Array> } {
  const n = scenes * rows;
  const targets = slopes.map((_, t) => `t${t}`);
  const x = new Float64Array(n * width);
  const y = new Float64Array(n * targets.length);
  const shared = rows > 1 ? Math.SQRT1_2 : 0;
  const alone = Math.sqrt(1 - shared ** 2);
  const [groups, conditions, items]: string[][] = [[], [], []];
  for (let s = 0; s < scenes; s++) {
    const own = Float64Array.from({ length: width + targets.length }, () => random.normal());
    for (let k = 0; k < rows; k++) {
      const i = s * rows + k;
      groups.push(`scene ${String(s).padStart(4, '0')}`);
      conditions.push(s % 2 === 0 ? 'consistent' : 'counter');
      items.push(`item ${String(i).padStart(5, '0')}`);
      for (let j = 0; j < width; j++) x[i * width + j] = shared * own[j] + alone * random.normal();
      slopes.forEach((slope, t) => {
        y[i * targets.length + t] = slope * x[i * width + t] + shared * own[width + t] + alone * random.normal();
      });
      if (spread !== undefined)
        for (let j = 0; j < width; j++) x[i * width + j] += (spread * y[i * targets.length]) / Math.sqrt(width);
    }
  }
  const plan = planNumeric(
    { targets, items, values: { data: y, rows: n, cols: targets.length }, groups, conditions },
    { seed: seedOf(random) },
  );
  return { plan, x: { data: x, rows: n, cols: width } };
}
