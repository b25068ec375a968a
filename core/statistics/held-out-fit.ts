/** How well held-out predictions fit numbers: R² and Spearman's ρ, with delete-one-group jackknife intervals over scenes. */
import type { Estimate } from '../artifacts/results.ts';
import { assertSameLength, indexGroups, type GroupIndex } from './groups.ts';
import type { Interval } from './interval.ts';
import { JACKKNIFE, jackknifeInterval } from './jackknife.ts';

interface Rows {
  readonly index: GroupIndex;
  readonly n: number;
}

/**
 * R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)² of held-out predictions, ȳ the mean of the rows scored (scikit-learn's `r2_score`): 0 for the mean, below 0 for worse. The interval
 * is of the held-out scores; nothing is refitted.
 *
 * @throws {PlumblineError} `missing-group`.
 */
export function heldOutR2(values: ArrayLike<number>, predictions: ArrayLike<number>, groups: ArrayLike<string | null | undefined>): Estimate {
  const rows = check(values, predictions, groups);
  const { index, n } = rows;
  const [errors, sums, squares] = [0, 1, 2].map(() => new Float64Array(index.ids.length));
  // Around the overall mean, so that a far origin costs no digits.
  const origin = mean(values);
  for (let i = 0; i < n; i++) {
    const g = index.of[i];
    const v = values[i] - origin;
    errors[g] += (values[i] - predictions[i]) ** 2;
    sums[g] += v;
    squares[g] += v * v;
  }
  const [error, sum, square] = [errors, sums, squares].map((parts) => parts.reduce((total, v) => total + v, 0));
  const r2 = (e: number, s: number, q: number, count: number): number | null => {
    const spread = q - (s * s) / count;
    return count > 1 && spread > 1e-12 * Math.max(square, Number.MIN_VALUE) ? 1 - e / spread : null;
  };
  const without = Array.from(index.ids, (_, g) => r2(error - errors[g], sum - sums[g], square - squares[g], n - index.sizes[g]));
  return estimate(r2(error, sum, square, n), without, rows, [-Infinity, 1]);
}

/** Spearman's ρ between values and held-out predictions: Pearson's correlation of ranks, ties sharing their mean rank. Jackknifed exactly: ranks are dealt anew without each scene. */
export function heldOutSpearman(values: ArrayLike<number>, predictions: ArrayLike<number>, groups: ArrayLike<string | null | undefined>): Estimate {
  const rows = check(values, predictions, groups);
  const orders = [ascending(values), ascending(predictions)];
  const ranks = [new Float64Array(rows.n), new Float64Array(rows.n)];
  const rho = (skip: number): number | null => {
    rankInto(ranks[0], orders[0], values, rows.index.of, skip);
    rankInto(ranks[1], orders[1], predictions, rows.index.of, skip);
    return correlation(ranks[0], ranks[1], rows.index.of, skip);
  };
  return estimate(rho(-1), Array.from(rows.index.ids, (_, g) => rho(g)), rows, [-1, 1]);
}

function check(values: ArrayLike<number>, predictions: ArrayLike<number>, groups: ArrayLike<string | null | undefined>): Rows {
  assertSameLength(values, groups);
  if (predictions.length !== values.length) throw new RangeError(`${values.length} values, but ${predictions.length} predictions`);
  return { index: indexGroups(groups), n: values.length };
}

function estimate(value: number | null, without: (number | null)[], { index, n }: Rows, range: Interval): Estimate {
  const sizes = { n, groups: index.ids.length };
  if (value === null) return { value: null, interval: null, intervalKind: null, ...sizes, note: n === 0 ? 'no rows' : 'the values or the predictions do not vary' };
  const { interval, note } = jackknifeInterval(value, without, range);
  return interval === null ? { value, interval, intervalKind: null, ...sizes, note } : { value, interval, intervalKind: JACKKNIFE, ...sizes };
}

function ascending(values: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
}

/** Ranks of the rows outside group `skip`, from 1; ties share their mean rank. */
function rankInto(ranks: Float64Array, order: Int32Array, values: ArrayLike<number>, of: Int32Array, skip: number): void {
  let rank = 0;
  for (let start = 0; start < order.length; ) {
    let end = start;
    let count = 0;
    for (; end < order.length && values[order[end]] === values[order[start]]; end++) if (of[order[end]] !== skip) count++;
    for (let at = start; at < end; at++) ranks[order[at]] = rank + (count + 1) / 2;
    rank += count;
    start = end;
  }
}

function correlation(a: Float64Array, b: Float64Array, of: Int32Array, skip: number): number | null {
  let [n, sa, sb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (of[i] === skip) continue;
    n++;
    sa += a[i];
    sb += b[i];
  }
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (of[i] === skip) continue;
    const [x, y] = [a[i] - sa / n, b[i] - sb / n];
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : null;
}

function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}
