/**
 * Nested cross-validation of logistic probes: C is chosen inside each outer training fold by grouped inner folds,
 * standardisation is fitted on the rows trained on.
 *
 * The inner folds of an outer fold are the other outer folds. A fit without folds {a, b} then serves twice, as b's
 * inner fit of outer fold a and as a's of outer fold b: folds·(folds − 1)/2 training sets instead of folds·(folds − 1),
 * and no fit that chooses C for a fold has seen that fold.
 */
import { fitLogisticBatch, type LogisticFeatures, type LogisticTask } from '../core/numerics/logistic-batch.ts';
import { row } from '../core/matrix.ts';

/** logspace(−4, 1, 10), methods §5. */
export const C_GRID: readonly number[] = Array.from({ length: 10 }, (_, i) => 10 ** (-4 + (5 * i) / 9));

/** The training sets of one protocol. */
export interface NestedFolds {
  readonly folds: number;
  /** Trainable rows outside fold f. */
  readonly outer: readonly (readonly number[])[];
  /** Trainable rows inside fold f: what inner fits are scored on. */
  readonly inside: readonly (readonly number[])[];
  /** Trainable rows outside the folds a < b. */
  readonly pairs: readonly { readonly a: number; readonly b: number; readonly rows: readonly number[] }[];
}

export function nestedFolds(trainable: readonly number[], foldOf: ArrayLike<number>, folds: number): NestedFolds {
  const without = (...left: number[]): number[] => trainable.filter((i) => !left.includes(foldOf[i]));
  const all = Array.from({ length: folds }, (_, f) => f);
  return {
    folds,
    outer: all.map((f) => without(f)),
    inside: all.map((f) => trainable.filter((i) => foldOf[i] === f)),
    pairs: all.flatMap((a) => all.slice(a + 1).map((b) => ({ a, b, rows: without(a, b) }))),
  };
}

/**
 * Why these training sets cannot be used, or `null`: too few scenes to leave two folds out, or a fold without one of
 * the answers.
 */
export function unusable({ outer, inside, pairs }: NestedFolds, labels: ArrayLike<number>): string | null {
  const empty = inside.findIndex((rows) => rows.length === 0);
  if (empty >= 0) return `no scene to train on falls into fold ${empty + 1} of ${outer.length}; more scenes are needed`;
  for (const rows of [...outer, ...pairs.map((pair) => pair.rows)]) {
    const right = rows.filter((i) => labels[i] === 1).length;
    if (right === 0 || right === rows.length)
      return `a training fold holds one answer only (${rows.length} questions); more scenes, or both question orders, are needed`;
  }
  return null;
}

export interface ChosenC {
  /** One an outer fold. */
  readonly C: readonly number[];
  /** Decisions of every row by the probe without folds a and b, at the C of fold a. */
  readonly inner: (a: number, b: number) => Float32Array;
}

/**
 * The C of every outer fold: most inner held-out rows right, ties to the smallest C (the simplest probe that does as
 * well); with the inner fits that chose it.
 */
export async function chooseWithFits(
  features: LogisticFeatures,
  labels: ArrayLike<number>,
  { folds, inside, pairs }: NestedFolds,
  signal?: AbortSignal,
): Promise<ChosenC> {
  const tasks: LogisticTask[] = pairs.flatMap(({ rows }) => C_GRID.map((C) => ({ rows, labels, C })));
  const { scores } = await fitLogisticBatch(features, tasks, { signal });
  const right = Array.from({ length: folds }, () => new Array<number>(C_GRID.length).fill(0));
  pairs.forEach(({ a, b }, pair) => {
    for (let c = 0; c < C_GRID.length; c++) {
      const decision = row(scores, pair * C_GRID.length + c);
      right[a][c] += countRight(decision, labels, inside[b]);
      right[b][c] += countRight(decision, labels, inside[a]);
    }
  });
  const chosen = right.map((counts) => counts.indexOf(Math.max(...counts)));
  const inner = (a: number, b: number): Float32Array =>
    row(
      scores,
      pairs.findIndex((pair) => pair.a === Math.min(a, b) && pair.b === Math.max(a, b)) * C_GRID.length + chosen[a],
    );
  return { C: chosen.map((c) => C_GRID[c]), inner };
}

/** 1 where the decision falls on the label's side; a decision of exactly 0 is class 0, as in scikit-learn. */
export function isRight(decision: number, label: number): 0 | 1 {
  return decision > 0 === (label === 1) ? 1 : 0;
}

function countRight(decision: ArrayLike<number>, labels: ArrayLike<number>, rows: readonly number[]): number {
  let right = 0;
  for (const i of rows) right += isRight(decision[i], labels[i]);
  return right;
}
