import { clampInterval, type Interval } from './interval.ts';
import { studentT95 } from './student-t.ts';

export const JACKKNIFE = 'delete-one-group jackknife';
/** Below this the variance of the leave-one-out values says too little. */
const MIN_GROUPS = 10;

/**
 * Variance by the delete-one-group jackknife: (G−1)/G · Σ(θ₍g₎ − θ̄)².
 *
 * @param leaveOneOut the estimate without group g, for every group that takes part.
 * @returns the variance, or the reason why it cannot be known.
 */
export function jackknifeVariance(
  leaveOneOut: ArrayLike<number | null>,
): { variance: number; note?: undefined } | { variance: null; note: string } {
  const count = leaveOneOut.length;
  if (count < MIN_GROUPS)
    return { variance: null, note: `no interval: the jackknife needs ${MIN_GROUPS} scenes, there are ${count}` };
  let mean = 0;
  for (let g = 0; g < count; g++) {
    const without = leaveOneOut[g];
    if (without === null || !Number.isFinite(without))
      return { variance: null, note: 'no interval: the value is undefined without one of the scenes' };
    mean += without / count;
  }
  let squares = 0;
  for (let g = 0; g < count; g++) squares += (leaveOneOut[g]! - mean) ** 2;
  return { variance: ((count - 1) / count) * squares };
}

/**
 * 95 % interval by the delete-one-group jackknife (Miller 1974, https://doi.org/10.1093/biomet/61.1.1; for U-statistics
 * Arvesen 1969): value ± t·SE with SE² = (G−1)/G · Σ(θ₍g₎ − θ̄)² and t of G−1 degrees of freedom, which covers better
 * than the normal quantile at tens of groups.
 *
 * Pass leave-one-out values *before* any clamping to the statistic's range, or the spread vanishes at its ends; give
 * the range here instead.
 *
 * @param value estimate on all groups.
 * @param leaveOneOut the estimate without group g, for every group that takes part.
 * @param range of the statistic; bounds beyond it are cut.
 * @returns the interval, or the reason why there is none.
 */
export function jackknifeInterval(
  value: number,
  leaveOneOut: ArrayLike<number | null>,
  range: Interval = [-Infinity, Infinity],
): { interval: Interval; note?: undefined } | { interval: null; note: string } {
  const { variance, note } = jackknifeVariance(leaveOneOut);
  if (variance === null) return { interval: null, note };
  const half = studentT95(leaveOneOut.length - 1) * Math.sqrt(variance);
  return { interval: clampInterval([value - half, value + half], range) };
}
