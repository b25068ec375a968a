/** Linear probes beside their controls: random features, untrained weights, shuffled examples, majority. */
import type { ControlProbesResult } from '../../core/artifacts/results/control-probes.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { INK, OKABE_ITO, seriesStyles, type SeriesStyle } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, subtitleOf, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

const OWN = seriesStyles(['hidden states'])[0];
const CONTROLS: Record<ControlProbesResult['layers'][number]['controls'][number]['control'], SeriesStyle> = {
  majority: { name: 'majority', color: INK.line, dash: [], shape: null, width: 0.8 },
  'shuffled-examples': { name: 'shuffled labels', color: INK.strong, dash: [1, 1.2], shape: null, width: 1 },
  'random-features': {
    name: 'random features',
    color: OKABE_ITO.orange,
    dash: [6, 1.5, 1, 1.5],
    shape: null,
    width: 1,
  },
  'untrained-weights': {
    name: 'untrained weights',
    color: OKABE_ITO.vermillion,
    dash: [4, 1.5],
    shape: 'triangle-up',
    width: 1.2,
  },
};

export function controlProbesFigure(result: ControlProbesResult, context: ResultContext): Figure | null {
  const { layers, folds, selection } = result;
  if (layers.length === 0) return null;
  const columns = result.axes.map(({ axis }) => axis).filter((axis) => layers.some((row) => row.axis === axis));
  const points = layers.flatMap(({ layer, axis, accuracy, controls }): CurvePoint[] => [
    ...controls.map((entry) => ({
      column: axis,
      x: layer,
      series: CONTROLS[entry.control].name,
      estimate: entry.accuracy,
    })),
    { column: axis, x: layer, series: OWN.name, estimate: accuracy },
  ]);
  const last = layers.filter(({ layer }) => layer === layers[layers.length - 1].layer);
  return curvesFigure({
    context,
    base: 'control-probes',
    title: 'Probes and their controls by layer',
    subtitle: subtitleOf(context, selection),
    caption:
      `Held-out accuracy of a linear probe (${folds} folds by scene) and of the same probe on controls: features without the checkpoint, the checkpoint untrained, labels shuffled, the most frequent answer. ${sampleNote(
        layers.map(({ accuracy }) => accuracy),
        'items',
      )}. ` +
      'What the controls reach says nothing about training. Were learned structure absent, the curve would lie on its controls; a shortcut is told by the conditions, not here.',
    description: `${context.checkpoint}: at ${last[0].layer}, ${last.map(({ axis, accuracy, controls }) => `${axis} ${percent(accuracy.value)} (${controls.map((entry) => `${CONTROLS[entry.control].name} ${percent(entry.accuracy.value)}`).join(', ')})`).join('; ')}.`,
    columns,
    ...(columns.length > 3 ? { wrap: 3 } : {}),
    xs: [...new Set(layers.map(({ layer }) => layer))],
    series: [...Object.values(CONTROLS), OWN],
    points,
    yTitle: 'accuracy',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.25, 0.5, 0.75, 1),
    labels: { column: 'Axis', x: 'Layer', series: 'Features', value: 'Accuracy' },
  });
}
