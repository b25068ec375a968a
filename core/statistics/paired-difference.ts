import type { Estimate } from '../artifacts/results.ts';
import { assertSameLength, indexGroups } from './groups.ts';
import { clampInterval } from './interval.ts';
import { studentP, studentT95 } from './student-t.ts';

export const PAIRED_T = 'paired, SE clustered over scenes, one item added each way';
const MIN_GROUPS = 10;

export interface PairedDifference {
  readonly estimate: Estimate;
  /** Two-sided, of no difference; null without an interval. */
  readonly p: number | null;
}

/**
 * Mean of a − b over the same items, with a 95 % interval and a p-value from its standard error clustered over scenes,
 * t of C − 1 degrees of freedom. For right/wrong scores this is McNemar's test for items that come in scenes. One item
 * is added in favour of either side (Bonett & Price 2012, https://doi.org/10.3102/1076998611411915), so that items that
 * never differ don't give an interval of width 0; the value itself is the plain mean.
 *
 * `a` and `b` are scores in [0, 1], item by item; `varianceFactor` says how much larger the variance of the mean is
 * than the scenes' spread shows, where scores of different scenes hang together; defaults to *1*.
 *
 * @throws {PlumblineError} `missing-group`; {RangeError} when lengths differ.
 */
export function pairedDifference(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  groups: ArrayLike<string | null | undefined>,
  { varianceFactor = 1 }: { varianceFactor?: number } = {},
): PairedDifference {
  assertSameLength(a, groups);
  assertSameLength(b, groups);
  const { of, ids } = indexGroups(groups);
  const n = a.length;
  const scenes = ids.length;
  if (n === 0)
    return {
      estimate: { value: null, interval: null, intervalKind: null, n, groups: scenes, note: 'no items' },
      p: null,
    };
  const sums = new Float64Array(scenes);
  let total = 0;
  for (let i = 0; i < n; i++) {
    sums[of[i]] += a[i] - b[i];
    total += a[i] - b[i];
  }
  const value = total / n;
  if (scenes < MIN_GROUPS) {
    return {
      estimate: {
        value,
        interval: null,
        intervalKind: null,
        n,
        groups: scenes,
        note: `no interval: a paired difference needs ${MIN_GROUPS} scenes, there are ${scenes}`,
      },
      p: null,
    };
  }
  const items = n + 2;
  const centre = total / items;
  const sizes = new Float64Array(scenes);
  for (const g of of) sizes[g]++;
  let squares = (1 - centre) ** 2 + (1 + centre) ** 2;
  sums.forEach((sum, g) => (squares += (sum - sizes[g] * centre) ** 2));
  const error = Math.sqrt(varianceFactor * ((scenes + 2) / (scenes + 1)) * squares) / items;
  const half = studentT95(scenes - 1) * error;
  const [low, high] = clampInterval([centre - half, centre + half], [-1, 1]);
  return {
    estimate: {
      value,
      interval: [Math.min(low, value), Math.max(high, value)],
      intervalKind: PAIRED_T,
      n,
      groups: scenes,
    },
    p: studentP(centre / error, scenes - 1),
  };
}
