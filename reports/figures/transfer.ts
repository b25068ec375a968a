/** Probes trained on one set and tested on another: a matrix by condition and layer (methods §5). */
import type { TransferResult } from '../../core/artifacts/results/transfer.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { estimateOf, shownConditions } from './class-probes.ts';
import { heatmapFigure } from '../forms/heatmap.ts';
import { someOf } from '../forms/layout.ts';
import { subtitleOf, type ResultContext } from '../forms/of-result.ts';

const LAYERS = 2;

export function transferFigure(result: TransferResult, context: ResultContext): Figure | null {
  const layers = [...new Set(result.layers.map(({ layer }) => layer))];
  if (layers.length === 0) return null;
  const shown = someOf(layers, LAYERS);
  const conditions = shownConditions(result.layers.map(({ accuracy }) => accuracy));
  const words = (condition: string): string => (condition === 'all' ? 'all scenes' : `${condition} scenes`);
  const cells = result.layers.flatMap(({ layer, train, test, accuracy }) =>
    shown.includes(layer)
      ? conditions.flatMap((condition) => {
          const estimate = estimateOf(accuracy, condition);
          return estimate ? [{ column: words(condition), row: layer, y: train, x: test, estimate }] : [];
        })
      : [],
  );
  const names = result.sets.map(({ name }) => name);
  const away = cells.filter(({ x, y, row }) => x !== y && row === shown[shown.length - 1]);
  return heatmapFigure({
    context,
    base: `transfer-${result.axis}`,
    title: `Transfer of the ${result.axis} probe between sets`,
    subtitle: subtitleOf(context, result.selection),
    caption:
      `Accuracy of a probe trained on the set of the row and tested on that of the column, at ${shown.join(' and ')}${layers.length > shown.length ? ` of ${layers.length} layers` : ''}; the diagonal is cross-validated over scenes. ${sampleNote(
        cells.map(({ estimate }) => estimate),
        'items',
      )} (in the table). White is chance, ${percent(result.chance)}. ` +
      'Were the shortcut absent, a probe would stay as good on another set and on counter scenes as at home.',
    description: `${context.checkpoint}: at ${shown[shown.length - 1]}, ${away.map(({ x, y, column, estimate }) => `${y} to ${x} ${percent(estimate.value)} on ${column}`).join(', ')}.`,
    columns: conditions.map(words),
    rows: shown,
    xs: names.filter((name) => cells.some(({ x }) => x === name)),
    ys: names.filter((name) => cells.some(({ y }) => y === name)),
    xTitle: 'tested on',
    yTitle: 'trained on',
    cells,
    scale: { domain: [0, 1], middle: result.chance },
    legend: 'accuracy (middle: chance)',
    labels: { column: 'Condition', row: 'Layer', x: 'Tested on', y: 'Trained on', value: 'Accuracy' },
  });
}
