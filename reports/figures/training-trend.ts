/** Measures over the checkpoints of a training run, or over the amount of data. */
import type { TrainingResult } from '../../core/artifacts/results/checkpoints.ts';
import { decimal, withInterval } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { INK, seriesStyles, type SeriesStyle } from '../theme.ts';
import { someOf } from '../forms/layout.ts';
import { curvesFigure, flat, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

const OWN = seriesStyles(['checkpoints'])[0];
const TREND: SeriesStyle = { name: 'fitted trend', color: INK.strong, dash: [1, 1.2], shape: null, width: 1 };
const START: SeriesStyle = { name: 'as at the start', color: INK.line, dash: [], shape: null, width: 0.8 };

export function trainingTrendFigure({ measures }: TrainingResult, context: ResultContext): Figure | null {
  const shown = measures
    .map((entry) => ({ ...entry, points: entry.points.filter(({ value }) => value.value !== null) }))
    .filter(({ points }) => points.length > 1);
  if (shown.length === 0) return null;
  const steps = [...new Set(shown.flatMap(({ points }) => points.map(({ step }) => step)))].sort((a, b) => a - b);
  const values = shown.flatMap(({ points }) =>
    points.flatMap(({ value }) => [value.value!, ...(value.interval ?? [])]),
  );
  const log = steps[0] > 0 && steps[steps.length - 1] / steps[0] > 50;
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  return curvesFigure({
    context,
    base: 'training',
    title: 'Over training',
    caption:
      `Each measure over the checkpoints of one run. ${sampleNote(
        shown.flatMap(({ points }) => points.map(({ value }) => value)),
        'rows',
      )}. Grey: the first checkpoint\u2019s value, as without any change; dotted: the fitted slope. Change from first to last: ${shown.map(({ measure, total, adjusted }) => `${measure} ${withInterval(total)}${adjusted === null ? '' : `, adjusted p ${decimal(adjusted, 3)}`}`).join('; ')}. ` +
      'Were a growing shortcut absent, gap and height share would not rise with the steps.',
    description: `${context.checkpoint}: ${shown.map(({ measure, points }) => `${measure} from ${decimal(points[0].value.value)} at step ${points[0].step} to ${decimal(points[points.length - 1].value.value)} at step ${points[points.length - 1].step}`).join('; ')}.`,
    columns: shown.map(({ measure }) => measure),
    wrap: Math.min(2, shown.length),
    xs: steps.map(String),
    x: { title: 'step', log, values: someOf(steps, 4), format: '~s' },
    series: [START, TREND, OWN],
    points: shown.flatMap(({ measure, slope, points }) => {
      const [x, y] = [mean(points.map(({ step }) => step)), mean(points.map(({ value }) => value.value!))];
      return points.flatMap(({ step, value }): CurvePoint[] => {
        const at = { column: measure, x: String(step) };
        return [
          { ...at, series: START.name, estimate: flat(points[0].value.value) },
          ...(slope.value === null
            ? []
            : [{ ...at, series: TREND.name, estimate: flat(y + slope.value * (step - x)) }]),
          { ...at, series: OWN.name, estimate: value },
        ];
      });
    }),
    yTitle: 'value',
    yDomain: [Math.min(0, ...values), Math.max(1, ...values)],
    labels: { column: 'Measure', x: 'Step', series: 'Series', value: 'Value' },
  });
}
