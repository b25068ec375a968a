import { quantileSorted } from 'simple-statistics';
import type { Estimate } from '../artifacts/results.ts';
import type { Random } from '../random.ts';
import { assertSameLength, indexGroups } from './groups.ts';

export const CLUSTER_BOOTSTRAP = 'cluster bootstrap';
const DRAWS = 1000;
/** Fewest groups it is valid for. */
export const BOOTSTRAP_GROUPS = 50;

/**
 * Mean with a 95 % percentile interval from resampling whole groups, 1,000 draws (methods §5: for smooth means only; it
 * fails for coherence, cosines and other U-statistics). Refused below 50 groups: the interval is null and `note` says
 * so.
 *
 * @param random stream that is used up by the draws.
 * @throws {PlumblineError} `missing-group`.
 */
export function clusterBootstrapMean(
  values: ArrayLike<number>,
  groups: ArrayLike<string | null | undefined>,
  random: Random,
): Estimate {
  assertSameLength(values, groups);
  const index = indexGroups(groups);
  const count = index.ids.length;
  const n = values.length;
  if (n === 0) return { value: null, interval: null, intervalKind: null, n, groups: count, note: 'no rows' };
  const sums = new Float64Array(count);
  for (let i = 0; i < n; i++) sums[index.of[i]] += values[i];
  const value = sums.reduce((total, sum) => total + sum, 0) / n;
  if (count < BOOTSTRAP_GROUPS) {
    return {
      value,
      interval: null,
      intervalKind: null,
      n,
      groups: count,
      note: `no interval: the cluster bootstrap needs ${BOOTSTRAP_GROUPS} scenes, there are ${count}`,
    };
  }
  const means = new Float64Array(DRAWS);
  for (let draw = 0; draw < DRAWS; draw++) {
    let total = 0;
    let rows = 0;
    for (let i = 0; i < count; i++) {
      const g = random.integer(count);
      total += sums[g];
      rows += index.sizes[g];
    }
    means[draw] = total / rows;
  }
  const sorted = [...means.sort()];
  return {
    value,
    interval: [quantileSorted(sorted, 0.025), quantileSorted(sorted, 0.975)],
    intervalKind: CLUSTER_BOOTSTRAP,
    n,
    groups: count,
  };
}
