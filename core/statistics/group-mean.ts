import type { Estimate } from '../artifacts/results.ts';
import type { Random } from '../random.ts';
import { BOOTSTRAP_GROUPS, clusterBootstrapMean } from './cluster-bootstrap.ts';
import { assertSameLength, indexGroups } from './groups.ts';
import type { Interval } from './interval.ts';
import { JACKKNIFE, jackknifeInterval } from './jackknife.ts';

/**
 * Mean of values that come in groups: with the cluster bootstrap from 50 groups on, with the delete-one-group jackknife
 * below (methods §5); the reason in `note` where neither can be given.
 *
 * @param random stream that is used up by the draws.
 * @param range of the values.
 * @throws {PlumblineError} `missing-group`.
 */
export function groupMean(
  values: ArrayLike<number>,
  groups: ArrayLike<string | null | undefined>,
  random: Random,
  range: Interval,
): Estimate {
  assertSameLength(values, groups);
  const { ids, of, sizes } = indexGroups(groups);
  const n = values.length;
  if (n === 0 || ids.length >= BOOTSTRAP_GROUPS) return clusterBootstrapMean(values, groups, random);
  const sums = new Float64Array(ids.length);
  for (let i = 0; i < n; i++) sums[of[i]] += values[i];
  const total = sums.reduce((sum, value) => sum + value, 0);
  const leaveOneOut = Array.from(sums, (sum, g) => (n === sizes[g] ? null : (total - sum) / (n - sizes[g])));
  const { interval, note } = jackknifeInterval(total / n, leaveOneOut, range);
  return {
    value: total / n,
    interval,
    intervalKind: interval === null ? null : JACKKNIFE,
    n,
    groups: ids.length,
    note,
  };
}
