import type { Random } from '../random.ts';
import { clampInterval, Z95, type Interval } from './interval.ts';

export const FISHER_Z_SPEARMAN = "Fisher's z, Bonett & Wright's standard error";
/** Below this no interval of a correlation says anything: at 3 pairs its standard error is infinite. */
export const MIN_PAIRS = 4;
/** Up to 8 values all orders are gone through, 40,320 of them; beyond, random ones. */
const EXACT_UP_TO = 8;
const DRAWS = 9999;

/** Ranks from 1, ties at their mean rank. */
export function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  const out = new Float64Array(values.length);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end++;
    for (let k = start; k < end; k++) out[order[k]] = (start + end + 1) / 2;
    start = end;
  }
  return out;
}

/** Pearson's correlation; null when a side does not vary. */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  const n = a.length;
  if (b.length !== n) throw new RangeError(`${n} and ${b.length} values`);
  let [meanA, meanB] = [0, 0];
  for (let i = 0; i < n; i++) {
    meanA += a[i];
    meanB += b[i];
  }
  meanA /= n;
  meanB /= n;
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    aa += (a[i] - meanA) ** 2;
    bb += (b[i] - meanB) ** 2;
    ab += (a[i] - meanA) * (b[i] - meanB);
  }
  const varies = (v: ArrayLike<number>): boolean => Array.from(v).some((value) => value !== v[0]);
  return varies(a) && varies(b) ? Math.max(-1, Math.min(1, ab / Math.sqrt(aa * bb))) : null;
}

/** Spearman's rank correlation (https://doi.org/10.2307/1412159); null when a side does not vary. */
export function spearman(a: ArrayLike<number>, b: ArrayLike<number>): number | null {
  return pearson(ranks(a), ranks(b));
}

/**
 * 95 % interval of Spearman's ρ over n independent pairs: tanh(atanh ρ ± z·√((1 + ρ²/2)/(n − 3))) (Bonett & Wright
 * 2000, https://doi.org/10.1007/BF02294183).
 *
 * @throws {RangeError} below 4 pairs.
 */
export function spearmanInterval(rho: number, n: number): Interval {
  if (n < MIN_PAIRS) throw new RangeError(`an interval of a correlation needs ${MIN_PAIRS} pairs, there are ${n}`);
  // At ±1 the transform is infinite and the interval would have no width; half a step of ρ for swapped neighbours keeps
  // it finite.
  const edge = 1 - 3 / (n * (n * n - 1));
  const inside = Math.max(-edge, Math.min(edge, rho));
  const half = Z95 * Math.sqrt((1 + inside ** 2 / 2) / (n - 3));
  const [low, high] = clampInterval(
    [Math.tanh(Math.atanh(inside) - half), Math.tanh(Math.atanh(inside) + half)],
    [-1, 1],
  );
  return [Math.min(low, rho), Math.max(high, rho)];
}

/** Two-sided permutation p-value of Spearman's ρ: exact up to 8 pairs, else (1 + hits)/(1 + 9,999 random orders). */
export function spearmanP(a: ArrayLike<number>, b: ArrayLike<number>, random: Random): number | null {
  const [x, y] = [ranks(a), ranks(b)];
  const observed = pearson(x, y);
  if (observed === null) return null;
  const reached = (order: ArrayLike<number>): boolean => Math.abs(pearson(x, order)!) >= Math.abs(observed) - 1e-12;
  let hits = 0;
  if (x.length <= EXACT_UP_TO) {
    let all = 0;
    permutations([...y], (order) => {
      all++;
      if (reached(order)) hits++;
    });
    return hits / all;
  }
  for (let draw = 0; draw < DRAWS; draw++) if (reached(random.shuffle([...y]))) hits++;
  return (1 + hits) / (1 + DRAWS);
}

/** Heap's algorithm; the same array is passed each time. */
function permutations(values: number[], visit: (order: readonly number[]) => void, k = values.length): void {
  if (k <= 1) {
    visit(values);
    return;
  }
  for (let i = 0; i < k; i++) {
    permutations(values, visit, k - 1);
    const j = k % 2 === 0 ? i : 0;
    [values[j], values[k - 1]] = [values[k - 1], values[j]];
  }
}
