/** The states themselves in the plane of their first two principal components. */
import { AXES } from '../../core/artifacts/contrast-set.ts';
import type { StatePcaResult } from '../../core/artifacts/results/representation.ts';
import { decimal, percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { CONDITION_STYLE, INK, OKABE_ITO, type SeriesStyle } from '../theme.ts';
import { facetSpec } from '../forms/facets.ts';
import { headings, someOf } from '../forms/layout.ts';
import { figureOf, presetFor, subtitleOf, type ResultContext } from '../forms/of-result.ts';

/** Points drawn a panel and answer. */
const DRAWN = 60;
const SHOWN = ['consistent', 'counter'] as const;
const FIRST: Pick<SeriesStyle, 'color' | 'shape'> = { color: OKABE_ITO.blue, shape: 'circle' };
const SECOND: Pick<SeriesStyle, 'color' | 'shape'> = { color: OKABE_ITO.orange, shape: 'triangle-up' };

/** A column an axis, a row a condition; colour and shape say the right answer. `null` without points. */
export function statePcaFigure(result: StatePcaResult, context: ResultContext): Figure | null {
  const { points, explainedVariance, layer, n, groups } = result;
  const axes = AXES.filter((axis) => points.some((point) => point.axis === axis));
  if (axes.length === 0) return null;
  const answersOf = (axis: string): string[] =>
    [...new Set(points.filter((point) => point.axis === axis).map(({ answer }) => answer))].sort();
  const conditions = SHOWN.filter((condition) => points.some((point) => point.condition === condition));
  const rows =
    conditions.length > 0 ? conditions.map((condition) => CONDITION_STYLE[condition].name + ' scenes') : [''];
  const cells = axes.flatMap((axis) =>
    (conditions.length > 0 ? conditions : [null]).flatMap((condition, i) =>
      answersOf(axis).map((answer) => ({
        axis,
        row: rows[i],
        answer,
        all: points.filter(
          (point) =>
            point.axis === axis && (condition === null || point.condition === condition) && point.answer === answer,
        ),
      })),
    ),
  );
  const drawn = cells.flatMap(({ row, all }) => someOf(all, DRAWN).map((point) => ({ ...point, row })));
  const scale = Math.sqrt(points.reduce((sum, { x, y }) => sum + x * x + y * y, 0) / points.length) || 1;
  const reach =
    Math.ceil(Math.max(1, ...drawn.flatMap(({ x, y }) => [Math.abs(x) / scale, Math.abs(y) / scale])) * 2) / 2;
  const means = cells
    .filter(({ all }) => all.length > 0)
    .map(({ axis, row, answer, all }) => ({
      axis,
      row,
      answer,
      n: all.length,
      x: all.reduce((sum, { x }) => sum + x, 0) / all.length / scale,
      y: all.reduce((sum, { y }) => sum + y, 0) / all.length / scale,
    }));
  const apart = (axis: string, row: string): string => {
    const [a, b] = means.filter((mean) => mean.axis === axis && mean.row === row);
    return decimal(a && b ? Math.hypot(a.x - b.x, a.y - b.y) : null);
  };
  const title = 'States in their principal plane';
  const width = context.width ?? presetFor(axes.length);
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  const styleOf = (axis: string, answer: string): Pick<SeriesStyle, 'color' | 'shape'> =>
    answersOf(axis).indexOf(answer) === 0 ? FIRST : SECOND;
  return figureOf(
    {
      context,
      base: 'state-pca',
      title,
      caption:
        `Each small mark is the hidden state of one item at ${layer}, on the first two principal components (${percent(explainedVariance[0])} and ${percent(explainedVariance[1])} of the variance), scaled to root-mean-square distance 1; large marks are means over all. n = ${n} items from ${groups} scenes, at most ${DRAWN} an answer drawn; no interval. ` +
        'Were the shortcut absent, far and close would lie on the same sides for both conditions; a state that holds height alone lets them change sides.',
      description: `${context.checkpoint}: the means of the two answers lie ${axes.flatMap((axis) => rows.map((row) => `${apart(axis, row)} apart on ${axis}${row === '' ? '' : `, ${row}`}`)).join('; ')} (root-mean-square distance 1).`,
    },
    {
      panels: axes.length,
      width,
      first: rows.length > 1 ? 46 : 37,
      spec: (panelWidth) => {
        const heading = headings(axes, panelWidth);
        const mark =
          (role: string) =>
          ({
            axis,
            row,
            answer,
            x,
            y,
            item,
          }: {
            axis: string;
            row: string;
            answer: string;
            x: number;
            y: number;
            item: string;
          }): object => ({
            role,
            checkpoint: heading[axes.indexOf(axis as 'distance')],
            row,
            answer,
            item,
            ...styleOf(axis, answer),
            x: round(x),
            y: round(y),
          });
        const along = (field: string, component: number): object => ({
          field,
          type: 'quantitative',
          scale: { domain: [-reach, reach], nice: false },
          axis: { title: `component ${component}`, tickCount: 4 },
        });
        const raw = (field: string): object => ({ field, type: 'nominal', scale: null, legend: null });
        const encoding = {
          x: along('x', 1),
          y: along('y', 2),
          color: raw('color'),
          shape: raw('shape'),
          tooltip: [{ field: 'answer' }, { field: 'item' }],
        };
        const words = (which: 0 | 1): string =>
          axes
            .map((axis) => answersOf(axis)[which])
            .filter((word) => word !== undefined)
            .join(', ');
        return facetSpec({
          title,
          subtitle: `${subtitleOf(context, result.selection)}, ${layer}`,
          columns: heading,
          rows,
          key: ([FIRST, SECOND] as const).map((style, i) => ({
            name: words(i as 0 | 1),
            dash: [],
            width: 1,
            ...style,
          })),
          keyLines: false,
          values: [
            ...drawn.map(({ x, y, ...point }) => mark('state')({ ...point, x: x / scale, y: y / scale })),
            ...means.map((mean) => mark('mean')({ ...mean, item: 'mean' })),
          ],
          layer: [
            {
              transform: [{ filter: "datum.role === 'state'" }],
              mark: { type: 'point', filled: true, opacity: 0.5, size: 6 },
              encoding,
            },
            {
              transform: [{ filter: "datum.role === 'mean'" }],
              mark: { type: 'point', filled: true, opacity: 1, size: 40, stroke: INK.strong, strokeWidth: 0.8 },
              encoding,
            },
          ],
          width,
          panelWidth,
          panelHeight: panelWidth,
          usermeta: { brush: { param: 'brush', role: 'state', id: 'item' } },
        });
      },
      columns: [
        { key: 'axis', label: 'Axis', type: 'text' },
        { key: 'condition', label: 'Condition', type: 'text' },
        { key: 'answer', label: 'Answer', type: 'text' },
        { key: 'items', label: 'Items', type: 'integer' },
        { key: 'component_1', label: 'Component 1', type: 'number' },
        { key: 'component_2', label: 'Component 2', type: 'number' },
      ],
      rows: means.map(({ axis, row, answer, n: items, x, y }) => [axis, row, answer, items, x, y]),
    },
  );
}
