/** Reliability diagram: how often answers of a confidence are right (methods §3). */
import type { CalibrationLens } from '../../core/artifacts/results/lenses.ts';
import { decimal, interval, withInterval } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { INK, OKABE_ITO, type SeriesStyle, WIDTHS } from '../theme.ts';
import { facetSpec } from '../forms/facets.ts';
import { ticksAt } from '../forms/layout.ts';
import { figureOf, type ResultContext } from '../forms/of-result.ts';

const IDEAL: SeriesStyle = { name: 'calibrated', color: INK.line, dash: [], shape: null, width: 0.8 };
const BIN: SeriesStyle = {
  name: 'answers in a bin (area: how many)',
  color: OKABE_ITO.blue,
  dash: [],
  shape: 'circle',
  width: 1.2,
};

export function calibrationFigure(
  { bins, ece, bias, brier, confidence, accuracy }: CalibrationLens,
  context: ResultContext,
): Figure | null {
  const filled = bins.filter(({ accuracy: { value } }) => value !== null);
  if (filled.length === 0) return null;
  const width = context.width ?? WIDTHS.column;
  const title = 'Is a confidence of .8 right four times in five?';
  const most = Math.max(...filled.map(({ accuracy: { n } }) => n));
  return figureOf(
    {
      context,
      base: 'calibration',
      title,
      caption:
        `Accuracy of the answers by the probability of the chosen option. ${sampleNote(
          filled.map((bin) => bin.accuracy),
          'answers',
        )}. Line: perfect calibration. Expected calibration error ${withInterval(ece, 3)} (a calibrated model would have ${decimal(bias, 3)} here, being finite), Brier score ${withInterval(brier, 3)}. ` +
        'Points below the line are over-confident: a shortcut makes counter scenes wrong with confidence; were it absent, they would lie on the line.',
      description: `${context.checkpoint}: mean confidence ${decimal(confidence)}, accuracy ${decimal(accuracy.value)}; ${filled.map((bin) => `at confidence ${decimal(bin.confidence)} right ${decimal(bin.accuracy.value)}`).join(', ')}.`,
    },
    {
      panels: 1,
      width,
      first: 34,
      spec: (panelWidth) => {
        const axis = (name: string): object => ({ title: name, ...ticksAt(0, 0.25, 0.5, 0.75, 1) });
        const scale = { domain: [0, 1], nice: false };
        const x = { field: 'confidence', type: 'quantitative', scale, axis: axis('confidence') };
        const y = { field: 'value', type: 'quantitative', scale, axis: axis('accuracy') };
        const values = [
          ...filled.map((bin) => ({
            role: 'bin',
            checkpoint: '',
            row: '',
            confidence: bin.confidence,
            value: bin.accuracy.value,
            low: bin.accuracy.interval?.[0] ?? null,
            high: bin.accuracy.interval?.[1] ?? null,
            n: bin.accuracy.n,
            text: `${decimal(bin.accuracy.value)} ${interval(bin.accuracy.interval)}`.trim(),
          })),
          ...[0, 1].map((end) => ({ role: 'ideal', checkpoint: '', row: '', confidence: end, value: end })),
        ];
        return facetSpec({
          title,
          subtitle: `${context.checkpoint}, ECE ${decimal(ece.value, 3)}`,
          columns: [''],
          rows: [''],
          key: [IDEAL, BIN],
          values,
          layer: [
            {
              transform: [{ filter: "datum.role === 'ideal'" }],
              mark: { type: 'line', color: IDEAL.color, strokeWidth: IDEAL.width },
              encoding: { x, y },
            },
            {
              transform: [{ filter: "datum.role === 'bin' && isValid(datum.low)" }],
              mark: { type: 'rule', color: BIN.color, strokeWidth: 1 },
              encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
            },
            {
              transform: [{ filter: "datum.role === 'bin'" }],
              mark: { type: 'point', filled: true, opacity: 1, color: BIN.color, stroke: INK.paper, strokeWidth: 0.4 },
              encoding: {
                x,
                y,
                size: { field: 'n', type: 'quantitative', scale: { domain: [0, most], range: [6, 70] }, legend: null },
                tooltip: [{ field: 'confidence', format: '.2f' }, { field: 'text', title: 'accuracy' }, { field: 'n' }],
              },
            },
          ],
          width,
          panelWidth,
          panelHeight: Math.min(panelWidth, 140),
        });
      },
      columns: [
        { key: 'from', label: 'From', type: 'number' },
        { key: 'to', label: 'To', type: 'number' },
        { key: 'confidence', label: 'Mean confidence', type: 'number' },
        { key: 'accuracy', label: 'Accuracy', type: 'estimate' },
      ],
      rows: filled.map((bin) => [bin.from, bin.to, bin.confidence, bin.accuracy]),
    },
  );
}
