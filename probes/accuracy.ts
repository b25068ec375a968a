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
 * clustered standard error (methods §5): of the held-out scores, never from refitting on resampled rows. Where a condition is trained on and holds no signal, probes of
 * different folds have trained on each other's rows, and the interval covers .5 in 87 % instead of 95 % of cases; the effect fades as accuracy leaves .5, and does not
 * exist for conditions that are only scored.
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
