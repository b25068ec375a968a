/** The deltas of all three axes in the plane of their first two principal components, per condition. */
import { AXES, POLES, type Condition } from '../../core/artifacts/contrast-set.ts';
import type { PcaResult } from '../../core/artifacts/results.ts';
import { decimal, percent, range } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { AXIS_STYLE, INK, type SeriesStyle } from '../theme.ts';
import { facetSpec } from '../forms/facets.ts';
import { conditionGrid, marginFor, widthFor } from '../forms/layout.ts';
import { readingName } from '../forms/reading.ts';

const SHOWN = ['consistent', 'counter'] as const satisfies readonly Condition[];
/** Points drawn for an axis and condition; more would hide one another at print size. */
const DRAWN = 100;

interface Point {
  readonly axis: (typeof AXES)[number];
  readonly condition: Condition;
  readonly pair: string;
  readonly x: number;
  readonly y: number;
}

/** Sign-corrected deltas (methods §2), a row of panels a condition; means over all points as large marks. */
export function deltaPcaFigure(results: readonly { readonly name: string; readonly result: PcaResult }[]): Figure {
  const grid = conditionGrid(
    results.map(({ name }) => name),
    SHOWN,
  );
  const width = widthFor(grid.panels);
  const planes = results.map(({ name, result }) => ({ name, result, points: oriented(result) }));
  const means = planes.flatMap(({ name, points }) =>
    SHOWN.flatMap((condition) =>
      AXES.flatMap((axis) => {
        const cell = points.filter((point) => point.axis === axis && point.condition === condition);
        const mean = (of: (point: Point) => number): number =>
          cell.reduce((sum, point) => sum + of(point), 0) / cell.length;
        return cell.length === 0
          ? []
          : [{ name, axis, condition, n: cell.length, x: mean(({ x }) => x), y: mean(({ y }) => y) }];
      }),
    ),
  );
  const drawn = planes.flatMap(({ name, points }) =>
    SHOWN.flatMap((condition) =>
      AXES.flatMap((axis) =>
        spread(points.filter((point) => point.axis === axis && point.condition === condition)).map((point) => ({
          name,
          ...point,
        })),
      ),
    ),
  );
  const reach = Math.ceil(Math.max(1, ...drawn.flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)])) * 2) / 2;
  const counts = means.map(({ n }) => n);
  const title = 'Deltas in their principal plane';
  return {
    name: 'delta-pca',
    title,
    caption:
      `Each small mark is the change of the hidden state of one pair, turned towards ${AXES.map((axis) => POLES[axis][0]).join(', ')}; large marks are means. ${results.map(({ name, result }) => `${name}: ${result.layer}, ${readingName(result)}, components 1 and 2 hold ${percent(result.explainedVariance[0])} and ${percent(result.explainedVariance[1])} of the variance`).join('; ')}. ` +
      `n = ${range(counts)} pairs an axis and condition, at most ${DRAWN} of them drawn; means over all; no interval. Components are about the common mean. Each checkpoint is scaled to root-mean-square distance 1 and reflected so that above points up and left points left. ` +
      'Were the shortcut absent, the distance cloud would lie in the same place for both conditions; a shortcut makes it change sides.',
    description: planes
      .map(({ name }) => {
        const apart = (axis: string): string => {
          const [a, b] = SHOWN.map((condition) =>
            means.find((mean) => mean.name === name && mean.condition === condition && mean.axis === axis),
          );
          return decimal(a && b ? Math.hypot(a.x - b.x, a.y - b.y) : null);
        };
        return `${name}: in this plane the mean deltas of consistent and counter scenes lie ${AXES.map((axis) => `${apart(axis)} apart on the ${axis} axis`).join(', ')} (the root-mean-square distance from the centre is 1).`;
      })
      .join(' '),
    width,
    panels: grid.panels,
    margin: marginFor(grid.panels, 37),
    spec: (panelWidth) => {
      const round = (value: number): number => Math.round(value * 1000) / 1000;
      const values = [
        ...drawn.map(({ name, axis, condition, pair, x, y }) => ({
          role: 'pair',
          ...grid.place(name, condition, panelWidth),
          axis,
          pair,
          x: round(x),
          y: round(y),
        })),
        ...means.map(({ name, axis, condition, x, y }) => ({
          role: 'mean',
          ...grid.place(name, condition, panelWidth),
          axis,
          pair: 'mean',
          x: round(x),
          y: round(y),
        })),
      ];
      const along = (field: string, component: number): object => ({
        field,
        type: 'quantitative',
        scale: { domain: [-reach, reach], nice: false },
        axis: { title: `component ${component}`, tickCount: 4 },
      });
      const domain = [...AXES];
      const encoding = {
        x: along('x', 1),
        y: along('y', 2),
        color: {
          field: 'axis',
          type: 'nominal',
          scale: { domain, range: domain.map((axis) => AXIS_STYLE[axis].color) },
          legend: null,
        },
        shape: {
          field: 'axis',
          type: 'nominal',
          scale: { domain, range: domain.map((axis) => AXIS_STYLE[axis].shape) },
          legend: null,
        },
        tooltip: [{ field: 'axis' }, { field: 'pair' }],
      };
      return facetSpec({
        title,
        subtitle: grid.subtitle,
        columns: grid.columns(panelWidth),
        rows: grid.rows,
        key: domain.map((axis): SeriesStyle => ({
          name: `${axis} (towards ${POLES[axis][0]})`,
          color: AXIS_STYLE[axis].color,
          dash: [],
          shape: AXIS_STYLE[axis].shape,
          width: 1,
        })),
        keyLines: false,
        values,
        layer: [
          {
            transform: [{ filter: "datum.role === 'pair'" }],
            mark: { type: 'point', filled: true, opacity: 0.45, size: 6 },
            encoding,
          },
          {
            transform: [{ filter: "datum.role === 'mean'" }],
            mark: { type: 'point', filled: true, opacity: 1, size: 45, stroke: INK.strong, strokeWidth: 0.8 },
            encoding,
          },
        ],
        width,
        panelWidth,
        panelHeight: panelWidth,
        usermeta: { brush: { param: 'brush', role: 'pair', id: 'pair' } },
      });
    },
    table: {
      name: 'delta-pca',
      title: 'Mean deltas in their principal plane',
      columns: [
        { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
        { key: 'axis', label: 'Axis', type: 'text' },
        { key: 'condition', label: 'Condition', type: 'text' },
        { key: 'pairs', label: 'Pairs', type: 'integer' },
        { key: 'component_1', label: 'Component 1', type: 'number' },
        { key: 'component_2', label: 'Component 2', type: 'number' },
      ],
      rows: means.map(({ name, axis, condition, n, x, y }) => [name, axis, condition, n, x, y]),
    },
  };
}

/**
 * Scaled to root-mean-square distance 1; the sign of a component is arbitrary, so above is turned up and left is turned
 * left.
 */
function oriented({ points }: PcaResult): Point[] {
  const scale = Math.sqrt(points.reduce((sum, { x, y }) => sum + x * x + y * y, 0) / points.length) || 1;
  const total = (axis: string, of: 'x' | 'y'): number =>
    points.filter((point) => point.axis === axis).reduce((sum, point) => sum + point[of], 0);
  const [flipX, flipY] = [total('horizontal', 'x') > 0 ? -1 : 1, total('vertical', 'y') < 0 ? -1 : 1];
  return points.map(({ axis, condition, pair, x, y }) => ({
    axis,
    condition,
    pair,
    x: (flipX * x) / scale,
    y: (flipY * y) / scale,
  }));
}

/** At most `DRAWN` points, evenly over the file. */
function spread<T>(points: readonly T[]): T[] {
  if (points.length <= DRAWN) return [...points];
  return Array.from({ length: DRAWN }, (_, i) => points[Math.floor((i * points.length) / DRAWN)]);
}
