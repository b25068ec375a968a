import type { Answer } from '../core/artifacts/answers.ts';
import {
  AXES,
  conditionFor,
  CONDITIONS,
  type Axis,
  type Condition,
  type ContrastSet,
} from '../core/artifacts/contrast-set.ts';
import { CUE_NAMES, type Cue } from '../core/artifacts/cues.ts';
import type { BehaviourResult, Estimate } from '../core/artifacts/results.ts';
import { Random } from '../core/random.ts';
import { clusterBootstrapMean } from '../core/statistics/cluster-bootstrap.ts';
import { clusterCorrelation, type ClusteredScores } from '../core/statistics/cluster-correlation.ts';
import { clusteredProportion } from '../core/statistics/clustered-proportion.ts';
import { newcombeDifference } from '../core/statistics/newcombe.ts';
import { cueWeight } from './cue-weight.ts';
import { scoreItems, type ScoredItem } from './scored-items.ts';
import { behaviourSchema } from '../core/artifacts/results.ts';
import { defineAnswersAnalysis } from '../core/definitions/answers.ts';
import { hasSpatialSwaps } from '../core/definitions/sets.ts';

/**
 * Behaviour of a checkpoint (methods §3): accuracy and mean probability of the right answer per axis and condition, the
 * gap between consistent and counter pairs per axis, and the weight of the cue in the distance answers; of height, and
 * of every other cue for which the set holds both consistent and counter pairs. Items are those of the question-swap
 * pairs, untouched scenes in both question orders; intervals are over scenes.
 *
 * @param options.seed seeds the bootstrap of the mean probability.
 * @throws {PlumblineError} `answers-missing`, `answer-incomplete`, `options-not-two`, `answer-not-an-option`.
 */
export function behaviour(options: {
  set: Pick<ContrastSet, 'pairs'>;
  answers: readonly Answer[];
  seed: number;
}): BehaviourResult {
  const result: BehaviourResult = { analysis: 'behaviour', version: 2, cells: [], gaps: [], weights: [] };
  for (const cue of cuesOf(options.set)) {
    const items = scoreItems(options.set, options.answers, cue);
    const cellItems = (axis: Axis, condition: Condition): ScoredItem[] =>
      items.filter((item) => item.axis === axis && item.condition === condition);
    const cells = AXES.flatMap((axis) =>
      CONDITIONS.flatMap((condition) => {
        const cell = cellItems(axis, condition);
        return cell.length === 0 ? [] : [{ axis, cue, condition, ...ratesOf(cell, options.seed, cue) }];
      }),
    );
    for (const axis of AXES) {
      const [consistent, counter] = (['consistent', 'counter'] as const).map(
        (condition) => cells.find((cell) => cell.axis === axis && cell.condition === condition)?.accuracy,
      );
      if (!consistent || !counter) continue;
      const { shared, ...together } = clusterCorrelation(
        scoresOf(cellItems(axis, 'consistent')),
        scoresOf(cellItems(axis, 'counter')),
      );
      result.gaps.push(
        shared === 0
          ? { axis, cue, gap: gapOf(consistent, counter) }
          : { axis, cue, gap: gapOf(consistent, counter, together), correlation: together.correlation },
      );
    }
    result.cells.push(...cells);
    result.weights.push({
      axis: 'distance',
      cue,
      ...cueWeight(
        items.filter((item) => item.axis === 'distance'),
        cue,
      ),
    });
  }
  return result;
}

/** Height, and the cues of which some question swap is consistent and another one counter. */
function cuesOf({ pairs }: Pick<ContrastSet, 'pairs'>): Cue[] {
  return CUE_NAMES.filter((cue) => {
    const found = new Set(pairs.flatMap((pair) => (pair.kind === 'question-swap' ? [conditionFor(pair, cue)] : [])));
    return cue === 'height' || (found.has('consistent') && found.has('counter'));
  });
}

const scoresOf = (items: readonly ScoredItem[]): ClusteredScores => ({
  scores: items.map(({ right }) => right),
  groups: items.map(({ group }) => group),
});

function ratesOf(
  cell: readonly ScoredItem[],
  seed: number,
  cue: Cue,
): Pick<BehaviourResult['cells'][number], 'accuracy' | 'probability' | 'nEff'> {
  const { scores, groups } = scoresOf(cell);
  const { estimate: accuracy, nEff } = clusteredProportion(scores, groups);
  const [{ axis, condition }] = cell;
  const probability = clusterBootstrapMean(
    cell.map((item) => item.probability),
    groups,
    // Height was the only cue: its stream has no name.
    new Random(seed, 'probability', ...(cue === 'height' ? [] : [cue]), axis, condition),
  );
  return { accuracy, probability, nEff };
}

/**
 * G = consistent − counter accuracy, by Newcombe's method from the two Wilson intervals (methods §3b). Both estimates
 * must hold a value and an interval.
 *
 * @param together where scenes have pairs of both conditions: the correlation of the two accuracies' errors, and the
 * number of scenes; left out where no scene is shared.
 */
export function gapOf(
  consistent: Estimate,
  counter: Estimate,
  together?: { correlation: number; groups: number },
): Estimate {
  const { value, interval } = newcombeDifference(
    { value: consistent.value!, interval: consistent.interval! },
    { value: counter.value!, interval: counter.interval! },
    together?.correlation,
  );
  return {
    value,
    interval,
    intervalKind: together === undefined ? 'Newcombe' : 'Newcombe, correlated over shared scenes',
    n: consistent.n + counter.n,
    groups: together?.groups ?? consistent.groups + counter.groups,
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
