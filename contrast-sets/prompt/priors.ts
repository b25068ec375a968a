/**
 * Sentences put before a question: one that claims the wrong thing, one that claims the right thing, one beside the
 * point, and the heuristic itself. The picture still decides.
 */
import type { Axis } from '../../core/artifacts/contrast-set.ts';
import { captionsOf } from '../questions.ts';
import type { ScenePlan } from '../perspective/plan.ts';

export const PRIORS = ['misleading', 'leading', 'neutral'] as const;

export interface Prior {
  readonly prior: (typeof PRIORS)[number];
  /** What the sentence is. */
  readonly told: 'claim' | 'heuristic' | 'irrelevant';
  readonly sentence: string;
}

/** Things that say nothing of places, sizes or distances. */
const IRRELEVANT = [
  'I think that this picture was taken on a Tuesday.',
  'I think that somebody will like this picture.',
  'I think that it was a quiet day.',
  'I think that this picture is one of many.',
];
const HEURISTIC = 'Things that are higher in a picture are usually farther away.';

/**
 * The sentences for a scene's question; `first` and `second` are the names in the order of the standard question.
 * @param truth index of the right pole
 * @param pick a whole number that chooses among the irrelevant sentences
 */
export function priorsOf(
  { condition }: Pick<ScenePlan, 'condition'>,
  axis: Axis,
  { first, second, truth, pick }: { first: string; second: string; truth: 0 | 1; pick: number },
): Prior[] {
  const claims = captionsOf(axis, first, second).map((claim) => `I think that the ${claim.slice('The '.length)}`);
  return [
    { prior: 'misleading', told: 'claim', sentence: claims[1 - truth] },
    { prior: 'leading', told: 'claim', sentence: claims[truth] },
    { prior: 'neutral', told: 'irrelevant', sentence: IRRELEVANT[pick % IRRELEVANT.length] },
    // Where heights are nearly equal the rule says nothing.
    ...(axis === 'distance' && condition !== 'ambiguous'
      ? [
          {
            prior: condition === 'consistent' ? 'leading' : 'misleading',
            told: 'heuristic',
            sentence: HEURISTIC,
          } as const,
        ]
      : []),
  ];
}
