/** The numbers that a verdict on a cue rests on, and what the representation says beside it. */
import type { Axis } from '../../core/artifacts/contrast-set.ts';
import type { Condition, Cue } from '../../core/artifacts/cues.ts';
import type { Evidence } from '../../core/artifacts/results/finding.ts';
import {
  axesName,
  ofCue,
  type BehaviourResult,
  type Estimate,
  type GeometryResult,
  type ProbesResult,
} from '../../core/artifacts/results.ts';
import { withInterval } from '../../core/numbers.ts';
import type { ConditionCells } from './rule.ts';

/** Accuracies, gap and weight of the cue in the answers. */
export function behaviourEvidence(
  behaviour: BehaviourResult,
  { consistent, counter, horizontal }: ConditionCells,
  { axis, cue }: { readonly axis: Axis; readonly cue: Cue },
): Evidence[] {
  return [
    ...evidenceOf('accuracy-consistent', consistent?.accuracy),
    ...evidenceOf('accuracy-counter', counter?.accuracy),
    ...evidenceOf('gap', ofCue(behaviour.gaps, cue).find((entry) => entry.axis === axis)?.gap),
    ...evidenceOf('horizontal-accuracy-counter', horizontal?.accuracy),
    ...evidenceOf(`${cue}-weight`, ofCue(behaviour.weights, cue).find((entry) => entry.axis === axis)?.weight),
  ];
}

/**
 * The cue's share and the entanglement at the picked layer, and the balanced-trained probe there, else at the deepest
 * layer probed. They stand beside the verdict and never decide.
 */
export function representationEvidence(
  geometry: GeometryResult | undefined,
  probes: ProbesResult | undefined,
  { axis, cue }: { readonly axis: Axis; readonly cue: Cue },
): Evidence[] {
  const layer = geometry?.choice.layer ?? undefined;
  const reported = geometry?.choice.reported;
  const vdei = (condition: Condition): Estimate | undefined =>
    reported?.entanglement.find(
      (e) => axesName(e.axes) === 'VD' && e.estimator === 'axis' && e.corrected && e.condition === condition,
    )?.estimate;
  const probed = probes?.layers.filter((entry) => entry.axis === axis && entry.training === 'balanced') ?? [];
  // Without a picked layer the deepest one stands in: it is fixed beforehand, whereas the best one would be picked on
  // the scenes it is reported on.
  const probe = probed.find((entry) => entry.layer === layer) ?? probed.at(-1);
  const probeAccuracy = (condition: Condition): Estimate | undefined =>
    probe?.accuracy.find((entry) => entry.condition === condition)?.estimate;
  return [
    ...evidenceOf(`${cue}-share`, reported?.cueShare, layer),
    // VD-EI is about the vertical axis, that of height.
    ...(cue === 'height'
      ? [
          ...evidenceOf('vd-ei-consistent', vdei('consistent'), layer),
          ...evidenceOf('vd-ei-counter', vdei('counter'), layer),
        ]
      : []),
    ...evidenceOf('probe-accuracy-consistent', probeAccuracy('consistent'), probe?.layer),
    ...evidenceOf('probe-accuracy-counter', probeAccuracy('counter'), probe?.layer),
  ];
}

function evidenceOf(measure: string, estimate: Estimate | undefined, layer?: string): Evidence[] {
  if (!estimate) return [];
  const { value, interval, n } = estimate;
  return [{ measure, value, interval, n, ...(layer === undefined ? {} : { layer }) }];
}

/** Shares and probes in words, where there are no answers to judge. */
export function summaryOf(evidence: readonly Evidence[]): string {
  const parts = evidence
    .filter(({ measure, value }) => value !== null && (measure.endsWith('-share') || measure.startsWith('probe-')))
    .map(
      ({ measure, value, interval, layer }) =>
        `${measure.replaceAll('-', ' ')} ${withInterval({ value, interval })} at ${layer}`,
    );
  return parts.length > 0 ? `: ${parts.join(', ')}` : '';
}
