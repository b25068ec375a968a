import type { Estimate } from '../artifacts/results.ts';
import { clampInterval, type Interval } from './interval.ts';
import { JACKKNIFE, jackknifeInterval } from './jackknife.ts';
import { studentP, studentT95 } from './student-t.ts';

/**
 * Difference of one statistic between two sources that share their scenes: the jackknife leaves a scene out of both at
 * once, so that what the scenes have in common cancels.
 *
 * `a` and `b` hold the statistic on all scenes, and without each scene, in one order; `range` is that of the
 * difference.
 *
 * @returns a − b with its 95 % interval and two-sided p-value (t of G − 1 degrees of freedom), null where the statistic
 * is undefined.
 */
export function jackknifeDifference(
  a: { readonly value: number | null; readonly leaveOneOut: readonly (number | null)[] },
  b: { readonly value: number | null; readonly leaveOneOut: readonly (number | null)[] },
  { n, range = [-Infinity, Infinity] }: { n: number; range?: Interval },
): { estimate: Estimate; p: number | null } {
  const groups = a.leaveOneOut.length;
  if (b.leaveOneOut.length !== groups)
    throw new RangeError(`${groups} scenes against ${b.leaveOneOut.length}: both sources must have the same`);
  if (a.value === null || b.value === null) {
    const note =
      a.value === null && b.value === null
        ? 'undefined in both'
        : `undefined in the ${a.value === null ? 'first' : 'second'}`;
    return { estimate: { value: null, interval: null, intervalKind: null, n, groups, note }, p: null };
  }
  const value = a.value - b.value;
  const { interval, note } = jackknifeInterval(
    value,
    a.leaveOneOut.map((without, g) =>
      without === null || b.leaveOneOut[g] === null ? null : without - b.leaveOneOut[g],
    ),
  );
  if (interval === null) return { estimate: { value, interval, intervalKind: null, n, groups, note }, p: null };
  const error = (interval[1] - interval[0]) / 2 / studentT95(groups - 1);
  return {
    estimate: { value, interval: clampInterval(interval, range), intervalKind: JACKKNIFE, n, groups },
    p: error > 0 ? studentP(value / error, groups - 1) : value === 0 ? 1 : 0,
  };
}
