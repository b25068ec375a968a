/** Checkpoint against checkpoint: accuracy of each axis and condition as a line from one to the next. */
import { AXES, CONDITIONS } from '../../core/artifacts/contrast-set.ts';
import type { BehaviourResult } from '../../core/artifacts/results.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { CONDITION_STYLE, REFERENCE_STYLE } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, type ResultContext } from '../forms/of-result.ts';

/** Accuracy of one checkpoint by axis and condition. */
export interface AnswersOf {
  readonly name: string;
  readonly result: {
    readonly cells: readonly Pick<BehaviourResult['cells'][number], 'axis' | 'condition' | 'accuracy'>[];
  };
}

/** @param results behaviour of two or more checkpoints, in order; `null` for fewer */
export function slopeChartFigure(
  results: readonly AnswersOf[],
  context: Omit<ResultContext, 'checkpoint'> = { suffix: '' },
): Figure | null {
  if (results.length < 2) return null;
  const names = results.map(({ name }) => name);
  const cells = results.flatMap(({ name, result }) => result.cells.map((cell) => ({ name, ...cell })));
  const conditions = CONDITIONS.filter((condition) => cells.some((cell) => cell.condition === condition));
  const of = (name: string, condition: string): string =>
    percent(
      cells.find((cell) => cell.name === name && cell.axis === 'distance' && cell.condition === condition)?.accuracy
        .value,
    );
  return curvesFigure({
    context: { ...context, checkpoint: names.join(', ') },
    base: 'slopes',
    title: 'From checkpoint to checkpoint',
    caption: `Accuracy of the same questions by each checkpoint, in order. ${sampleNote(
      cells.map(({ accuracy }) => accuracy),
      'items',
    )}. Grey: chance. Were the shortcut absent in all of them, consistent and counter would run together on the distance axis; lines that part show where it comes in, lines that cross where it turns round.`,
    description: names
      .map(
        (name) =>
          `${name}: distance ${conditions.map((condition) => `${of(name, condition)} on ${condition}`).join(', ')}.`,
      )
      .join(' '),
    columns: AXES.filter((axis) => cells.some((cell) => cell.axis === axis)),
    xs: names,
    series: [REFERENCE_STYLE.chance, ...conditions.map((condition) => CONDITION_STYLE[condition])],
    points: [
      ...AXES.flatMap((column) =>
        names.map((x) => ({ column, x, series: REFERENCE_STYLE.chance.name, estimate: flat(0.5) })),
      ),
      ...cells.map(({ name, axis, condition, accuracy }) => ({
        column: axis,
        x: name,
        series: condition,
        estimate: accuracy,
      })),
    ],
    yTitle: 'accuracy',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.25, 0.5, 0.75, 1),
    panelHeight: 90,
    labels: { column: 'Axis', x: 'Checkpoint', series: 'Condition', value: 'Accuracy' },
  });
}
