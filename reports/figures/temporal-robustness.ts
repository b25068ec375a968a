/** Correspondence between frames further and further apart: PCK(Δt) and its ratio to PCK(1) (methods §4). */
import type { CorrespondenceResult } from '../../core/artifacts/results/correspondence.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { REFERENCE_STYLE, seriesStyles } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

/** `null` where pairs aren't frames of clips. */
export function temporalRobustnessFigure(
  { temporal, thresholds }: CorrespondenceResult,
  context: ResultContext,
): Figure | null {
  if (temporal === null || temporal.curve.length === 0) return null;
  const [pck, robustness] = seriesStyles(['PCK(\u0394t)', 'Y(\u0394t) = PCK(\u0394t)/PCK(1)']);
  const { curve, layer, undefinedBecause } = temporal;
  const most = Math.max(1, ...curve.flatMap(({ robustness: { value, interval } }) => [value ?? 0, interval?.[1] ?? 0]));
  const last = curve[curve.length - 1];
  return curvesFigure({
    context,
    base: 'temporal-robustness',
    title: 'Correspondence over time',
    subtitle: `${context.checkpoint}, ${layer}`,
    caption:
      `${thresholds[0].label} between frames \u0394t apart at the picked layer, and its ratio to that of neighbours. ${sampleNote(
        curve.map((entry) => entry.pck),
        'points',
      )}. Grey: chance. ${undefinedBecause === null ? '' : `No ratio: ${undefinedBecause}. `}` +
      'Matches that follow the things hold their level as frames part; a shortcut by position falls as things move (were it absent, Y would stay near 1).',
    description: `${context.checkpoint}: PCK is ${percent(curve[0].pck.value)} at \u0394t = ${curve[0].interval} and ${percent(last.pck.value)} at \u0394t = ${last.interval}.`,
    columns: [''],
    xs: curve.map(({ interval }) => String(interval)),
    x: { title: 'frames apart, \u0394t' },
    series: [REFERENCE_STYLE.chance, pck, robustness],
    points: curve.flatMap((entry): CurvePoint[] => {
      const at = { column: '', x: String(entry.interval) };
      return [
        { ...at, series: REFERENCE_STYLE.chance.name, estimate: flat(entry.chance) },
        { ...at, series: pck.name, estimate: entry.pck },
        { ...at, series: robustness.name, estimate: entry.robustness },
      ];
    }),
    yTitle: 'PCK, Y',
    yDomain: [0, Math.ceil(most * 10) / 10],
    yAxis: ticksAt(0, 0.25, 0.5, 0.75, 1),
    panelHeight: 90,
    labels: { x: '\u0394t', series: 'Measure', value: 'Value' },
  });
}
