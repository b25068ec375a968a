/** VD-EI by layer, per condition: both estimators, noise-corrected and plug-in. */
import type { Condition } from '../../core/artifacts/contrast-set.ts';
import { axesName, type Estimate, type GeometryResult } from '../../core/artifacts/results.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { CONDITION_STYLE, INK, OKABE_ITO, type SeriesStyle } from '../theme.ts';
import { marginFor, mergeLayers, ticksAt, widthFor } from '../forms/layout.ts';
import { readingName, readingSuffix, type Reading } from '../forms/reading.ts';
import { sweepSpec, type SweepPoint } from '../forms/sweep.ts';

const SHOWN = ['consistent', 'counter'] as const satisfies readonly Condition[];
const ROWS = { paper: 'VD-EI (paper)', axis: 'VD-EI (axis)' } as const;
const ZERO: SeriesStyle = { name: 'zero', color: INK.line, dash: [], shape: null, width: 0.8 };
const PLUG_IN: Record<(typeof SHOWN)[number], SeriesStyle> = {
  consistent: { name: 'consistent, plug-in', color: OKABE_ITO.sky, dash: [1, 1.2], shape: null, width: 1 },
  counter: { name: 'counter, plug-in', color: OKABE_ITO.orange, dash: [6, 1.5, 1, 1.5], shape: null, width: 1 },
};

/** Entanglement of the vertical with the distance axis (methods §2), a row of panels an estimator. */
export function entanglementFigure(reading: Reading<GeometryResult>): Figure {
  const { results } = reading;
  const layers = mergeLayers(results.map(({ result }) => result.layers.map(({ layer }) => layer)));
  const width = widthFor(results.length);
  const shown: Estimate[] = [];
  const points = results.flatMap(({ name, result }) =>
    result.layers.flatMap(({ layer, entanglement }) => [
      ...Object.values(ROWS).map((row): SweepPoint => ({
        checkpoint: name,
        row,
        layer,
        series: ZERO.name,
        estimate: { value: 0, interval: null },
      })),
      ...entanglement.flatMap(({ axes, estimator, corrected, condition, estimate }): SweepPoint[] => {
        const known = SHOWN.find((name) => name === condition);
        if (axesName(axes) !== 'VD' || known === undefined) return [];
        if (corrected) shown.push(estimate);
        const at = { checkpoint: name, row: ROWS[estimator], layer };
        return [
          corrected
            ? { ...at, series: known, estimate }
            : { ...at, series: PLUG_IN[known].name, estimate: { value: estimate.value, interval: null } },
        ];
      }),
    ]),
  );
  const title = 'Entanglement of vertical and distance by layer';
  return {
    name: `vd-ei-${readingSuffix(reading)}`,
    title,
    caption:
      `VD-EI, ${readingName(reading)}: how far the distance axis points along the vertical axis (1: the same way; 0: unrelated; \u22121: opposite). ` +
      `Above: the paper\u2019s four cosines; below: the cosine of the two axes. With markers and bands: noise-corrected; thin dotted lines: plug-in, which noise pulls towards 0. ${sampleNote(shown, 'pairs')}. ` +
      'On consistent scenes far and up coincide, so a high value there says little. Were the shortcut absent, the counter curve would stay near the consistent one or near zero; ' +
      'a shortcut turns it to the opposite sign in layers that hold the relation itself (layers that hold the answer word can keep the two axes apart either way). VD-EI is evidence, never the verdict.',
    description: results.map(({ name, result }) => `${name}: ${lastLayer(result)}.`).join(' '),
    width,
    panels: results.length,
    margin: marginFor(results.length, 42),
    spec: (panelWidth) =>
      sweepSpec(
        {
          title,
          subtitle: readingName(reading),
          checkpoints: results.map(({ name }) => name),
          rows: Object.values(ROWS),
          layers,
          series: [
            ZERO,
            ...SHOWN.map((condition) => PLUG_IN[condition]),
            ...SHOWN.map((condition) => CONDITION_STYLE[condition]),
          ],
          points,
          yTitle: 'VD-EI',
          yDomain: [-1, 1],
          yAxis: ticksAt(-1, -0.5, 0, 0.5, 1),
          width,
        },
        panelWidth,
      ),
    table: {
      name: `vd-ei-${readingSuffix(reading)}`,
      title: 'VD-EI by layer',
      columns: [
        { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
        { key: 'layer', label: 'Layer', type: 'text' },
        { key: 'estimator', label: 'Estimator', type: 'text' },
        { key: 'noise', label: 'Noise', type: 'text' },
        { key: 'condition', label: 'Condition', type: 'text' },
        { key: 'vd_ei', label: 'VD-EI', type: 'estimate' },
      ],
      rows: results.flatMap(({ name, result }) =>
        result.layers.flatMap(({ layer, entanglement }) =>
          entanglement.flatMap(({ axes, estimator, corrected, condition, estimate }) =>
            axesName(axes) === 'VD'
              ? [[name, layer, estimator, corrected ? 'corrected' : 'plug-in', condition, estimate]]
              : [],
          ),
        ),
      ),
    },
  };
}

function lastLayer(result: GeometryResult): string {
  const layer =
    result.layers.find(({ layer }) => layer === result.choice.layer) ?? result.layers[result.layers.length - 1];
  if (layer === undefined) return 'no layers';
  const value = (condition: Condition): string =>
    decimal(
      layer.entanglement.find(
        (cell) =>
          axesName(cell.axes) === 'VD' && cell.estimator === 'axis' && cell.corrected && cell.condition === condition,
      )?.estimate.value,
    );
  return `at ${layer.layer} the noise-corrected VD-EI (axis) is ${value('consistent')} on consistent and ${value('counter')} on counter scenes`;
}
