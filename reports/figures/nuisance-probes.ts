/** What else can be read from the states: nuisance factors by layer. */
import type { NuisanceProbesResult } from '../../core/artifacts/results/nuisance-probes.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { heatmapFigure, type HeatCell } from '../forms/heatmap.ts';
import { subtitleOf, type ResultContext } from '../forms/of-result.ts';

/** One figure for categories (accuracy) and one for numbers (R²); `null` when there are none of the kind. */
export function nuisanceFigure(
  result: NuisanceProbesResult,
  context: ResultContext,
  kind: 'category' | 'number',
): Figure | null {
  const measure = kind === 'category' ? 'accuracy' : 'r2';
  const factors = result.factors.filter(
    (factor) =>
      factor.kind === kind &&
      result.layers.some((row) => row.factor === factor.factor && typeof row[measure]?.value === 'number'),
  );
  if (factors.length === 0) return null;
  const layers = [...new Set(result.layers.map(({ layer }) => layer))];
  const own = result.layers.flatMap((row) => {
    const estimate = row[measure];
    return estimate && factors.some(({ factor }) => factor === row.factor)
      ? [{ x: row.layer, y: row.factor, estimate }]
      : [];
  });
  const majority = factors.flatMap(({ factor, majority: estimate }): HeatCell[] =>
    estimate ? [{ x: 'majority', y: factor, estimate }] : [],
  );
  const best = (factor: string): string =>
    decimal(Math.max(...own.filter(({ y }) => y === factor).map(({ estimate }) => estimate.value ?? -Infinity)));
  return heatmapFigure({
    context,
    base: kind === 'category' ? 'nuisance-categories' : 'nuisance-numbers',
    title: kind === 'category' ? 'What else is readable: categories' : 'What else is readable: numbers',
    subtitle: subtitleOf(context, result.selection),
    caption:
      `${kind === 'category' ? 'Held-out accuracy of linear probes' : 'Held-out R\u00b2 of ridge probes'} of factors that no question asks about (${result.folds} folds by scene). ${sampleNote(
        own.map(({ estimate }) => estimate),
        'items',
      )} (in the table). ` +
      `${kind === 'category' ? 'The first column is the control: the most frequent level of the training scenes. ' : '0 is as good as the training mean, which is the control. '}` +
      'A shortcut needs its cue: were it absent from the states, its factor would be as pale as the control.',
    description: `${context.checkpoint}: the best layer of each factor has ${factors.map(({ factor }) => `${factor} ${best(factor)}`).join(', ')}.`,
    xs: [...(majority.length > 0 ? ['majority'] : []), ...layers],
    ys: factors.map(({ factor }) => factor),
    cells: [...majority, ...own],
    scale: { domain: [0, 1] },
    legend: kind === 'category' ? 'accuracy' : 'R\u00b2 (below 0: as 0)',
    cellHeight: 12,
    labels: { x: 'Layer', y: 'Factor', value: kind === 'category' ? 'Accuracy' : 'R\u00b2' },
  });
}
