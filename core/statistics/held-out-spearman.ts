/**
 * Spearman's ρ of held-out predictions. What its interval holds is the expected held-out ρ of the whole procedure at
 * this number of scenes.
 */
import type { Estimate } from '../artifacts/results.ts';
import { assertSameLength, indexGroups, type GroupIndex } from './groups.ts';
import { JACKKNIFE, jackknifeInterval } from './jackknife.ts';

export interface HeldOutSpearmanOptions {
  /**
   * How much larger the statistic's variance is than scenes that share nothing would show, where folds train each
   * other's fits; defaults to *1*.
   */
  readonly varianceFactor?: number;
  /** Fold of each row; default: one fold, plain Spearman. */
  readonly folds?: ArrayLike<number>;
}

/** As the plain jackknife, widened by the square root of the variance factor. */
export const JACKKNIFE_HELD_OUT = `${JACKKNIFE}, widened for folds that train each other's probes`;

interface Rows {
  readonly index: GroupIndex;
  readonly n: number;
  readonly varianceFactor: number;
}

/**
 * Spearman's ρ between values and held-out predictions, ties sharing their mean rank. Rows are ranked within their
 * fold, and the centred ranks correlated over all: the training mean runs against the held-out mean, so that ranks over
 * all folds together correlate below 0 where there is nothing to find. Jackknifed exactly: ranks are dealt anew without
 * each scene. Leaving a row out of a fold of few deals all its ranks anew, so that the variance comes out large, and ρ
 * near ± 1 is skewed, so that it should: Fisher's z on top of it would cover 98–99 %.
 */
export function heldOutSpearman(
  values: ArrayLike<number>,
  predictions: ArrayLike<number>,
  groups: ArrayLike<string | null | undefined>,
  options: HeldOutSpearmanOptions = {},
): Estimate {
  const rows = check(values, predictions, groups, options);
  const folds = options.folds ?? new Int32Array(rows.n);
  const orders = [ascending(values, folds), ascending(predictions, folds)];
  const ranks = [new Float64Array(rows.n), new Float64Array(rows.n)];
  const rho = (skip: number): number | null => {
    rankInto(ranks[0], orders[0], values, folds, rows.index.of, skip);
    rankInto(ranks[1], orders[1], predictions, folds, rows.index.of, skip);
    return correlation(ranks[0], ranks[1], rows.index.of, skip);
  };
  return estimate(
    rho(-1),
    Array.from(rows.index.ids, (_, g) => rho(g)),
    rows,
  );
}

function check(
  values: ArrayLike<number>,
  predictions: ArrayLike<number>,
  groups: ArrayLike<string | null | undefined>,
  { varianceFactor = 1 }: HeldOutSpearmanOptions,
): Rows {
  assertSameLength(values, groups);
  if (predictions.length !== values.length)
    throw new RangeError(`${values.length} values, but ${predictions.length} predictions`);
  return { index: indexGroups(groups), n: values.length, varianceFactor };
}

function estimate(value: number | null, without: (number | null)[], { index, n, varianceFactor }: Rows): Estimate {
  const sizes = { n, groups: index.ids.length };
  if (value === null)
    return {
      value: null,
      interval: null,
      intervalKind: null,
      ...sizes,
      note: n === 0 ? 'no rows' : 'the values or the predictions do not vary',
    };
  const centre = without.reduce<number>((sum, v) => sum + (v ?? 0), 0) / without.length;
  const widened =
    varianceFactor === 1
      ? without
      : without.map((v) => (v === null ? null : centre + Math.sqrt(varianceFactor) * (v - centre)));
  const { interval, note } = jackknifeInterval(value, widened, [-1, 1]);
  if (interval === null) return { value, interval, intervalKind: null, ...sizes, note };
  return { value, interval, intervalKind: varianceFactor === 1 ? JACKKNIFE : JACKKNIFE_HELD_OUT, ...sizes };
}

/** Rows by fold, and by value within a fold. */
function ascending(values: ArrayLike<number>, folds: ArrayLike<number>): Int32Array {
  return Int32Array.from({ length: values.length }, (_, i) => i).sort(
    (a, b) => folds[a] - folds[b] || values[a] - values[b],
  );
}

/** Ranks within folds of the rows outside group `skip`, less their mean; ties share their mean rank. */
function rankInto(
  ranks: Float64Array,
  order: Int32Array,
  values: ArrayLike<number>,
  folds: ArrayLike<number>,
  of: Int32Array,
  skip: number,
): void {
  for (let start = 0; start < order.length;) {
    const fold = folds[order[start]];
    let rank = 0;
    let at = start;
    while (at < order.length && folds[order[at]] === fold) {
      let end = at;
      let count = 0;
      for (; end < order.length && folds[order[end]] === fold && values[order[end]] === values[order[at]]; end++)
        if (of[order[end]] !== skip) count++;
      for (let k = at; k < end; k++) ranks[order[k]] = rank + (count + 1) / 2;
      rank += count;
      at = end;
    }
    for (let k = start; k < at; k++) ranks[order[k]] -= (rank + 1) / 2;
    start = at;
  }
}

function correlation(a: Float64Array, b: Float64Array, of: Int32Array, skip: number): number | null {
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    if (of[i] === skip) continue;
    aa += a[i] * a[i];
    bb += b[i] * b[i];
    ab += a[i] * b[i];
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : null;
}
