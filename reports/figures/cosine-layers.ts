/**
 * The cosine matrix of category means at every layer: the page puts a slider under it, on paper it shows the picked
 * layer.
 */
import { COSINE_COLOUR } from '../forms/cosine-colour.ts';
import type { TopLevelSpec } from 'vega-lite';
import type { Condition } from '../../core/artifacts/contrast-set.ts';
import { CATEGORIES, type GeometryResult } from '../../core/artifacts/results.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { INK, SIZE } from '../theme.ts';
import { facetSpec } from '../forms/facets.ts';
import { conditionGrid, marginFor, mergeLayers, widthFor } from '../forms/layout.ts';
import { readingName, readingSuffix, type Reading } from '../forms/reading.ts';

const SHOWN = ['consistent', 'counter'] as const satisfies readonly Condition[];

/** Over all scenes, plug-in; `null` when no layer has a matrix. */
export function cosineLayersFigure(reading: Reading<GeometryResult>): Figure | null {
  const cells = reading.results.flatMap(({ name, result }) =>
    result.layers.flatMap(({ layer, cosines }) =>
      SHOWN.flatMap((condition) =>
        (cosines.find((entry) => entry.condition === condition)?.matrix ?? []).flatMap((row, i) =>
          row.map((value, j) => ({
            name,
            layer,
            condition,
            a: CATEGORIES[i],
            b: CATEGORIES[j],
            value: value === null ? null : Math.round(value * 1000) / 1000,
          })),
        ),
      ),
    ),
  );
  const layers = mergeLayers(reading.results.map(({ result }) => result.layers.map(({ layer }) => layer))).filter(
    (layer) => cells.some((cell) => cell.layer === layer),
  );
  if (layers.length < 2) return null;
  const names = reading.results.map(({ name }) => name);
  const grid = conditionGrid(names, SHOWN);
  const width = widthFor(grid.panels);
  const title = 'Cosines between category means, layer by layer';
  const picked =
    reading.results
      .map(({ result }) => result.choice.layer)
      .find((layer) => layer !== null && layers.includes(layer)) ?? layers[layers.length - 1];
  const name = `layer-cosines-${readingSuffix(reading)}`;
  const groups = Math.max(
    ...reading.results.flatMap(({ result }) =>
      result.layers.flatMap(({ coherence }) => coherence.map(({ estimate }) => estimate.groups)),
    ),
  );
  return {
    name,
    title,
    caption:
      `Cosine between the mean deltas of each two categories, ${readingName(reading)}, over all scenes (n = ${groups} scenes a condition at most); plug-in, without their intervals. In the page a slider goes through the layers; the still picture shows ${picked}. ` +
      'Were the shortcut absent, the above/below by far/close block would keep its sign, or stay near zero, from consistent to counter scenes at every layer.',
    description: names
      .map(
        (checkpoint) =>
          `${checkpoint}: the cosine of above and far on counter scenes is ${layers.map((layer) => `${decimal(cells.find((cell) => cell.name === checkpoint && cell.layer === layer && cell.condition === 'counter' && cell.a === 'above' && cell.b === 'far')?.value)} at ${layer}`).join(', ')}.`,
      )
      .join(' '),
    width,
    panels: grid.panels,
    margin: marginFor(grid.panels, 35),
    spec: (panelWidth): TopLevelSpec => {
      const at = [{ filter: 'datum.index === layer' }];
      const x = {
        field: 'b',
        type: 'nominal',
        sort: CATEGORIES,
        axis: { title: null, labelAngle: -90, ticks: false, domain: false },
      };
      const y = { field: 'a', type: 'nominal', sort: CATEGORIES, axis: { title: null, ticks: false, domain: false } };
      return facetSpec({
        title: { expr: `'Cosines between category means at ' + ${JSON.stringify(layers)}[layer]` },
        subtitle: grid.subtitle,
        columns: grid.columns(panelWidth),
        rows: grid.rows,
        params: [{ name: 'layer', value: layers.indexOf(picked) }],
        usermeta: { slider: { param: 'layer', label: 'Layer', values: layers, start: layers.indexOf(picked) } },
        values: cells.flatMap(({ name: checkpoint, condition, layer, a, b, value }) =>
          value === null
            ? []
            : [{ ...grid.place(checkpoint, condition, panelWidth), index: layers.indexOf(layer), a, b, value }],
        ),
        layer: [
          {
            transform: at,
            mark: { type: 'rect', stroke: INK.paper, strokeWidth: 0.5 },
            encoding: {
              x,
              y,
              color: COSINE_COLOUR,
              tooltip: [
                { field: 'a', title: 'of' },
                { field: 'b', title: 'and' },
                { field: 'value', title: 'cosine', format: '.2f' },
              ],
            },
          },
          {
            transform: at,
            mark: { type: 'text', fontSize: Math.min(SIZE.small, panelWidth / 6 / 2.6) },
            encoding: {
              x,
              y,
              text: { field: 'value', type: 'quantitative', format: '.2~f' },
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
      name,
      title,
      columns: [
        { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
        { key: 'layer', label: 'Layer', type: 'text' },
        { key: 'condition', label: 'Condition', type: 'text' },
        { key: 'of', label: 'Of', type: 'text' },
        { key: 'and', label: 'And', type: 'text' },
        { key: 'cosine', label: 'Cosine', type: 'number' },
      ],
      // Each two categories once.
      rows: cells
        .filter(({ a, b }) => CATEGORIES.indexOf(a) < CATEGORIES.indexOf(b))
        .map(({ name: checkpoint, layer, condition, a, b, value }) => [checkpoint, layer, condition, a, b, value]),
    },
  };
}
