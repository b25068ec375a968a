/** Accuracy by how hard the items are, an axis at a time. */
import type { DifficultyLens } from '../../core/artifacts/results/lenses.ts';
import { PlumblineError } from '../../core/errors.ts';
import { chanceOf, groupBy, judge, proportion, type Judged, type LensInput } from './score.ts';
import { difficultyLensSchema } from '../../core/artifacts/results/lenses.ts';
import { defineAnswersAnalysis } from '../../core/definitions/answers.ts';

export interface DifficultyOptions extends LensInput {
  /** Equal-width bins of the difficulty, which runs from 0 to 1; defaults to *5*. */
  readonly bins?: number;
}

/** Items without a difficulty, and those that can't be answered, are left out. */
export function difficultyLens({ bins = 5, ...input }: DifficultyOptions): DifficultyLens {
  if (!Number.isInteger(bins) || bins < 1)
    throw new PlumblineError('invalid-options', `${bins} bins`, {
      where: 'difficulty lens',
      hint: 'ask for a whole number of bins, at least 1',
    });
  const items = [...judge(input).values()].filter(
    ({ item }) => item.difficulty !== undefined && item.variant?.answerable !== false,
  );
  const binOf = ({ item }: Judged): number => Math.min(bins - 1, Math.floor(item.difficulty! * bins));
  return {
    analysis: 'difficulty',
    version: 1,
    curves: [...groupBy(items, ({ item }) => item.axis)].map(([axis, rows]) => ({
      axis,
      chance: chanceOf(rows),
      bins: [...groupBy(rows, binOf)]
        .sort(([a], [b]) => a - b)
        .map(([bin, of]) => ({ from: bin / bins, to: (bin + 1) / bins, accuracy: proportion(of) })),
    })),
  };
}

export const difficultyAnalysis = defineAnswersAnalysis({
  name: 'difficulty',
  version: 6,
  title: 'accuracy by difficulty',
  schema: difficultyLensSchema,
  appliesTo: ({ pairs }) => pairs.some(({ first }) => first.difficulty !== undefined),
  run: difficultyLens,
});
