/** Two checkpoints on the same items: differences of the answers, and of the axes layer by layer. */
import { COMPARED_MEASURES, type ComparisonResult } from '../../core/artifacts/results/checkpoints.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { CONDITION_STYLE, seriesStyles } from '../theme.ts';
import { dotsFigure } from '../forms/dots.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, referenceStyle, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

const EQUAL = referenceStyle('no difference');

const starred = (adjusted: number | null): string =>
  adjusted === null ? '' : `, adjusted p ${adjusted < 0.001 ? '<.001' : decimal(adjusted, 3)}`;

export function comparisonAnswersFigure({ a, b, answers }: ComparisonResult, context: ResultContext): Figure | null {
  if (answers.length === 0) return null;
  const conditions = [...new Set(answers.map(({ condition }) => condition))];
  const reach = Math.min(
    1,
    Math.ceil(
      Math.max(
        0.1,
        ...answers.flatMap(({ difference: { value, interval } }) => [
          Math.abs(value ?? 0),
          ...(interval ?? []).map(Math.abs),
        ]),
      ) * 10,
    ) / 10,
  );
  return dotsFigure({
    context,
    base: 'comparison-answers',
    title: 'Difference of accuracy',
    subtitle: `${a} minus ${b}`,
    caption: `Accuracy of ${a} minus accuracy of ${b} on the same items; right of the line ${a} is better. ${sampleNote(
      answers.map(({ difference }) => difference),
      'items',
    )}. Were a shortcut absent from both, the distance axis would show the same difference in every condition.`,
    description: `${context.checkpoint}: ${answers.map(({ axis, condition, difference, adjusted }) => `${axis}, ${condition} ${decimal(difference.value)}${starred(adjusted)}`).join('; ')}.`,
    categories: [...new Set(answers.map(({ axis }) => axis))],
    series: conditions.map((condition) => CONDITION_STYLE[condition]),
    dots: answers.map(({ axis, condition, difference }) => ({
      category: axis,
      series: condition,
      estimate: difference,
    })),
    line: 0,
    xTitle: 'difference of accuracy',
    xDomain: [-reach, reach],
    labels: { category: 'Axis', series: 'Condition', value: 'Difference' },
  });
}

export function comparisonLayersFigure(
  { a, b, curves, unmatched }: ComparisonResult,
  context: ResultContext,
): Figure | null {
  const shown = curves.filter(
    ({ condition, layers }) => condition !== 'ambiguous' && layers.some(({ difference }) => difference.value !== null),
  );
  if (shown.length === 0) return null;
  const name = ({ measure, axis }: (typeof shown)[number]): string => (axis === null ? measure : `${measure}, ${axis}`);
  const columns = [
    ...new Set(
      [...shown].sort((x, y) => COMPARED_MEASURES.indexOf(x.measure) - COMPARED_MEASURES.indexOf(y.measure)).map(name),
    ),
  ];
  const conditions = (['consistent', 'counter', 'all'] as const).filter((condition) =>
    shown.some((curve) => curve.condition === condition),
  );
  const styles = conditions.map((condition) =>
    condition === 'all' ? { ...seriesStyles(['', '', 'all scenes'])[2] } : CONDITION_STYLE[condition],
  );
  const differences: Estimate[] = [];
  const points = shown.flatMap((curve) =>
    curve.layers.flatMap(({ layer, difference }): CurvePoint[] => {
      differences.push(difference);
      const at = { column: name(curve), x: layer };
      return [
        { ...at, series: EQUAL.name, estimate: flat(0) },
        { ...at, series: styles[conditions.indexOf(curve.condition as 'all')].name, estimate: difference },
      ];
    }),
  );
  const reach = Math.min(
    2,
    Math.ceil(
      Math.max(
        0.1,
        ...differences.flatMap(({ value, interval }) => [Math.abs(value ?? 0), ...(interval ?? []).map(Math.abs)]),
      ) * 10,
    ) / 10,
  );
  const separated = shown.flatMap((curve) =>
    curve.layers
      .filter(({ adjusted }) => adjusted !== null && adjusted < 0.05)
      .map(({ layer }) => `${name(curve)}, ${curve.condition} at ${layer}`),
  );
  return curvesFigure({
    context,
    base: 'comparison-layers',
    title: 'Paired differences by layer',
    subtitle: `${a} minus ${b}`,
    caption:
      `Each measure of ${a} minus that of ${b} on the same scenes, layer by layer${unmatched.length === 0 ? '' : ` (left out, only in one: ${unmatched.join(', ')})`}. ${sampleNote(differences, 'pairs')}. Grey: no difference. ` +
      'Were the shortcut absent from both, height share and VD-EI would differ by nothing.',
    description: `${context.checkpoint}: ${separated.length === 0 ? 'no layer differs after Holm\u2019s adjustment' : `differing after Holm\u2019s adjustment: ${separated.slice(0, 12).join('; ')}${separated.length > 12 ? ` and ${separated.length - 12} more` : ''}`}.`,
    columns,
    ...(columns.length > 2 ? { wrap: 2 } : {}),
    xs: [...new Set(shown.flatMap(({ layers }) => layers.map(({ layer }) => layer)))],
    series: [EQUAL, ...styles],
    points: [
      ...new Map(points.map((point) => [JSON.stringify([point.column, point.x, point.series]), point])).values(),
    ],
    yTitle: 'difference',
    yDomain: [-reach, reach],
    yAxis: ticksAt(-reach, 0, reach),
    labels: { column: 'Measure', x: 'Layer', series: 'Condition', value: 'Difference' },
  });
}
