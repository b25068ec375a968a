import type { BoundedProportion } from '../../core/statistics/newcombe.ts';
import { rateOf, ratesOf, verdictOf, type Verdict } from './verdict-rule.ts';

/** More scenes than anyone generates; above this the answer is "no number". */
const MOST_SCENES = 1_000_000;

/** An observed accuracy and how much one scene adds to it. */
export interface ObservedCell {
  readonly accuracy: number;
  readonly nEff: number;
  readonly scenes: number;
}

/** The verdict that ever more scenes at the observed rates would end in; `inconclusive` if none. */
export function verdictInTheLimit(consistent: ObservedCell, counter: ObservedCell): Verdict {
  const exactly = (value: number): BoundedProportion => ({ value, interval: [value, value] });
  return verdictOf(ratesOf(exactly(consistent.accuracy), exactly(counter.accuracy)));
}

/**
 * Smallest number of scenes in each condition at which the rule would reach a verdict, at the observed accuracies and
 * the observed effective items a scene (that is, the same correlation within scenes, and between the conditions where
 * they share scenes). Null when no number would.
 */
export function scenesToSettle(consistent: ObservedCell, counter: ObservedCell, correlation = 0): number | null {
  return smallestScenes(
    (scenes) => verdictOf(ratesOf(at(consistent, scenes), at(counter, scenes), correlation)).verdict !== 'inconclusive',
  );
}

/**
 * Smallest number of scenes at which the lower bound of an accuracy would exceed `threshold`; null when the accuracy
 * itself doesn't.
 */
export function scenesToExceed(cell: ObservedCell, threshold: number): number | null {
  return smallestScenes((scenes) => at(cell, scenes).interval[0] > threshold);
}

function at({ accuracy, nEff, scenes: observed }: ObservedCell, scenes: number): BoundedProportion {
  return rateOf(accuracy, (nEff / observed) * scenes);
}

/** Bisection: intervals shrink around fixed rates as scenes are added, so once `holds` is true it stays true. */
function smallestScenes(holds: (scenes: number) => boolean): number | null {
  if (!holds(MOST_SCENES)) return null;
  let below = 0;
  let enough = MOST_SCENES;
  while (enough - below > 1) {
    const middle = Math.floor((below + enough) / 2);
    if (holds(middle)) enough = middle;
    else below = middle;
  }
  return enough;
}
