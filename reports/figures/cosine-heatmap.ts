/** The 6×6 cosine matrix of category means at the picked layer, per condition. */
import { COSINE_COLOUR } from '../forms/cosine-colour.ts';
import type { Condition } from '../../core/artifacts/contrast-set.ts';
import { CATEGORIES, type GeometryResult } from '../../core/artifacts/results.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { INK, SIZE } from '../theme.ts';
import { facetSpec } from '../forms/facets.ts';
import { conditionGrid, marginFor, widthFor } from '../forms/layout.ts';
import { readingName, readingSuffix, type Reading } from '../forms/reading.ts';

const SHOWN = ['consistent', 'counter'] as const satisfies readonly Condition[];

/**
 * Cosines between the mean raw deltas of left, right, above, below, far and close (methods §2); `null` when no
 * checkpoint picked a layer.
 */
export function cosineHeatmapFigure(reading: Reading<GeometryResult>): Figure | null {
  const results = reading.results.flatMap(({ name, result: { choice } }) =>
    choice.reported && choice.reported.cosines.length > 0
      ? [{ name, layer: choice.reported.layer, cosines: choice.reported.cosines, groups: choice.groups[1] }]
      : [],
  );
  if (results.length === 0) return null;
  const grid = conditionGrid(
    results.map(({ name }) => name),
    SHOWN,
  );
  const width = widthFor(grid.panels);
  const title = 'Cosines between category means at the picked layer';
  const cells = results.flatMap(({ name, layer, cosines }) =>
    SHOWN.flatMap((condition) =>
      cosines
        .filter((entry) => entry.condition === condition)
        .flatMap(({ matrix, intervals }) =>
          matrix.flatMap((row, i) =>
            row.map((value, j) => ({
              name,
              layer,
              condition,
              a: CATEGORIES[i],
              b: CATEGORIES[j],
              value,
              bounds: intervals?.[i][j] ?? null,
            })),
          ),
        ),
    ),
  );
  const bounded = cells.some(({ bounds }) => bounds !== null);
  const at = (name: string, condition: Condition): string =>
    decimal(
      cells.find((cell) => cell.name === name && cell.condition === condition && cell.a === 'above' && cell.b === 'far')
        ?.value,
    );
  return {
    name: `cosines-${readingSuffix(reading)}`,
    title,
    caption:
      `Cosine between the mean deltas of each two categories, ${readingName(reading)}, on the half of the scenes that did not pick the layer (${results.map(({ name, layer, groups }) => `${name}: ${layer}, ${groups} scenes`).join('; ')}); plug-in${bounded ? '; 95 % intervals (in the table): delete-one-group jackknife' : ', no interval'}. ` +
      'Were the shortcut absent, the above/below by far/close block would keep its sign, or stay near zero, from consistent to counter scenes; a shortcut turns its signs around, in a layer that holds the relation rather than the answer word.',
    description: results
      .map(
        ({ name }) =>
          `${name}: the cosine of above and far is ${at(name, 'consistent')} on consistent and ${at(name, 'counter')} on counter scenes.`,
      )
      .join(' '),
    width,
    panels: grid.panels,
    margin: marginFor(grid.panels, 35),
    spec: (panelWidth) => {
      const values = cells.map(({ name, layer, condition, a, b, value }) => ({
        ...grid.place(name, condition, panelWidth),
        layer,
        a,
        b,
        value,
        text: value === null ? '' : decimal(value, value === 1 ? 0 : 2),
      }));
      const x = {
        field: 'b',
        type: 'nominal',
        sort: CATEGORIES,
        axis: { title: null, labelAngle: -90, ticks: false, domain: false },
      };
      const y = { field: 'a', type: 'nominal', sort: CATEGORIES, axis: { title: null, ticks: false, domain: false } };
      return facetSpec({
        title,
        subtitle: [grid.subtitle, readingName(reading)].filter((part) => part !== undefined).join(', '),
        columns: grid.columns(panelWidth),
        rows: grid.rows,
        values,
        layer: [
          {
            mark: { type: 'rect', stroke: INK.paper, strokeWidth: 0.5 },
            encoding: {
              x,
              y,
              color: COSINE_COLOUR,
              tooltip: [
                { field: 'layer' },
                { field: 'a', title: 'of' },
                { field: 'b', title: 'and' },
                { field: 'text', title: 'cosine' },
              ],
            },
          },
          {
            mark: { type: 'text', fontSize: Math.min(SIZE.small, panelWidth / 6 / 2.6) },
            encoding: {
              x,
              y,
              text: { field: 'text', type: 'nominal' },
              color: { condition: { test: 'datum.value > 0.55', value: '#fefefe' }, value: '#1a1a1b' },
            },
          },
        ],
        width,
        panelWidth,
        panelHeight: panelWidth,
      });
    },
    table: {
      name: `cosines-${readingSuffix(reading)}`,
      title,
      columns: [
        { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
        { key: 'layer', label: 'Layer', type: 'text' },
        { key: 'condition', label: 'Condition', type: 'text' },
        { key: 'of', label: 'Of', type: 'text' },
        { key: 'and', label: 'And', type: 'text' },
        { key: 'cosine', label: 'Cosine', type: 'number' },
        ...(bounded
          ? [
              { key: 'lower', label: 'Lower', type: 'number' } as const,
              { key: 'upper', label: 'Upper', type: 'number' } as const,
            ]
          : []),
      ],
      rows: cells.map(({ name, layer, condition, a, b, value, bounds }) => [
        name,
        layer,
        condition,
        a,
        b,
        value,
        ...(bounded ? [bounds?.[0] ?? null, bounds?.[1] ?? null] : []),
      ]),
    },
  };
}
