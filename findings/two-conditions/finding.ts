/** Findings on a cue that an axis's answers may be read off, judged by accuracy where the cue agrees and where not. */
import type { Axis } from '../../core/artifacts/contrast-set.ts';
import type { Condition, Cue } from '../../core/artifacts/cues.ts';
import { ofCue, type BehaviourResult, type GeometryResult, type ProbesResult } from '../../core/artifacts/results.ts';
import { resultOf } from '../../core/artifacts/results/types.ts';
import { citedGeometry, citedProbes } from '../cited.ts';
import { defineFinding, type FindingDefinition } from '../define.ts';
import { behaviourEvidence, representationEvidence, summaryOf } from './evidence.ts';
import { decide, type ConditionCells } from './rule.ts';
import { verdictSentence, type Reading } from './sentence.ts';

export interface TwoConditions {
  readonly id: string;
  readonly version: number;
  readonly question: string;
  readonly axis: Axis;
  readonly cue: Cue;
  readonly words: Reading;
}

interface Inputs extends ConditionCells {
  /** Undefined when the checkpoint gives no answers (a vision encoder, imported states). */
  readonly behaviour: BehaviourResult | undefined;
  readonly geometry: GeometryResult | undefined;
  readonly probes: ProbesResult | undefined;
}

const RULE =
  'From the gap G = accuracy on consistent minus accuracy on counter scenes. Shortcut: G\u2019s lower bound is at least .20 and counter accuracy is below .50. Biased: the lower bound is at least .10. Clear: G lies within (\u2212.15, .15) and both accuracies are above .70. Inconclusive: anything else.';

/**
 * A finding by the rule of methods §3b: on answers where there are some, else on the representation, which then leaves
 * it inconclusive. It applies where the results tell the cue's conditions apart.
 */
export function twoConditionFinding({ words, ...named }: TwoConditions): FindingDefinition {
  const { axis, cue } = named;
  return defineFinding<Inputs>({
    ...named,
    caption: RULE,
    cells(results) {
      const behaviour = resultOf({ results }, 'behaviour');
      const [geometry, probes] = [citedGeometry(results, cue), citedProbes(results, cue)];
      const answered = behaviour !== undefined && ofCue(behaviour.cells, cue).length > 0;
      if (!answered && geometry === undefined && probes === undefined) return null;
      const cell = (of: Axis, condition: Condition): ConditionCells['consistent'] =>
        ofCue(behaviour?.cells ?? [], cue).find((entry) => entry.axis === of && entry.condition === condition);
      return {
        behaviour,
        geometry,
        probes,
        consistent: cell(axis, 'consistent'),
        counter: cell(axis, 'counter'),
        horizontal: cell('horizontal', 'counter'),
        correlation: ofCue(behaviour?.gaps ?? [], cue).find((entry) => entry.axis === axis)?.correlation,
      };
    },
    rule(cells) {
      if (cells.behaviour !== undefined) return decide(cells, axis);
      const summary = summaryOf(representationEvidence(cells.geometry, cells.probes, { axis, cue }));
      return {
        verdict: 'inconclusive',
        reason: `no answers available; the finding is on the representation${summary}`,
      };
    },
    sentence: (finding, { behaviour, geometry, probes }) =>
      verdictSentence({ finding, axis, cue, words, behaviour, geometry, probes }),
    evidence: (cells) => [
      ...(cells.behaviour === undefined ? [] : behaviourEvidence(cells.behaviour, cells, { axis, cue })),
      ...representationEvidence(cells.geometry, cells.probes, { axis, cue }),
    ],
  });
}
