/** Accuracy of the answers before and after a direction is erased from the states (methods §6). */
import { AXES } from '../../core/artifacts/contrast-set.ts';
import { ERASED, type CauseResult } from '../../core/artifacts/results/cause.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { REFERENCE_STYLE, seriesStyles } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

const SHOWN = ['consistent', 'counter'] as const;

export function erasedAnswersFigure(result: CauseResult, context: ResultContext): Figure | null {
  const { erasure, axis } = result;
  if (erasure.length === 0) return null;
  const names = {
    axis: `${axis} axis erased`,
    vertical: 'vertical axis erased',
    random: 'random direction erased',
  } as const;
  const [before, own, vertical] = seriesStyles(['nothing erased', names.axis, names.vertical]);
  const random = { ...REFERENCE_STYLE.control, name: names.random };
  const cells = erasure.flatMap(({ layer, erased, cells: of }) =>
    of.flatMap((cell) => (SHOWN.includes(cell.condition as 'counter') ? [{ layer, erased, ...cell }] : [])),
  );
  const rowOf = (condition: string): string => `${condition} scenes`;
  const points = cells.flatMap(({ layer, erased, axis: column, condition, before: was, after }): CurvePoint[] => [
    ...(erased === 'random' ? [] : [{ column, row: rowOf(condition), x: layer, series: before.name, estimate: was }]),
    { column, row: rowOf(condition), x: layer, series: names[erased], estimate: after },
    { column, row: rowOf(condition), x: layer, series: REFERENCE_STYLE.chance.name, estimate: flat(0.5) },
  ]);
  const last = erasure[erasure.length - 1].layer;
  const said = (erased: (typeof ERASED)[number]): string =>
    SHOWN.map(
      (condition) =>
        `${percent(cells.find((cell) => cell.layer === last && cell.erased === erased && cell.axis === 'distance' && cell.condition === condition)?.after.value)} on ${condition}`,
    ).join(', ');
  return curvesFigure({
    context,
    base: `erased-answers-${axis}`,
    title: 'Answers after erasure',
    caption:
      `Accuracy of the answers when a direction is erased from the states of one layer at the last prompt token (${[...new Set(erasure.map(({ method }) => method))].join('; ')}), on the scenes that the direction was not fitted on. ${sampleNote(
        cells.map(({ after }) => after),
        'items',
      )}. Grey: chance; dotted: as many random directions. ` +
      'Were the shortcut absent, erasing the vertical axis would leave distance answers as they are; a model that reads far off up loses them with it.',
    description: `${context.checkpoint}: distance answers at ${last}: ${ERASED.map((erased) => `${names[erased]}: ${said(erased)}`).join('; ')}.`,
    columns: AXES.filter((column) => cells.some((cell) => cell.axis === column)),
    rows: SHOWN.filter((condition) => cells.some((cell) => cell.condition === condition)).map(rowOf),
    xs: [...new Set(erasure.map(({ layer }) => layer))],
    series: [REFERENCE_STYLE.chance, random, before, own, vertical],
    points: unique(points),
    yTitle: 'accuracy',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.5, 1),
    labels: { column: 'Axis', row: 'Condition', x: 'Layer', series: 'Erased', value: 'Accuracy' },
  });
}

/** The same number comes with every direction: once is enough. */
function unique(points: readonly CurvePoint[]): CurvePoint[] {
  const seen = new Set<string>();
  return points.filter(({ column, row, x, series }) => {
    const key = [column, row, x, series].join('\n');
    return seen.has(key) ? false : seen.add(key);
  });
}
