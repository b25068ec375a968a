/** What predicts robustness over checkpoints: a scatter a measure. */
import type { RobustnessResult } from '../../core/artifacts/results/checkpoints.ts';
import { decimal, interval, range, withInterval } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { INK, OKABE_ITO, WIDTHS } from '../theme.ts';
import { facetSpec } from '../forms/facets.ts';
import { headings } from '../forms/layout.ts';
import { figureOf, type ResultContext } from '../forms/of-result.ts';

export function robustnessFigure({ outcome, measures }: RobustnessResult, context: ResultContext): Figure | null {
  const shown = measures
    .map((entry) => ({ ...entry, points: entry.points.filter(({ x, y }) => x.value !== null && y.value !== null) }))
    .filter(({ points }) => points.length > 0);
  if (shown.length === 0) return null;
  const wrap = Math.min(2, shown.length);
  const width = context.width ?? WIDTHS.column;
  const title = `What goes with ${outcome}`;
  const ys = shown.flatMap(({ points }) => points.flatMap(({ y }) => [y.value!, ...(y.interval ?? [])]));
  const xs = shown.flatMap(({ points }) => points.flatMap(({ x }) => [x.value!, ...(x.interval ?? [])]));
  const around = (values: readonly number[]): [number, number] => [Math.min(0, ...values), Math.max(1, ...values)];
  return figureOf(
    {
      context,
      base: 'robustness',
      title,
      caption:
        `Each mark is a checkpoint: a measure of its inside against its ${outcome}. n = ${range(shown.map(({ points }) => points.length))} checkpoints; bars are 95 % intervals of each checkpoint. Spearman\u2019s \u03c1: ${shown.map(({ measure, correlation, adjusted }) => `${measure} ${withInterval(correlation)}${adjusted === null ? '' : `, adjusted p ${decimal(adjusted, 3)}`}`).join('; ')}. ` +
        'Were a measure no sign of the shortcut (the relation absent), its marks would lie without order.',
      description: `${context.checkpoint}: \u03c1 with ${outcome} is ${shown.map(({ measure, correlation }) => `${decimal(correlation.value)} for ${measure}`).join(', ')}; checkpoints ${[...new Set(shown.flatMap(({ points }) => points.map(({ checkpoint }) => checkpoint)))].join(', ')}.`,
    },
    {
      panels: wrap,
      width,
      first: 34,
      spec: (panelWidth) => {
        const worded = shown.map(({ measure, correlation }) => `${measure}, \u03c1 ${decimal(correlation.value)}`);
        const heading = headings(worded, panelWidth);
        const values = shown.flatMap(({ points }, i) =>
          points.map(({ checkpoint, x, y }) => ({
            checkpoint: heading[i],
            row: '',
            name: checkpoint,
            x: x.value,
            x1: x.interval?.[0] ?? null,
            x2: x.interval?.[1] ?? null,
            y: y.value,
            y1: y.interval?.[0] ?? null,
            y2: y.interval?.[1] ?? null,
            text: `${decimal(x.value)} ${interval(x.interval)}`.trim(),
            outcome: `${decimal(y.value)} ${interval(y.interval)}`.trim(),
          })),
        );
        const axis = (name: string): object => ({ title: name, tickCount: 4, format: '.2~f' });
        const x = {
          field: 'x',
          type: 'quantitative',
          scale: { domain: around(xs), nice: true },
          axis: axis('measure'),
        };
        const y = { field: 'y', type: 'quantitative', scale: { domain: around(ys), nice: true }, axis: axis(outcome) };
        const bar = { type: 'rule', color: INK.line, strokeWidth: 0.8 };
        return facetSpec({
          title,
          columns: heading,
          rows: [''],
          wrap,
          values,
          layer: [
            {
              transform: [{ filter: 'isValid(datum.y1)' }],
              mark: bar,
              encoding: { x, y: { ...y, field: 'y1' }, y2: { field: 'y2' } },
            },
            {
              transform: [{ filter: 'isValid(datum.x1)' }],
              mark: bar,
              encoding: { x: { ...x, field: 'x1' }, x2: { field: 'x2' }, y },
            },
            {
              mark: {
                type: 'point',
                filled: true,
                opacity: 1,
                size: 20,
                color: OKABE_ITO.blue,
                stroke: INK.paper,
                strokeWidth: 0.4,
              },
              encoding: {
                x,
                y,
                tooltip: [
                  { field: 'name', title: 'checkpoint' },
                  { field: 'text', title: 'measure' },
                  { field: 'outcome', title: outcome },
                ],
              },
            },
          ],
          width,
          panelWidth,
          panelHeight: 80,
        });
      },
      columns: [
        { key: 'measure', label: 'Measure', type: 'text' },
        { key: 'checkpoint', label: 'Checkpoint', type: 'text' },
        { key: 'value', label: 'Value', type: 'estimate' },
        { key: 'outcome', label: outcome, type: 'estimate' },
      ],
      rows: shown.flatMap(({ measure, points }) => points.map(({ checkpoint, x, y }) => [measure, checkpoint, x, y])),
    },
  );
}
