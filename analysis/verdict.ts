import type { Axis, Condition } from '../core/artifacts/contrast-set.ts';
import type { Evidence, Finding } from '../core/artifacts/results/finding.ts';
import {
  axesName,
  type BehaviourResult,
  type Estimate,
  type GeometryResult,
  type ProbesResult,
} from '../core/artifacts/results.ts';
import { decimal, withInterval } from '../core/numbers.ts';
import type { BoundedProportion } from '../core/statistics/newcombe.ts';
import { scenesToExceed, scenesToSettle, verdictInTheLimit, type ObservedCell } from './scenes-needed.ts';
import { THRESHOLDS, ratesOf, verdictOf, type Rates } from './verdict-rule.ts';

export const VERTICAL_DISTANCE = 'vertical-distance';

type Cell = BehaviourResult['cells'][number];

/** What the rule decides; the rest of a finding is words. */
export type Judgement = Pick<Finding, 'id' | 'verdict' | 'direction' | 'reason' | 'evidence'>;

export interface VerdictInputs {
  /** Null when the checkpoint gives no answers (a vision encoder, imported states). */
  readonly behaviour: BehaviourResult | null;
  /** Adds the height share and VD-EI at the picked layer to the evidence; never decides. */
  readonly geometry?: GeometryResult | undefined;
  /**
   * Adds the balanced-trained distance probe at the picked layer, else at the deepest one probed, to the evidence;
   * never decides.
   */
  readonly probes?: ProbesResult | undefined;
}

/**
 * Is "far" read off "up"? The verdict by the rule of methods §3b, with the clause that decided in one sentence.
 *
 * An `inconclusive` names the clause that failed and the number of scenes in each condition that would settle it at the
 * observed rates and the observed correlation within scenes, or says that no number would.
 */
export function verticalDistanceFinding({ behaviour, geometry, probes }: VerdictInputs): Judgement {
  const representation = representationEvidence(geometry, probes);
  const finding = (
    verdict: Pick<Judgement, 'verdict' | 'direction' | 'reason'>,
    evidence: Evidence[] = [],
  ): Judgement => ({
    id: VERTICAL_DISTANCE,
    ...verdict,
    evidence: [...evidence, ...representation],
  });
  const inconclusive = (reason: string, evidence: Evidence[] = []): Judgement =>
    finding({ verdict: 'inconclusive', reason }, evidence);
  if (!behaviour)
    return inconclusive(`no answers available; the finding is on the representation${summaryOf(representation)}`);

  const cell = (axis: Axis, condition: Condition): Cell | undefined =>
    behaviour.cells.find((c) => c.axis === axis && c.cue === 'height' && c.condition === condition);
  const [consistent, counter, horizontal] = [
    cell('distance', 'consistent'),
    cell('distance', 'counter'),
    cell('horizontal', 'counter'),
  ];
  const gap = behaviour.gaps.find((entry) => entry.axis === 'distance' && entry.cue === 'height');
  const evidence = [
    ...evidenceOf('accuracy-consistent', consistent?.accuracy),
    ...evidenceOf('accuracy-counter', counter?.accuracy),
    ...evidenceOf('gap', gap?.gap),
    ...evidenceOf('horizontal-accuracy-counter', horizontal?.accuracy),
    ...evidenceOf('height-weight', behaviour.weights.find(({ cue }) => cue === 'height')?.weight),
  ];

  if (!consistent || !counter)
    return inconclusive(
      `no distance questions on ${consistent ? 'counter' : 'consistent'} scenes; ${THRESHOLDS.minimumScenes} scenes in each condition are needed`,
      evidence,
    );
  const [observedConsistent, observedCounter] = [observed(consistent), observed(counter)];
  const rates = ratesOf(bounded(consistent), bounded(counter), gap?.correlation);
  const settled = scenesSentence(
    scenesNeeded(observedConsistent, observedCounter, horizontal && observed(horizontal), gap?.correlation),
  );
  const few = [consistent, counter].find(({ accuracy }) => accuracy.groups < THRESHOLDS.minimumScenes);
  if (few)
    return inconclusive(
      `${few.accuracy.groups} ${few.condition} scenes are fewer than ${THRESHOLDS.minimumScenes}; ${settled}`,
      evidence,
    );
  if (!horizontal)
    return inconclusive(
      'no horizontal questions on the counter scenes, so it cannot be shown that the model can read their pictures; they are needed, whatever the number of scenes',
      evidence,
    );
  const unreadable = unreadableReason(horizontal);
  if (unreadable) return inconclusive(`${unreadable}; ${settled}`, evidence);

  const verdict = verdictOf(rates);
  if (verdict.verdict !== 'inconclusive')
    return finding(
      { ...verdict, reason: decidingClause(verdict.verdict, verdict.direction === 'reversed', rates) },
      evidence,
    );
  return inconclusive(`${failedClause(rates, observedConsistent, observedCounter)}; ${settled}`, evidence);
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

function representationEvidence(geometry: GeometryResult | undefined, probes: ProbesResult | undefined): Evidence[] {
  const layer = geometry?.choice.layer ?? undefined;
  const reported = geometry?.choice.reported;
  const vdei = (condition: Condition): Estimate | undefined =>
    reported?.entanglement.find(
      (e) => axesName(e.axes) === 'VD' && e.estimator === 'axis' && e.corrected && e.condition === condition,
    )?.estimate;
  const probed = probes?.layers.filter((entry) => entry.axis === 'distance' && entry.training === 'balanced') ?? [];
  // Without a picked layer the deepest one stands in: it is fixed beforehand, whereas the best one would be picked on
  // the scenes it is reported on.
  const probe = probed.find((entry) => entry.layer === layer) ?? probed.at(-1);
  const probeAccuracy = (condition: Condition): Estimate | undefined =>
    probe?.accuracy.find((entry) => entry.condition === condition)?.estimate;
  return [
    ...evidenceOf('height-share', reported?.cueShare, layer),
    ...evidenceOf('vd-ei-consistent', vdei('consistent'), layer),
    ...evidenceOf('vd-ei-counter', vdei('counter'), layer),
    ...evidenceOf('probe-accuracy-consistent', probeAccuracy('consistent'), probe?.layer),
    ...evidenceOf('probe-accuracy-counter', probeAccuracy('counter'), probe?.layer),
  ];
}

function summaryOf(evidence: readonly Evidence[]): string {
  const parts = evidence
    .filter(({ measure, value }) => value !== null && (measure === 'height-share' || measure.startsWith('probe-')))
    .map(
      ({ measure, value, interval, layer }) =>
        `${measure.replaceAll('-', ' ')} ${withInterval({ value, interval })} at ${layer}`,
    );
  return parts.length > 0 ? `: ${parts.join(', ')}` : '';
}

function evidenceOf(measure: string, estimate: Estimate | undefined, layer?: string): Evidence[] {
  if (!estimate) return [];
  const { value, interval, n } = estimate;
  return [{ measure, value, interval, n, ...(layer === undefined ? {} : { layer }) }];
}

function bounded({ accuracy }: Cell): BoundedProportion {
  return { value: accuracy.value!, interval: accuracy.interval! };
}

function observed({ accuracy, nEff }: Cell): ObservedCell {
  return { accuracy: accuracy.value!, nEff, scenes: accuracy.groups };
}
