import type { Estimate } from '../artifacts/results.ts';
import { clusteredSe } from './clustered-se.ts';
import { effectiveSize } from './effective-size.ts';
import { indexGroups } from './groups.ts';
import { wilsonInterval } from './wilson.ts';

export const WILSON_ON_N_EFF = 'Wilson on n_eff';

/** An accuracy over items that come in scenes. */
export interface ClusteredProportion {
  readonly estimate: Estimate;
  readonly nEff: number;
  /** Clustered over scenes; NaN with a single scene. */
  readonly standardError: number;
}

/**
 * Share of right items with its 95 % Wilson interval on the effective number of items (methods §3b and §5).
 *
 * @param scores 1 or true for right, 0 or false for wrong.
 * @param groups scene of each item.
 * @throws {PlumblineError} `missing-group`.
 */
export function clusteredProportion(
  scores: ArrayLike<number | boolean>,
  groups: ArrayLike<string | null | undefined>,
): ClusteredProportion {
  const values = Float64Array.from(scores, Number);
  const n = values.length;
  const scenes = indexGroups(groups).ids.length;
  const standardError = clusteredSe(values, groups);
  if (n === 0) {
    return {
      estimate: { value: null, interval: null, intervalKind: null, n, groups: scenes, note: 'no items' },
      nEff: 0,
      standardError,
    };
  }
  const accuracy = values.reduce((sum, value) => sum + value, 0) / n;
  const nEff = effectiveSize({ accuracy, standardError, items: n, scenes });
  return {
    estimate: {
      value: accuracy,
      interval: wilsonInterval(accuracy, nEff),
      intervalKind: WILSON_ON_N_EFF,
      n,
      groups: scenes,
    },
    nEff,
    standardError,
  };
}
