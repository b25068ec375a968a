/** Accuracy by difficulty (methods §3). */
import type { DifficultyLens } from '../../core/artifacts/results/lenses.ts';
import { decimal, percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { REFERENCE_STYLE, seriesStyles } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

const OWN = seriesStyles(['answers'])[0];

export function difficultyFigure({ curves: all }: DifficultyLens, context: ResultContext): Figure | null {
  const curves = all.filter(({ bins }) => bins.length > 0);
  if (curves.length === 0) return null;
  const middle = ({ from, to }: { from: number; to: number }): string =>
    String(Number(((from + to) / 2).toPrecision(6)));
  const middles = [...new Set(curves.flatMap(({ bins }) => bins.map(middle)))].sort((a, b) => Number(a) - Number(b));
  return curvesFigure({
    context,
    base: 'difficulty',
    title: 'Accuracy by difficulty',
    caption:
      `Share of right answers in bins of difficulty (at their middles). ${sampleNote(
        curves.flatMap(({ bins }) => bins.map(({ accuracy }) => accuracy)),
        'items',
      )}. Grey: chance. ` +
      'Answers that measure fall smoothly towards chance as questions get harder; were a shortcut absent, the curve would not stay level, nor fall below chance.',
    description: `${context.checkpoint}: ${curves.map(({ axis, bins }) => `${axis} from ${percent(bins[0].accuracy.value)} at ${decimal(Number(middle(bins[0])))} to ${percent(bins[bins.length - 1].accuracy.value)} at ${decimal(Number(middle(bins[bins.length - 1])))}`).join('; ')}.`,
    columns: curves.map(({ axis }) => axis),
    ...(curves.length > 3 ? { wrap: 3 } : {}),
    xs: middles,
    x: { title: 'difficulty', format: '.2~f' },
    series: [REFERENCE_STYLE.chance, OWN],
    points: curves.flatMap(({ axis, chance, bins }) =>
      bins.flatMap((bin): CurvePoint[] => [
        ...(chance === null
          ? []
          : [{ column: axis, x: middle(bin), series: REFERENCE_STYLE.chance.name, estimate: flat(chance) }]),
        { column: axis, x: middle(bin), series: OWN.name, estimate: bin.accuracy },
      ]),
    ),
    yTitle: 'accuracy',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.25, 0.5, 0.75, 1),
    panelHeight: 80,
    labels: { column: 'Axis', x: 'Difficulty', series: 'Series', value: 'Accuracy' },
  });
}
