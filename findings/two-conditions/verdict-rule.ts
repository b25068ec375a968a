import { wilsonInterval } from '../../core/statistics/wilson.ts';
import { newcombeDifference, type BoundedProportion } from '../../core/statistics/newcombe.ts';
import type { Finding } from '../../core/artifacts/results/finding.ts';

/** What the table of methods §3b looks at. */
export interface Rates {
  readonly consistent: BoundedProportion;
  readonly counter: BoundedProportion;
  readonly gap: BoundedProportion;
}

export type Verdict = Pick<Finding, 'verdict' | 'direction'>;

export const THRESHOLDS = {
  shortcutGap: 0.2,
  shortcutAccuracy: 0.5,
  biasedGap: 0.1,
  clearGap: 0.15,
  clearAccuracy: 0.7,
  horizontalAccuracy: 0.7,
  minimumScenes: 100,
} as const;

/** The table of methods §3b, top to bottom, without the clauses that force `inconclusive`. */
export function verdictOf({ consistent, counter, gap }: Rates): Verdict {
  const t = THRESHOLDS;
  const [low, high] = gap.interval;
  if (low >= t.shortcutGap && counter.interval[1] < t.shortcutAccuracy)
    return { verdict: 'shortcut', direction: 'usual' };
  if (high <= -t.shortcutGap && consistent.interval[1] < t.shortcutAccuracy)
    return { verdict: 'shortcut', direction: 'reversed' };
  if (low >= t.biasedGap) return { verdict: 'biased', direction: 'usual' };
  if (high <= -t.biasedGap) return { verdict: 'biased', direction: 'reversed' };
  const readable = consistent.interval[0] > t.clearAccuracy && counter.interval[0] > t.clearAccuracy;
  if (low > -t.clearGap && high < t.clearGap && readable) return { verdict: 'clear' };
  return { verdict: 'inconclusive' };
}

/** Accuracy with Wilson's interval on `nEff`. */
export function rateOf(value: number, nEff: number): BoundedProportion {
  return { value, interval: wilsonInterval(value, nEff) };
}

/** The two conditions' rates with the gap between them; `correlation` where they come from the same scenes. */
export function ratesOf(consistent: BoundedProportion, counter: BoundedProportion, correlation = 0): Rates {
  return { consistent, counter, gap: newcombeDifference(consistent, counter, correlation) };
}
