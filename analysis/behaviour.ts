import type { Answer } from '../core/artifacts/answers.ts';
import { AXES, CONDITIONS, type Condition, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { BehaviourResult, Estimate } from '../core/artifacts/results.ts';
import { Random } from '../core/random.ts';
import { clusterBootstrapMean } from '../core/statistics/cluster-bootstrap.ts';
import { clusteredProportion } from '../core/statistics/clustered-proportion.ts';
import { newcombeDifference } from '../core/statistics/newcombe.ts';
import { heightWeight } from './height-weight.ts';
import { scoreItems } from './scored-items.ts';
import { behaviourSchema } from '../core/artifacts/results.ts';
import { defineAnswersAnalysis } from '../core/definitions/answers.ts';
import { hasSpatialSwaps } from '../core/definitions/sets.ts';

/**
 * Behaviour of a checkpoint (methods §3): accuracy and mean probability of the right answer per axis and condition, the
 * gap between consistent and counter scenes per axis, and the height weight of the distance answers. Items are those of
 * the question-swap pairs, untouched scenes in both question orders; intervals are over scenes.
 *
 * @param options.seed seeds the bootstrap of the mean probability.
 * @throws {PlumblineError} `answers-missing`, `answer-incomplete`, `options-not-two`, `answer-not-an-option`.
 */
export function behaviour(options: {
  set: Pick<ContrastSet, 'pairs'>;
  answers: readonly Answer[];
  seed: number;
}): BehaviourResult {
  const items = scoreItems(options.set, options.answers);
  const cells: BehaviourResult['cells'] = [];
  for (const axis of AXES) {
    for (const condition of CONDITIONS) {
      const cell = items.filter((item) => item.axis === axis && item.condition === condition);
      if (cell.length === 0) continue;
      const groups = cell.map((item) => item.group);
      const { estimate: accuracy, nEff } = clusteredProportion(
        cell.map((item) => item.right),
        groups,
      );
      const probability = clusterBootstrapMean(
        cell.map((item) => item.probability),
        groups,
        new Random(options.seed, 'probability', axis, condition),
      );
      cells.push({ axis, condition, accuracy, probability, nEff });
    }
  }
  const gaps = AXES.flatMap((axis) => {
    const accuracyOf = (condition: Condition): Estimate | undefined =>
      cells.find((cell) => cell.axis === axis && cell.condition === condition)?.accuracy;
    const consistent = accuracyOf('consistent');
    const counter = accuracyOf('counter');
    return consistent && counter ? [{ axis, gap: gapOf(consistent, counter) }] : [];
  });
  const { weight, coefficients } = heightWeight(items.filter((item) => item.axis === 'distance'));
  return { analysis: 'behaviour', version: 1, cells, gaps, heightWeight: weight, coefficients };
}

/**
 * G = consistent − counter accuracy, by Newcombe's method from the two Wilson intervals (methods §3b). Both estimates
 * must hold a value and an interval.
 */
export function gapOf(consistent: Estimate, counter: Estimate): Estimate {
  const { value, interval } = newcombeDifference(
    { value: consistent.value!, interval: consistent.interval! },
    { value: counter.value!, interval: counter.interval! },
  );
  return {
    value,
    interval,
    intervalKind: 'Newcombe',
    n: consistent.n + counter.n,
    groups: consistent.groups + counter.groups,
  };
}

export const behaviourAnalysis = defineAnswersAnalysis({
  name: 'behaviour',
  version: 6,
  title: 'accuracy by condition, gap, height weight',
  schema: behaviourSchema,
  appliesTo: hasSpatialSwaps,
  run: behaviour,
});
