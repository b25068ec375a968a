/** Answering what can be seen and abstaining where it can't (methods §3). */
import type { AbstentionLens } from '../../core/artifacts/results/lenses.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { seriesStyles } from '../theme.ts';
import { dotsFigure } from '../forms/dots.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

const [RIGHT, ABSTAINED, NEEDLESS] = seriesStyles(['right answer', 'abstained, rightly', 'abstained, needlessly']);

export function abstentionCurveFigure({ curve, of }: AbstentionLens, context: ResultContext): Figure | null {
  if (curve.length === 0) return null;
  const xs = [...new Set(curve.map(({ at }) => at))].sort((a, b) => a - b);
  const rightly = curve.filter(({ answerable }) => !answerable);
  return curvesFigure({
    context,
    base: 'abstention-curve',
    title: of === 'visible share' ? 'Answers under occlusion' : 'Answers as the view moves aside',
    caption:
      `Share of right answers and of abstentions by ${of === 'visible share' ? 'the visible share of what is asked about' : 'how far the camera has moved aside'}; where nothing can be known the only right answer is to abstain. ${sampleNote(
        curve.map(({ accuracy }) => accuracy),
        'items',
      )}. ` +
      'A checkpoint that answers from habit keeps answering; were that shortcut absent, it would abstain exactly where the picture doesn\u2019t tell. Controls: always abstaining gives 0 right answers, never abstaining 0 right abstentions.',
    description: `${context.checkpoint}: ${curve.map(({ at, answerable, accuracy }) => `at ${at} ${answerable ? 'right' : 'rightly abstained'} ${percent(accuracy.value)}`).join(', ')}; ${rightly.length === 0 ? 'no unanswerable items' : `${rightly.length} unanswerable levels`}.`,
    columns: [''],
    xs: xs.map(String),
    x: { title: of },
    series: [RIGHT, ABSTAINED, NEEDLESS],
    points: curve.flatMap(({ at, answerable, accuracy, abstained }): CurvePoint[] =>
      answerable
        ? [
            { column: '', x: String(at), series: RIGHT.name, estimate: accuracy },
            { column: '', x: String(at), series: NEEDLESS.name, estimate: abstained },
          ]
        : [{ column: '', x: String(at), series: ABSTAINED.name, estimate: accuracy }],
    ),
    yTitle: 'share of items',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.25, 0.5, 0.75, 1),
    panelHeight: 90,
    labels: { x: of === 'visible share' ? 'Visible share' : 'Offset', series: 'Series', value: 'Share' },
  });
}

export function abstentionFigure(
  { answerable, unanswerable, needless, micro }: AbstentionLens,
  context: ResultContext,
): Figure {
  const rows = [
    ['right on answerable items', answerable, 0],
    ['right abstentions', unanswerable, 1],
    ['needless abstentions', needless, 1],
    ['all items', micro, null],
  ] as const;
  const share = seriesStyles(['share'])[0];
  return dotsFigure({
    context,
    base: 'abstention',
    title: 'Answering and abstaining',
    caption: `Right answers where the picture tells, right abstentions where it doesn\u2019t, abstentions that were not needed, and both kinds of items together. ${sampleNote(
      rows.map(([, estimate]) => estimate),
      'items',
    )}. Ticks: a control that always abstains. Were the shortcut of answering from habit absent, right abstentions would be near 1 and needless ones near 0.`,
    description: `${context.checkpoint}: ${rows.map(([name, { value }]) => `${name} ${percent(value)}`).join(', ')}.`,
    categories: rows.map(([name]) => name),
    series: [share],
    dots: rows.map(([category, estimate, chance]) => ({ category, series: share.name, estimate, chance })),
    chanceName: 'always abstaining',
    xTitle: 'share of items',
    xDomain: [0, 1],
    xAxis: ticksAt(0, 0.25, 0.5, 0.75, 1),
    labels: { category: 'Measure', value: 'Share' },
  });
}
