import { CONDITIONS, type Condition } from '../core/artifacts/contrast-set.ts';
import type { Estimate } from '../core/artifacts/results.ts';
import { heldOutProportion, type SharedTraining } from './held-out-interval.ts';

export interface ConditionAccuracy {
  condition: Condition | 'all';
  estimate: Estimate;
}

/**
 * Held-out accuracy per condition, and `all` over consistent and counter scenes together. Intervals are Wilson's on the
 * effective number of rows, from the scenes' clustered standard error (methods §5): of the held-out scores, never from
 * refitting on resampled rows; widened where the probes of the folds train on each other's rows
 * (`held-out-interval.ts`).
 *
 * @param right 1 where the held-out prediction is right, by row.
 * @param shared leave out for predictions that no other row's label went into.
 */
export function accuracyByCondition(
  { conditions, groups }: { readonly conditions: readonly string[]; readonly groups: readonly string[] },
  right: ArrayLike<number>,
  shared?: SharedTraining,
): ConditionAccuracy[] {
  return [...CONDITIONS, 'all' as const].map((condition) => {
    const chosen = [...conditions.keys()].filter((i) =>
      condition === 'all' ? conditions[i] !== 'ambiguous' : conditions[i] === condition,
    );
    return { condition, estimate: heldOutProportion(chosen, right, groups, shared) };
  });
}

/** The same cells when the probe could not be trained, each with the reason. */
export function withoutAccuracy(reason: string): ConditionAccuracy[] {
  return [...CONDITIONS, 'all' as const].map((condition) => ({
    condition,
    estimate: { value: null, interval: null, intervalKind: null, n: 0, groups: 0, note: reason },
  }));
}
