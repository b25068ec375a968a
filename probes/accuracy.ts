import { CONDITIONS, type Condition } from '../core/artifacts/contrast-set.ts';
import type { Estimate } from '../core/artifacts/results.ts';
import { clusteredProportion } from '../core/statistics/clustered-proportion.ts';
import type { ProbeRows } from './rows.ts';

export interface ConditionAccuracy {
  condition: Condition | 'all';
  estimate: Estimate;
}

/**
 * Held-out accuracy per condition, and `all` over consistent and counter scenes together. Intervals are Wilson's on the effective number of rows, from the scenes'
 * clustered standard error (methods §5): of the held-out scores, never from refitting on resampled rows.
 *
 * @param right 1 where the held-out prediction is right, by row.
 */
export function accuracyByCondition(rows: ProbeRows, right: ArrayLike<number>): ConditionAccuracy[] {
  return [...CONDITIONS, 'all' as const].map((condition) => {
    const chosen = [...rows.conditions.keys()].filter((i) => (condition === 'all' ? rows.conditions[i] !== 'ambiguous' : rows.conditions[i] === condition));
    const { estimate } = clusteredProportion(
      chosen.map((i) => right[i]),
      chosen.map((i) => rows.groups[i]),
    );
    return { condition, estimate };
  });
}

/** The same cells when the probe could not be trained, each with the reason. */
export function withoutAccuracy(reason: string): ConditionAccuracy[] {
  return [...CONDITIONS, 'all' as const].map((condition) => ({ condition, estimate: { value: null, interval: null, intervalKind: null, n: 0, groups: 0, note: reason } }));
}
