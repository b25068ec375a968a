import type { Axis, Condition } from '../../core/artifacts/contrast-set.ts';
import type { Gram } from './cell-sums.ts';
import { CELLS, cellOf, signOf } from './deltas.ts';

/** A mean delta by its cells: the mean over their deltas, each times the cell's sign. */
export interface MeanDelta {
  readonly cells: readonly number[];
  readonly signs: readonly number[];
}

/** Mean raw delta of one category within the given conditions. */
export function categoryMean(axis: Axis, pole: 0 | 1, conditions: readonly Condition[]): MeanDelta {
  const cells = conditions.map((condition) => cellOf(axis, pole, condition));
  return { cells, signs: cells.map(() => 1) };
}

/** Mean sign-corrected delta of an axis within the given conditions. */
export function axisMean(axis: Axis, conditions: readonly Condition[]): MeanDelta {
  const cells = conditions.flatMap((condition) => [cellOf(axis, 0, condition), cellOf(axis, 1, condition)]);
  return { cells, signs: cells.map(signOf) };
}

/** Deltas behind a mean. */
export function countOf(gram: Gram, mean: MeanDelta): number {
  return mean.cells.reduce((count, cell) => count + gram.counts[cell], 0);
}

/**
 * Dot product of two mean deltas; null when one has no deltas.
 *
 * `corrected` leaves out products of deltas of the same scene, whose noise is shared: for a mean with itself and one
 * delta a scene this is (‖Σδ‖² − Σ‖δ‖²)/(n(n−1)), the noise-corrected squared norm of methods §2; it is unbiased and
 * may be negative.
 */
export function meanDot(gram: Gram, a: MeanDelta, b: MeanDelta, corrected: boolean): number | null {
  let sum = 0;
  let pairs = countOf(gram, a) * countOf(gram, b);
  if (pairs === 0) return null;
  for (let i = 0; i < a.cells.length; i++) {
    for (let j = 0; j < b.cells.length; j++) {
      const at = a.cells[i] * CELLS + b.cells[j];
      sum += a.signs[i] * b.signs[j] * (corrected ? gram.dots[at] - gram.within[at] : gram.dots[at]);
      if (corrected) pairs -= gram.pairsWithin[at];
    }
  }
  return pairs > 0 ? sum / pairs : null;
}

/** Cosine of two mean deltas; null when a squared norm is not positive. A corrected one may pass ±1 by noise. */
export function meanCosine(gram: Gram, a: MeanDelta, b: MeanDelta, corrected: boolean): number | null {
  const product = meanDot(gram, a, b, corrected);
  const squareA = meanDot(gram, a, a, corrected);
  const squareB = meanDot(gram, b, b, corrected);
  if (product === null || squareA === null || squareB === null || !(squareA > 0) || !(squareB > 0)) return null;
  return product / Math.sqrt(squareA * squareB);
}
