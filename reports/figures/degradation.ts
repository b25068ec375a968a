/** Accuracy as pictures are degraded, a panel a kind (methods §3). */
import type { DegradationLens } from '../../core/artifacts/results/lenses.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { REFERENCE_STYLE, seriesStyles } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, referenceStyle, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

const CLEAN = { ...referenceStyle('clean pictures'), dash: [2, 2] };
const OWN = seriesStyles(['degraded pictures'])[0];

export function degradationFigure({ clean, chance, cells }: DegradationLens, context: ResultContext): Figure | null {
  if (cells.length === 0) return null;
  const kinds = [...new Set(cells.map(({ degradation }) => degradation))];
  const severities = [...new Set([0, ...cells.map(({ severity }) => severity)])].sort((a, b) => a - b);
  const worst = kinds.map(
    (kind) => cells.filter(({ degradation }) => degradation === kind).sort((a, b) => b.severity - a.severity)[0],
  );
  const name = (kind: string): string => kind.replaceAll('-', ' ');
  return curvesFigure({
    context,
    base: 'degradation',
    title: 'Accuracy on degraded pictures',
    caption:
      `Share of right answers by kind and severity of degradation; severity 0 is the clean picture. ${sampleNote(
        cells.map(({ accuracy }) => accuracy),
        'items',
      )}. Grey: chance; dashed: clean pictures. ` +
      'Curves that fall together to chance say that the picture was read; a shortcut by layout survives blur and noise unchanged: were it absent, severe degradation would cost accuracy.',
    description: `${context.checkpoint}: ${decimal(clean.value)} on clean pictures; at the highest severity ${worst.map(({ degradation, accuracy }) => `${name(degradation)} ${decimal(accuracy.value)}`).join(', ')}.`,
    columns: kinds.map(name),
    wrap: Math.min(3, kinds.length),
    xs: severities.map(String),
    x: { title: 'severity' },
    series: [REFERENCE_STYLE.chance, CLEAN, OWN],
    points: kinds.flatMap((kind) =>
      severities.flatMap((severity): CurvePoint[] => {
        const at = { column: name(kind), x: String(severity) };
        const accuracy =
          severity === 0
            ? clean
            : cells.find((cell) => cell.degradation === kind && cell.severity === severity)?.accuracy;
        return [
          ...(chance === null ? [] : [{ ...at, series: REFERENCE_STYLE.chance.name, estimate: flat(chance) }]),
          { ...at, series: CLEAN.name, estimate: flat(clean.value) },
          ...(accuracy ? [{ ...at, series: OWN.name, estimate: accuracy }] : []),
        ];
      }),
    ),
    yTitle: 'accuracy',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.5, 1),
    panelHeight: 48,
    labels: { column: 'Degradation', x: 'Severity', series: 'Pictures', value: 'Accuracy' },
  });
}
