/**
 * The control task of Hewitt & Liang (EMNLP 2019, https://arxiv.org/abs/1909.03368) at the level of types: each ordered
 * word pair of the question gets a fixed random answer. A probe that scores well here memorises; selectivity = task
 * accuracy − control accuracy on the same questions.
 */
import type { Estimate } from '../core/artifacts/results.ts';
import { Random } from '../core/random.ts';
import { clusteredSe } from '../core/statistics/clustered-se.ts';
import { clampInterval, Z95 } from '../core/statistics/interval.ts';
import { pairedDifference } from '../core/statistics/paired-difference.ts';
import { studentT95 } from '../core/statistics/student-t.ts';
import type { NestedFolds } from './cross-validate.ts';
import { differenceVarianceFactor, type HeldOutScores } from './held-out-interval.ts';
import type { ProbeRows } from './rows.ts';

export const CONTROL_DRAWS = 10;
/** Training scenes that a type must appear in. */
export const SCENES_PER_TYPE = 5;
const TRIES = 100;
/** Student's t of 9 degrees of freedom, for the spread of 10 draws. */
const T_OF_DRAWS = studentT95(CONTROL_DRAWS - 1);
const INTERVAL_KIND = 'SE clustered over scenes plus label draws';

export interface ControlPlan {
  /** Rows whose type appears in enough scenes of the training folds. */
  readonly eligible: readonly number[];
  /** One set of answers a draw, by row. */
  readonly labels: readonly Uint8Array[];
}

/** Draws the control answers of one axis, or says why the control is refused. The same answers serve every layer. */
export function planControl(
  rows: ProbeRows,
  foldOf: ArrayLike<number>,
  nested: NestedFolds,
  seed: number,
): ControlPlan | { readonly refused: string } {
  if (rows.types.includes(''))
    return { refused: 'the questions do not name two objects each, so they have no word pairs' };
  const known = nested.outer.map((training) => frequentTypes(rows, training));
  const eligible = [...rows.items.keys()].filter(
    (i) => rows.conditions[i] !== 'ambiguous' && known[foldOf[i]].has(rows.types[i]),
  );
  for (let fold = 0; fold < nested.folds; fold++) {
    const types = new Set(eligible.filter((i) => foldOf[i] === fold).map((i) => rows.types[i]));
    if (types.size < 2) {
      return {
        refused: `fold ${fold + 1} of ${nested.folds} holds ${types.size} ordered word pairs that appear in ≥ ${SCENES_PER_TYPE} training scenes; at least 2 are needed`,
      };
    }
  }
  const labels: Uint8Array[] = [];
  for (let draw = 0; draw < CONTROL_DRAWS; draw++) {
    const drawn = drawLabels(rows, nested, new Random(seed, 'control', rows.axis, draw));
    if (drawn === null)
      return {
        refused: `${TRIES} random draws gave one of the training folds a single answer; more word pairs are needed`,
      };
    labels.push(drawn);
  }
  return { eligible, labels };
}

function frequentTypes({ types, groups }: ProbeRows, training: readonly number[]): Set<string> {
  const scenes = new Map<string, Set<string>>();
  for (const i of training) {
    const seen = scenes.get(types[i]) ?? new Set();
    scenes.set(types[i], seen.add(groups[i]));
  }
  return new Set([...scenes].filter(([, seen]) => seen.size >= SCENES_PER_TYPE).map(([type]) => type));
}

/**
 * Independent answers for the types from the empirical distribution; drawn anew while a training fold lacks an answer,
 * where no probe can be fitted.
 */
function drawLabels({ types, labels }: ProbeRows, { outer, inside }: NestedFolds, random: Random): Uint8Array | null {
  const trainable = inside.flat();
  const share = trainable.filter((i) => labels[i] === 1).length / trainable.length;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const answer = new Map([...new Set(types)].sort().map((type) => [type, random.coin(share) ? 1 : 0]));
    const drawn = Uint8Array.from(types, (type) => answer.get(type)!);
    if (outer.every((rows) => new Set(rows.map((i) => drawn[i])).size === 2)) return drawn;
  }
  return null;
}

/**
 * Control accuracy and selectivity over the eligible rows.
 *
 * @param task held-out 0/1 of the task, by row, and what its folds share, by which selectivity's variance is widened;
 * `controlRight` the same for each draw of labels, whose folds share other labels.
 */
export function selectivity(
  rows: ProbeRows,
  plan: ControlPlan,
  task: HeldOutScores,
  controlRight: readonly ArrayLike<number>[],
): { control: Estimate; selectivity: Estimate } {
  const mean = plan.eligible.map((i) => controlRight.reduce((sum, right) => sum + right[i], 0) / controlRight.length);
  const perDraw = controlRight.map((right) => average(plan.eligible.map((i) => right[i])));
  const groups = plan.eligible.map((i) => rows.groups[i]);
  const spread =
    perDraw.reduce((sum, v) => sum + (v - average(perDraw)) ** 2, 0) / (perDraw.length - 1) / perDraw.length;
  const control = new Float64Array(rows.items.length);
  plan.eligible.forEach((i, k) => (control[i] = mean[k]));
  const widened = (value: number, half: number, centre: number, range: [number, number]): Estimate => {
    const wide = Math.hypot(half, T_OF_DRAWS * Math.sqrt(spread));
    return {
      value,
      interval: clampInterval([Math.min(value, centre - wide), Math.max(value, centre + wide)], range),
      intervalKind: INTERVAL_KIND,
      n: mean.length,
      groups: new Set(groups).size,
    };
  };
  const scored = plan.eligible.map((i) => task.right[i]);
  const { estimate: paired } = pairedDifference(scored, mean, groups, {
    varianceFactor: differenceVarianceFactor(plan.eligible, task, { right: control }),
  });
  return {
    control: widened(average(mean), Z95 * clusteredSe(mean, groups), average(mean), [0, 1]),
    selectivity:
      paired.interval === null
        ? paired
        : widened(
            paired.value!,
            (paired.interval[1] - paired.interval[0]) / 2,
            (paired.interval[0] + paired.interval[1]) / 2,
            [-1, 1],
          ),
  };
}

function average(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}
