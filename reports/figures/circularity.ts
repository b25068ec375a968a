/** Strict accuracies: options turned round, pictures mirrored, opposites asked (methods §3). */
import type { CircularityLens } from '../../core/artifacts/results/lenses.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { seriesStyles } from '../theme.ts';
import { dotsFigure } from '../forms/dots.ts';
import { ticksAt } from '../forms/layout.ts';
import type { ResultContext } from '../forms/of-result.ts';

export function circularityFigure({ strict, sets }: CircularityLens, context: ResultContext): Figure | null {
  const rows = [
    ...strict.map((entry) => ({ ...entry, name: `all of ${entry.variants}` })),
    ...sets.map((entry) => ({ ...entry, name: `whole ${entry.unit}` })),
  ].map((row) => ({
    ...row,
    name: row.name === 'whole individual' ? 'each question' : row.name === 'all of vanilla' ? 'as asked' : row.name,
  }));
  if (rows.length === 0) return null;
  const share = seriesStyles(['share'])[0];
  return dotsFigure({
    context,
    base: 'circularity',
    title: 'Strict accuracy',
    caption:
      `A question counts as right when all its variants are: options turned round (circular), the picture mirrored (flip), its opposite (pair), all questions of its scene and axis (set). ${sampleNote(
        rows.map(({ accuracy }) => accuracy),
        'questions',
      )}. Ticks: chance, by independent guesses. ` +
      'Were a shortcut by position or by favoured words absent, the strict accuracies would stay near that of the question as asked.',
    description: `${context.checkpoint}: ${rows.map(({ name, accuracy, chance }) => `${name} ${percent(accuracy.value)} (chance ${percent(chance)})`).join(', ')}.`,
    categories: rows.map(({ name }) => name),
    series: [share],
    dots: rows.map(({ name, accuracy, chance }) => ({
      category: name,
      series: share.name,
      estimate: accuracy,
      chance,
    })),
    xTitle: 'accuracy',
    xDomain: [0, 1],
    xAxis: ticksAt(0, 0.25, 0.5, 0.75, 1),
    labels: { category: 'All right', value: 'Accuracy' },
  });
}
