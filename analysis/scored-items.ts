/** Answers joined with what is right: what every reading of behaviour starts from. */
import type { Answer } from '../core/artifacts/answers.ts';
import {
  answerIsCanonical,
  itemsOf,
  spatialPairs,
  type Axis,
  type Condition,
  type ContrastSet,
} from '../core/artifacts/contrast-set.ts';
import type { Cue } from '../core/artifacts/cues.ts';
import { PlumblineError } from '../core/errors.ts';

/** One answered item. */
export interface ScoredItem {
  readonly item: string;
  readonly group: string;
  readonly axis: Axis;
  readonly condition: Condition;
  /** +1 if the right answer is the canonical pole (left, above, far), −1 if the other. */
  readonly truth: 1 | -1;
  /** Score of the canonical pole minus score of the other, in logits. */
  readonly margin: number;
  /** sigmoid(score of the right option − score of the wrong one). */
  readonly probability: number;
  /** probability > .5: a tie is wrong. */
  readonly right: boolean;
}

/**
 * The items of the set's question-swap pairs that have a condition for `cue`, with the checkpoint's answers; errors as
 * in `behaviour`.
 */
export function scoreItems(
  set: Pick<ContrastSet, 'pairs'>,
  answers: readonly Answer[],
  cue: Cue = 'height',
): ScoredItem[] {
  const scoresOf = new Map(answers.map((answer) => [answer.item, answer.scores]));
  return itemsOf({ pairs: spatialPairs(set.pairs, cue).filter((pair) => pair.kind === 'question-swap') }).map(
    ({ item, group, axis, condition, options, answer }) => {
      const scores = scoresOf.get(item);
      if (!scores) {
        throw new PlumblineError('answers-missing', `no answer for item ${item} (${answers.length} answers given)`, {
          where: `item ${item}`,
          hint: 'the answers come from another set or from an interrupted run; extract again from this set',
        });
      }
      if (options.length !== 2) {
        throw new PlumblineError('options-not-two', `${options.length} options: ${options.join(', ')}`, {
          where: `item ${item}`,
          hint: 'items of the three axes have exactly two options, canonical pole first',
        });
      }
      const [canonical, other] = options.map((option) => scores[option]);
      if (!Number.isFinite(canonical) || !Number.isFinite(other)) {
        throw new PlumblineError(
          'answer-incomplete',
          `scores for ${options.join(' and ')} expected, found ${JSON.stringify(scores)}`,
          {
            where: `answer to item ${item}`,
            hint: 'every option of the item needs a finite score',
          },
        );
      }
      const truth = answerIsCanonical({ item, options, answer }) ? 1 : -1;
      const margin = canonical - other;
      const probability = 1 / (1 + Math.exp(-truth * margin));
      return { item, group, axis, condition, truth, margin, probability, right: probability > 0.5 };
    },
  );
}
