/** Principal angles between the axes' subspaces, by layer (methods §2). */
import { ENTANGLED_AXES, type Estimate } from '../../core/artifacts/results.ts';
import type { AnglesResult } from '../../core/artifacts/results/representation.ts';
import { decimal, range } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { INK, OKABE_ITO, seriesStyles, type SeriesStyle } from '../theme.ts';
import { curvesFigure, flat, subtitleOf, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

const CHANCE: SeriesStyle = {
  name: 'random subspaces, 5\u201395 %',
  color: INK.line,
  dash: [],
  shape: null,
  width: 0.8,
};
const FLOOR: SeriesStyle = {
  name: 'an axis with itself (noise floor)',
  color: OKABE_ITO.orange,
  dash: [6, 1.5, 1, 1.5],
  shape: null,
  width: 1,
};
const [SMALLEST, LARGEST] = seriesStyles(['smallest angle', 'largest angle']);

export function principalAnglesFigure(result: AnglesResult, context: ResultContext): Figure | null {
  const { layers, k } = result;
  const all = layers.flatMap(({ layer, pairs }) =>
    pairs
      .filter(({ angles, condition }) => angles.length > 0 && condition !== 'ambiguous')
      .map((entry) => ({ layer, ...entry })),
  );
  if (all.length === 0) return null;
  const conditions = [...new Set(all.map(({ condition }) => condition))];
  const points = all.flatMap(({ layer, axes, condition, angles, chance, floor }): CurvePoint[] => {
    const at = { column: axes.join(', '), row: `${condition} scenes`, x: layer };
    const bounds = chance[0];
    const floors = floor.flatMap((list) => list.slice(0, 1));
    return [
      ...(bounds
        ? [{ ...at, series: CHANCE.name, estimate: { value: (bounds[0] + bounds[1]) / 2, interval: bounds } }]
        : []),
      ...(floors.length > 0 ? [{ ...at, series: FLOOR.name, estimate: flat(Math.max(...floors)) }] : []),
      ...(angles.length > 1 ? [{ ...at, series: LARGEST.name, estimate: angles[angles.length - 1].angle }] : []),
      { ...at, series: SMALLEST.name, estimate: angles[0].angle },
    ];
  });
  const last = layers[layers.length - 1].layer;
  return curvesFigure({
    context,
    base: 'principal-angles',
    title: 'Angles between the axes\u2019 subspaces by layer',
    subtitle: subtitleOf(context, result.selection),
    caption:
      `Principal angles between subspaces of ${k} dimension${k === 1 ? '' : 's'} that hold the deltas of two axes. n = ${range(all.flatMap(({ n }) => n))} deltas from ${range(all.flatMap(({ groups }) => groups))} scenes an axis. ${intervalsOf(all.flatMap(({ angles }) => [angles[0].angle, angles[angles.length - 1].angle]))} Grey band: the smallest angle between random subspaces (90 % of draws); dash-dotted: between halves of one axis, which noise alone makes. ` +
      'Were the shortcut absent, vertical and distance would stand as far apart on counter as on consistent scenes and near the band; sharing a direction takes the smallest angle down to the noise floor.',
    description: `${context.checkpoint}: at ${last} the smallest angles are ${all
      .filter(({ layer }) => layer === last)
      .map(
        ({ axes, condition, angles }) =>
          `${decimal(angles[0].angle.value, 0)}\u00b0 for ${axes.join(', ')} (${condition})`,
      )
      .join(', ')}.`,
    columns: ENTANGLED_AXES.map((axes) => axes.join(', ')).filter((name) =>
      all.some((entry) => entry.axes.join(', ') === name),
    ),
    rows: conditions.map((condition) => `${condition} scenes`),
    xs: [...new Set(all.map(({ layer }) => layer))],
    series: [CHANCE, FLOOR, LARGEST, SMALLEST],
    points,
    yTitle: 'angle (\u00b0)',
    yDomain: [0, 90],
    yAxis: { values: [0, 30, 60, 90], tickCount: 4 },
    labels: { column: 'Axes', row: 'Condition', x: 'Layer', series: 'Angle', value: 'Degrees' },
  });
}

/** What the caption says of the bands about the two angles drawn. */
function intervalsOf(drawn: readonly Estimate[]): string {
  const kinds = [...new Set(drawn.flatMap(({ intervalKind }) => (intervalKind === null ? [] : [intervalKind])))];
  if (kinds.length === 0) return 'No interval: noise decides the directions.';
  return `95 % intervals: ${kinds.join(', ')}${drawn.some(({ interval }) => interval === null) ? '; an angle without one belongs to directions that noise decides' : ''}.`;
}
