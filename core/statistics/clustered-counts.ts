import type { Estimate } from '../artifacts/results.ts';
import { WILSON_ON_N_EFF } from './clustered-proportion.ts';
import { effectiveSize } from './effective-size.ts';
import { assertSameLength, indexGroups } from './groups.ts';
import { wilsonInterval } from './wilson.ts';

/**
 * `clusteredProportion` from counts: row i stands for `right[i]` of `of[i]` items of one group, so that millions of
 * items need not be listed.
 *
 * @throws {PlumblineError} `missing-group`.
 */
export function clusteredCounts(
  right: ArrayLike<number>,
  of: ArrayLike<number>,
  groups: ArrayLike<string | null | undefined>,
): Estimate {
  assertSameLength(right, groups);
  assertSameLength(of, groups);
  const index = indexGroups(groups);
  const scenes = index.ids.length;
  const rights = new Float64Array(scenes);
  const items = new Float64Array(scenes);
  for (let i = 0; i < of.length; i++) {
    rights[index.of[i]] += right[i];
    items[index.of[i]] += of[i];
  }
  const n = items.reduce((sum, count) => sum + count, 0);
  if (n === 0) return { value: null, interval: null, intervalKind: null, n, groups: 0, note: 'no items' };
  const taking = items.reduce((count, size) => count + (size > 0 ? 1 : 0), 0);
  const accuracy = rights.reduce((sum, count) => sum + count, 0) / n;
  const squares = rights.reduce((sum, count, g) => sum + (count - accuracy * items[g]) ** 2, 0);
  const standardError = taking < 2 ? Number.NaN : Math.sqrt((taking / (taking - 1)) * squares) / n;
  const nEff = effectiveSize({ accuracy, standardError, items: n, scenes: taking });
  return {
    value: accuracy,
    interval: wilsonInterval(accuracy, nEff),
    intervalKind: WILSON_ON_N_EFF,
    n,
    groups: taking,
  };
}
