/** A probe with one hidden layer beside the linear one, and its control task (methods §5). */
import type { MlpProbesResult } from '../../core/artifacts/results/mlp-probes.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { REFERENCE_STYLE, seriesStyles } from '../theme.ts';
import { estimateOf } from './class-probes.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, subtitleOf, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

const [MLP, LINEAR] = seriesStyles(['MLP', 'linear']);

export function mlpProbesFigure(result: MlpProbesResult, context: ResultContext): Figure | null {
  const { layers, axes, folds, hidden } = result;
  if (layers.length === 0) return null;
  const columns = axes.map(({ axis }) => axis).filter((axis) => layers.some((row) => row.axis === axis));
  const shown = layers.flatMap(({ accuracy }) => estimateOf(accuracy, 'all') ?? []);
  const points = layers.flatMap(({ layer, axis, accuracy, control, overLinear }): CurvePoint[] => {
    const at = { column: axis, x: layer };
    const classes = axes.find((entry) => entry.axis === axis)?.classes.length ?? 2;
    const own = estimateOf(accuracy, 'all');
    return [
      { ...at, series: REFERENCE_STYLE.chance.name, estimate: flat(1 / classes) },
      ...(control ? [{ ...at, series: REFERENCE_STYLE.control.name, estimate: control }] : []),
      ...(own && own.value !== null && overLinear.value !== null
        ? [{ ...at, series: LINEAR.name, estimate: flat(own.value - overLinear.value) }]
        : []),
      ...(own ? [{ ...at, series: MLP.name, estimate: own }] : []),
    ];
  });
  const refused = [
    ...new Set(layers.flatMap((row) => (row.refused === undefined ? [] : [`${row.axis}: ${row.refused}`]))),
  ];
  const last = layers.filter(({ layer }) => layer === layers[layers.length - 1].layer);
  return curvesFigure({
    context,
    base: 'mlp-probes',
    title: 'One hidden layer beside the linear probe',
    subtitle: subtitleOf(context, result.selection),
    caption:
      `Held-out accuracy of a probe with ${hidden} hidden units and of the linear one, all scenes (${folds} folds by scene). ${sampleNote(shown, 'items')}. Grey: chance; dotted: the MLP on the control task, a fixed random label for each word pair${refused.length > 0 ? ` (no control for ${refused.join('; ')})` : ''}. ` +
      'An MLP far above the linear probe whose control is as high reads by memory. Were learned structure absent, both would lie on the control; a shortcut is told by the conditions, not here.',
    description: `${context.checkpoint}: at ${last[0].layer} the MLP is ahead of the linear probe by ${last.map(({ axis, overLinear }) => `${decimal(overLinear.value)} on ${axis}`).join(', ')}.`,
    columns,
    ...(columns.length > 3 ? { wrap: 3 } : {}),
    xs: [...new Set(layers.map(({ layer }) => layer))],
    series: [REFERENCE_STYLE.chance, REFERENCE_STYLE.control, LINEAR, MLP],
    points,
    yTitle: 'accuracy',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.25, 0.5, 0.75, 1),
    labels: { column: 'Axis', x: 'Layer', series: 'Probe', value: 'Accuracy' },
  });
}
