/** What erasing one axis does to the probes of every axis, by layer (methods §5). */
import type { ErasureResult } from '../../core/artifacts/results/erasure.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { REFERENCE_STYLE, seriesStyles } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, subtitleOf, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

/** One figure a condition: a column an erased axis, a row a probed one; `null` without cells. */
export function erasureFigure(
  result: ErasureResult,
  context: ResultContext,
  condition: 'consistent' | 'counter' | 'all',
): Figure | null {
  const { method, selection, axes, chance, layers } = result;
  const of = (accuracy: ErasureResult['layers'][number]['before'][number]['accuracy']) =>
    accuracy.find((cell) => cell.condition === condition)?.estimate;
  const [before, after] = seriesStyles(['before', `after ${method.toUpperCase()}`]);
  const random = { ...REFERENCE_STYLE.control, name: 'after random directions' };
  const column = (axis: string): string => `erased: ${axis}`;
  const row = (axis: string): string => `probed: ${axis}`;
  const points = layers.flatMap(({ layer, before: were, cells }) =>
    cells.flatMap(({ erased, probed, by, accuracy }): CurvePoint[] => {
      const at = { column: column(erased), row: row(probed), x: layer };
      const [was, is] = [of(were.find((cell) => cell.probed === probed)?.accuracy ?? []), of(accuracy)];
      return [
        ...(by === 'method'
          ? [
              { ...at, series: REFERENCE_STYLE.chance.name, estimate: flat(chance) },
              ...(was ? [{ ...at, series: before.name, estimate: was }] : []),
            ]
          : []),
        ...(is ? [{ ...at, series: by === 'method' ? after.name : random.name, estimate: is }] : []),
      ];
    }),
  );
  const shown = points.flatMap(({ estimate }) => ('n' in estimate ? [estimate] : []));
  if (shown.length === 0) return null;
  const last = layers[layers.length - 1];
  const change = (erased: string, probed: string): string =>
    decimal(
      last.cells.find((cell) => cell.erased === erased && cell.probed === probed && cell.by === 'method')?.change.value,
    );
  const words = condition === 'all' ? 'all scenes' : `${condition} scenes`;
  return curvesFigure({
    context,
    base: `erasure-${condition}`,
    title: `Probes after erasing an axis, ${words}`,
    subtitle: subtitleOf(context, selection),
    caption:
      `Held-out accuracy of a probe of each axis before and after the direction of another is erased, ${words}. ${sampleNote(shown, 'items')}. Grey: chance; dotted: as many random directions erased. ` +
      'Were the shortcut absent, erasing the vertical axis would leave the distance probe where random directions leave it; where both share a direction, distance falls with it. On the diagonal a curve at chance shows that the erasure worked.',
    description: `${context.checkpoint}: at ${last.layer}, accuracy over both conditions changes by ${axes.flatMap((erased) => axes.map((probed) => `${change(erased, probed)} on ${probed} when ${erased} is erased`)).join(', ')}.`,
    columns: axes.map(column),
    rows: axes.map(row),
    xs: layers.map(({ layer }) => layer),
    series: [REFERENCE_STYLE.chance, random, before, after],
    points,
    yTitle: 'accuracy',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.5, 1),
    panelHeight: 50,
    labels: { column: 'Erased', row: 'Probed', x: 'Layer', series: 'State', value: 'Accuracy' },
  });
}
