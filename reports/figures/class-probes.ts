/** Accuracy of the class probes by layer, beside chance and the majority. */
import type { ClassProbesResult } from '../../core/artifacts/results/class-probes.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { CONDITION_STYLE, OKABE_ITO, REFERENCE_STYLE, seriesStyles, type SeriesStyle } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, subtitleOf, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

export const ALL_STYLE: SeriesStyle = { ...seriesStyles(['', '', 'all scenes'])[2] };
export const MAJORITY_STYLE: SeriesStyle = {
  name: 'most frequent answer',
  color: OKABE_ITO.orange,
  dash: [6, 1.5, 1, 1.5],
  shape: null,
  width: 1,
};
type Accuracies = ClassProbesResult['layers'][number]['accuracy'];

/** Conditions worth drawing: consistent and counter where the set has them, else everything together. */
export function shownConditions(accuracies: readonly Accuracies[]): ('consistent' | 'counter' | 'all')[] {
  const present = (['consistent', 'counter'] as const).filter((condition) =>
    accuracies.some((list) => list.some((entry) => entry.condition === condition)),
  );
  return present.length > 0 ? present : ['all'];
}

export function conditionStyle(condition: 'consistent' | 'counter' | 'all'): SeriesStyle {
  return condition === 'all' ? ALL_STYLE : CONDITION_STYLE[condition];
}

export function estimateOf(list: Accuracies | undefined, condition: string): Estimate | undefined {
  return list?.find((entry) => entry.condition === condition)?.estimate;
}

export function classAccuracyFigure(result: ClassProbesResult, context: ResultContext): Figure | null {
  const axes = result.axes.filter(({ axis }) => result.layers.some((row) => row.axis === axis));
  if (axes.length === 0) return null;
  const conditions = shownConditions(result.layers.map(({ accuracy }) => accuracy));
  const rows = result.layers.flatMap(({ layer, axis, accuracy }) =>
    conditions.flatMap((condition) => {
      const estimate = estimateOf(accuracy, condition);
      return estimate ? [{ layer, axis, condition, estimate }] : [];
    }),
  );
  const points = [
    ...result.layers.flatMap(({ layer, axis }): CurvePoint[] => {
      const about = axes.find((entry) => entry.axis === axis);
      const majority = estimateOf(about?.majority, 'all') ?? about?.majority[0]?.estimate;
      return [
        ...(typeof about?.chance !== 'number'
          ? []
          : [{ column: axis, x: layer, series: REFERENCE_STYLE.chance.name, estimate: flat(about.chance) }]),
        ...(majority ? [{ column: axis, x: layer, series: MAJORITY_STYLE.name, estimate: flat(majority.value) }] : []),
      ];
    }),
    ...rows.map(({ layer, axis, condition, estimate }): CurvePoint => ({
      column: axis,
      x: layer,
      series: conditionStyle(condition).name,
      estimate,
    })),
  ];
  const layers = [...new Set(result.layers.map(({ layer }) => layer))];
  const columns = axes.map(({ axis }) => axis);
  return curvesFigure({
    context,
    base: 'class-probes',
    title: 'Class probes by layer',
    subtitle: subtitleOf(context, result.selection),
    caption:
      `Held-out accuracy of a linear probe of each axis (${axes.map(({ axis, classes }) => `${axis}: ${classes.length} classes`).join(', ')}; ${result.folds} folds by scene). ${sampleNote(
        rows.map(({ estimate }) => estimate),
        'items',
      )}. Grey: chance; dash-dotted: the most frequent answer of the training scenes. ` +
      'Were the shortcut absent, the curves of both conditions would rise together.',
    description: `${context.checkpoint}: at ${layers[layers.length - 1]}, ${rows
      .filter(({ layer }) => layer === layers[layers.length - 1])
      .map(({ axis, condition, estimate }) => `${axis} ${percent(estimate.value)} (${condition})`)
      .join(', ')}.`,
    columns,
    ...(columns.length > 3 ? { wrap: 3 } : {}),
    xs: layers,
    series: [REFERENCE_STYLE.chance, MAJORITY_STYLE, ...conditions.map(conditionStyle)],
    points,
    yTitle: 'accuracy',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.25, 0.5, 0.75, 1),
    labels: { column: 'Axis', x: 'Layer', series: 'Condition', value: 'Accuracy' },
  });
}
