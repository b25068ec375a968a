/**
 * R² of held-out predictions. What its interval holds is the expected held-out R² of the whole procedure (folds, choice
 * of alpha, fit) at this number of scenes: not that of the fits at hand, nor of a fit to endless data.
 */
import type { Estimate } from '../artifacts/results.ts';
import { assertSameLength, indexGroups, type GroupIndex } from './groups.ts';
import { JACKKNIFE, jackknifeVariance } from './jackknife.ts';
import { studentT95 } from './student-t.ts';

export interface HeldOutR2Options {
  /**
   * How much larger the variance of log(1 − R²) is than scenes that share nothing would show, where folds train each
   * other's fits; defaults to *1*.
   */
  readonly varianceFactor?: number;
  /**
   * Predictions of the same rows had alpha been chosen otherwise, one column a draw of the choice; defaults to *none*.
   */
  readonly otherChoices?: readonly ArrayLike<number>[];
}

export const JACKKNIFE_R2 = `${JACKKNIFE} of log(1 − R²)`;
export const JACKKNIFE_R2_HELD_OUT = `${JACKKNIFE_R2}, widened for folds that train each other's probes and for the choice of alpha`;

/**
 * Share of the variance between draws of the choice that counts. Draws are centred on the observed errors, which hold
 * chance already, so they scatter more than choices on new data; set by simulation.
 */
const CHOICE_WEIGHT = 0.7;

/**
 * R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)² of held-out predictions, ȳ the mean of the rows scored (scikit-learn's `r2_score`): 0
 * for the mean, below 0 for worse. Nothing is refitted.
 *
 * The interval is that of L = log(1 − R²), whose spread depends little on R² where the fit is good, carried back, so
 * that it is wider below than above. Two things are added. Where there is little to find, most of the variance between
 * data sets is whether a strong or a weak alpha was chosen (a weak one misleads), which the jackknife, leaving out one
 * scene, hardly sees: the variance of L over `otherChoices`. And the spread itself grows with R² from 0 on, Var(L) ≈
 * 4R²/m for m independent scenes: the upper bound θ takes the mean of its own variance and that at the estimate, as a
 * score interval would.
 *
 * @throws {PlumblineError} `missing-group`.
 */
export function heldOutR2(
  values: ArrayLike<number>,
  predictions: ArrayLike<number>,
  groups: ArrayLike<string | null | undefined>,
  options: HeldOutR2Options = {},
): Estimate {
  const { varianceFactor = 1, otherChoices = [] } = options;
  assertSameLength(values, groups);
  for (const { length } of [predictions, ...otherChoices])
    if (length !== values.length) throw new RangeError(`${values.length} values, but ${length} predictions`);
  const index = indexGroups(groups);
  const n = values.length;
  const sizes = { n, groups: index.ids.length };
  const without = (value: number | null, note: string): Estimate => ({
    value,
    interval: null,
    intervalKind: null,
    ...sizes,
    note,
  });
  const [sums, squares] = [0, 1].map(() => new Float64Array(index.ids.length));
  // Around the overall mean, so that a far origin costs no digits.
  const origin = mean(values);
  for (let i = 0; i < n; i++) {
    const v = values[i] - origin;
    sums[index.of[i]] += v;
    squares[index.of[i]] += v * v;
  }
  const errors = errorsByGroup(values, predictions, index);
  const [error, sum, square] = [errors, sums, squares].map(total);
  const logUnexplained = (e: number, s: number, q: number, count: number): number | null => {
    const spread = q - (s * s) / count;
    return count > 1 && spread > 1e-12 * Math.max(square, Number.MIN_VALUE) ? Math.log(e / spread) : null;
  };
  const whole = logUnexplained(error, sum, square, n);
  if (whole === null) return without(null, n === 0 ? 'no rows' : 'the values or the predictions do not vary');
  const value = 1 - Math.exp(whole);
  if (error === 0) return without(value, 'no interval: the predictions are exact');
  const leaveOneOut = Array.from(index.ids, (_, g) =>
    logUnexplained(error - errors[g], sum - sums[g], square - squares[g], n - index.sizes[g]),
  );
  const { variance, note } = jackknifeVariance(leaveOneOut);
  if (variance === null) return without(value, note);
  const choices = otherChoices.map((other) =>
    logUnexplained(total(errorsByGroup(values, other, index)), sum, square, n)!,
  );
  const base = varianceFactor * variance + (choices.length < 2 ? 0 : CHOICE_WEIGHT * sampleVariance(choices));
  const t = studentT95(sizes.groups - 1);
  const growth = (2 * varianceFactor) / effectiveRows(values, index, origin, square);
  const upper = (theta: number): boolean =>
    Math.log(1 - theta) < whole - t * Math.sqrt(base + growth * (Math.max(0, theta) - Math.max(0, value)));
  const kind = varianceFactor === 1 && choices.length < 2 ? JACKKNIFE_R2 : JACKKNIFE_R2_HELD_OUT;
  return {
    value,
    interval: [1 - Math.exp(whole + t * Math.sqrt(base)), crossing(upper, value, 1)],
    intervalKind: kind,
    ...sizes,
  };
}

function errorsByGroup(
  values: ArrayLike<number>,
  predictions: ArrayLike<number>,
  { of, ids }: GroupIndex,
): Float64Array {
  const errors = new Float64Array(ids.length);
  for (let i = 0; i < values.length; i++) errors[of[i]] += (values[i] - predictions[i]) ** 2;
  return errors;
}

/**
 * Rows that would be worth as much if they were independent: the values' variance over the squared clustered standard
 * error of their mean, at most the number of rows.
 */
function effectiveRows(values: ArrayLike<number>, { of, ids }: GroupIndex, origin: number, square: number): number {
  const sums = new Float64Array(ids.length);
  for (let i = 0; i < values.length; i++) sums[of[i]] += values[i] - origin;
  const clustered = sums.reduce((all, sum) => all + sum * sum, 0);
  return clustered > 0 ? Math.min(values.length, (values.length * square) / clustered) : values.length;
}

/** Where a condition that fails at `low` and holds towards `high` begins to hold, by bisection. */
function crossing(holds: (at: number) => boolean, low: number, high: number): number {
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

function total(parts: Float64Array): number {
  return parts.reduce((sum, v) => sum + v, 0);
}

function sampleVariance(values: readonly number[]): number {
  const centre = mean(values);
  return values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / (values.length - 1);
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
