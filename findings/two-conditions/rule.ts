/**
 * The rule of methods §3b: what accuracies on consistent and on counter scenes say of a cue, with the clause that
 * decided in one sentence.
 */
import type { BehaviourResult } from '../../core/artifacts/results.ts';
import { decimal, withInterval } from '../../core/numbers.ts';
import type { BoundedProportion } from '../../core/statistics/newcombe.ts';
import type { Decision } from '../define.ts';
import { scenesToExceed, scenesToSettle, verdictInTheLimit, type ObservedCell } from './scenes-needed.ts';
import { THRESHOLDS, ratesOf, verdictOf, type Rates } from './verdict-rule.ts';

type Cell = BehaviourResult['cells'][number];

/** What the rule looks at, of one cue. */
export interface ConditionCells {
  /** Answers on the axis that is asked about. */
  readonly consistent: Cell | undefined;
  readonly counter: Cell | undefined;
  /** Horizontal answers on the counter pictures: whether the model can read them at all. */
  readonly horizontal: Cell | undefined;
  /** Of the errors of the two accuracies, where scenes have pairs of both conditions. */
  readonly correlation: number | undefined;
}

/**
 * Decides. An `inconclusive` names the clause that failed and the number of scenes in each condition that would settle
 * it at the observed rates and the observed correlation within scenes, or says that no number would.
 * @param axis in words, for reasons
 */
export function decide({ consistent, counter, horizontal, correlation }: ConditionCells, axis: string): Decision {
  const inconclusive = (reason: string): Decision => ({ verdict: 'inconclusive', reason });
  if (!consistent || !counter)
    return inconclusive(
      `no ${axis} questions on ${consistent ? 'counter' : 'consistent'} scenes; ${THRESHOLDS.minimumScenes} scenes in each condition are needed`,
    );
  const [observedConsistent, observedCounter] = [observed(consistent), observed(counter)];
  const rates = ratesOf(bounded(consistent), bounded(counter), correlation);
  const settled = scenesSentence(
    scenesNeeded(observedConsistent, observedCounter, horizontal && observed(horizontal), correlation),
  );
  const few = [consistent, counter].find(({ accuracy }) => accuracy.groups < THRESHOLDS.minimumScenes);
  if (few)
    return inconclusive(
      `${few.accuracy.groups} ${few.condition} scenes are fewer than ${THRESHOLDS.minimumScenes}; ${settled}`,
    );
  if (!horizontal)
    return inconclusive(
      'no horizontal questions on the counter scenes, so it cannot be shown that the model can read their pictures; they are needed, whatever the number of scenes',
    );
  const unreadable = unreadableReason(horizontal);
  if (unreadable) return inconclusive(`${unreadable}; ${settled}`);

  const verdict = verdictOf(rates);
  if (verdict.verdict !== 'inconclusive')
    return { ...verdict, reason: decidingClause(verdict.verdict, verdict.direction === 'reversed', rates) };
  return inconclusive(`${failedClause(rates, observedConsistent, observedCounter)}; ${settled}`);
}

/** Scenes in each condition at which every clause would hold at the observed rates; null when no number would do. */
function scenesNeeded(
  consistent: ObservedCell,
  counter: ObservedCell,
  horizontal: ObservedCell | undefined,
  correlation: number | undefined,
): number | null {
  const settle = scenesToSettle(consistent, counter, correlation);
  const readable = horizontal ? scenesToExceed(horizontal, THRESHOLDS.horizontalAccuracy) : 0;
  return settle === null || readable === null ? null : Math.max(THRESHOLDS.minimumScenes, settle, readable);
}

/** The readability clause, where it fails. */
function unreadableReason(horizontal: Cell): string | null {
  const threshold = THRESHOLDS.horizontalAccuracy;
  if (horizontal.accuracy.interval![0] > threshold) return null;
  return `horizontal accuracy on the counter pictures is ${withInterval(horizontal.accuracy)}, its lower bound not above ${decimal(threshold)}: the pictures aren't readable to this model`;
}

function decidingClause(
  verdict: 'shortcut' | 'biased' | 'clear',
  reversed: boolean,
  { consistent, counter, gap }: Rates,
): string {
  const t = THRESHOLDS;
  const [name, flipped] = reversed ? (['consistent', consistent] as const) : (['counter', counter] as const);
  const size = reversed ? -gap.interval[1] : gap.interval[0];
  const bound = (threshold: number): string =>
    reversed
      ? `the gap ${withInterval(gap)} has an upper bound ≤ −${decimal(threshold)}`
      : `the gap ${withInterval(gap)} has a lower bound ≥ ${decimal(threshold)}`;
  const accuracy = `the accuracy on ${name} scenes ${withInterval(flipped)}`;
  switch (verdict) {
    case 'shortcut':
      return `${bound(t.shortcutGap)} and ${accuracy} an upper bound < ${decimal(t.shortcutAccuracy)}: answers flip, they don't merely get harder`;
    case 'biased':
      return `${bound(t.biasedGap)}, but ${size < t.shortcutGap ? `not ${reversed ? '≤ −' : '≥ '}${decimal(t.shortcutGap)}` : `${accuracy} no upper bound < ${decimal(t.shortcutAccuracy)}`}`;
    case 'clear':
      return `the gap ${withInterval(gap)} lies within ±${decimal(t.clearGap)}, and both accuracies have a lower bound > ${decimal(t.clearAccuracy)} (${decimal(consistent.interval[0])} consistent, ${decimal(counter.interval[0])} counter)`;
  }
}

/** The clause that keeps the verdict which the point estimates suggest from being reached. */
function failedClause(rates: Rates, consistent: ObservedCell, counter: ObservedCell): string {
  const t = THRESHOLDS;
  const gap = `the gap is ${withInterval(rates.gap)}`;
  const limit = verdictInTheLimit(consistent, counter);
  const sign = limit.direction === 'reversed' ? '−' : '';
  // A shortcut-sized gap that isn't even certain to be .10 fails the weaker clause of `biased` too, so that one is
  // named.
  if (limit.verdict === 'shortcut' || limit.verdict === 'biased') {
    return `${gap}, not certainly beyond ${sign}${decimal(t.biasedGap)} (biased) nor within ±${decimal(t.clearGap)} with both accuracies above ${decimal(t.clearAccuracy)} (clear)`;
  }
  const low = (['consistent', 'counter'] as const).filter(
    (condition) => rates[condition].interval[0] <= t.clearAccuracy,
  );
  const parts = [
    ...(rates.gap.interval[0] <= -t.clearGap || rates.gap.interval[1] >= t.clearGap
      ? [`${gap}, not within ±${decimal(t.clearGap)}`]
      : []),
    ...low.map(
      (condition) =>
        `accuracy on ${condition} scenes is ${withInterval(rates[condition])}, its lower bound not above ${decimal(t.clearAccuracy)}`,
    ),
  ];
  return `not certainly clear: ${parts.join(', and ')}`;
}

function scenesSentence(scenes: number | null): string {
  return scenes === null
    ? 'no number of scenes will settle it, since an observed rate itself fails or lies on its threshold'
    : `${scenes} scenes in each condition would settle it at the observed rates`;
}

function bounded({ accuracy }: Cell): BoundedProportion {
  return { value: accuracy.value!, interval: accuracy.interval! };
}

function observed({ accuracy, nEff }: Cell): ObservedCell {
  return { accuracy: accuracy.value!, nEff, scenes: accuracy.groups };
}
