/** Probe accuracy over the number of training scenes. */
import type { LearningCurveResult } from '../../core/artifacts/results/learning-curve.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { REFERENCE_STYLE } from '../theme.ts';
import { conditionStyle, estimateOf, shownConditions } from './class-probes.ts';
import { someOf, ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, subtitleOf, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

/** Layers drawn, the last among them; the others are in the table of the result. */
const LAYERS = 3;

export function learningCurveFigure(result: LearningCurveResult, context: ResultContext): Figure | null {
  const axes = result.axes.filter(({ axis }) => result.layers.some((row) => row.axis === axis));
  if (axes.length === 0) return null;
  const layers = [...new Set(result.layers.map(({ layer }) => layer))];
  const shown = someOf(layers, LAYERS);
  const rows = result.layers.filter(({ layer }) => shown.includes(layer));
  const conditions = shownConditions(rows.map(({ accuracy }) => accuracy));
  const sizes = [...new Set(rows.map(({ scenes }) => scenes))].sort((a, b) => a - b);
  const cells = rows.flatMap(({ layer, axis, scenes, accuracy }) =>
    conditions.flatMap((condition) => {
      const estimate = estimateOf(accuracy, condition);
      return estimate ? [{ layer, axis, scenes, condition, estimate }] : [];
    }),
  );
  const last = cells.filter(
    ({ layer, scenes }) => layer === shown[shown.length - 1] && scenes === sizes[sizes.length - 1],
  );
  return curvesFigure({
    context,
    base: 'learning-curve',
    title: 'Probe accuracy by training scenes',
    subtitle: subtitleOf(context, result.selection),
    caption:
      `Held-out accuracy of a linear probe trained on more and more scenes (mean over ${result.orders} orders, ${result.folds} folds), at ${shown.join(', ')}${layers.length > shown.length ? ` of ${layers.length} layers, taken evenly` : ''}. ${sampleNote(
        cells.map(({ estimate }) => estimate),
        'items',
      )}. Grey: chance. ` +
      'A relation that is held plainly is learned from few scenes. Were the shortcut absent, both conditions would be learned as fast.',
    description: `${context.checkpoint}: with ${sizes[sizes.length - 1]} scenes at ${shown[shown.length - 1]}, ${last.map(({ axis, condition, estimate }) => `${axis} ${percent(estimate.value)} (${condition})`).join(', ')}.`,
    columns: axes.map(({ axis }) => axis),
    rows: shown,
    xs: sizes.map(String),
    x: { title: 'training scenes', log: true },
    series: [REFERENCE_STYLE.chance, ...conditions.map(conditionStyle)],
    points: [
      ...axes.flatMap(({ axis, chance }) =>
        chance === null
          ? []
          : shown.flatMap((row) =>
              sizes.map((size): CurvePoint => ({
                column: axis,
                row,
                x: String(size),
                series: REFERENCE_STYLE.chance.name,
                estimate: flat(chance),
              })),
            ),
      ),
      ...cells.map(({ layer, axis, scenes, condition, estimate }): CurvePoint => ({
        column: axis,
        row: layer,
        x: String(scenes),
        series: conditionStyle(condition).name,
        estimate,
      })),
    ],
    yTitle: 'accuracy',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.5, 1),
    panelHeight: 50,
    labels: { column: 'Axis', row: 'Layer', x: 'Training scenes', series: 'Condition', value: 'Accuracy' },
  });
}
