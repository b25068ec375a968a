/** Accuracy of many checkpoints: one line each, an axis a panel. */
import { AXES, CONDITIONS } from '../../core/artifacts/contrast-set.ts';
import type { RunComparison } from '../../core/artifacts/results/run-comparison.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { CONDITION_STYLE } from '../theme.ts';
import { dotsFigure } from '../forms/dots.ts';
import { headings, ticksAt } from '../forms/layout.ts';
import type { ResultContext } from '../forms/of-result.ts';

/** Room for a checkpoint's name beside the panels. */
const NAME_POINTS = 84;

export function accuracyByCheckpointFigure(
  { answers }: RunComparison,
  context: Omit<ResultContext, 'checkpoint'>,
): Figure | null {
  if (answers.length === 0) return null;
  const names = answers.map(({ checkpoint }) => checkpoint);
  const shown = headings(names, NAME_POINTS);
  const cells = answers.flatMap((entry, i) => entry.cells.map((cell) => ({ name: shown[i], ...cell })));
  const conditions = CONDITIONS.filter((condition) => cells.some((cell) => cell.condition === condition));
  return dotsFigure({
    context: { ...context, checkpoint: names.join(', ') },
    base: 'accuracy-by-checkpoint',
    title: 'Accuracy, side by side',
    subtitle: 'share of questions answered right, both question orders',
    caption: `Accuracy of each checkpoint by axis and condition. ${sampleNote(
      cells.map(({ accuracy }) => accuracy),
      'items',
    )}. The tick is chance. Were the shortcut absent, a checkpoint would be as right on counter as on consistent scenes of the distance axis.`,
    description: answers
      .map(
        ({ checkpoint, cells: own }) =>
          `${checkpoint}: ${own.map(({ axis, condition, accuracy }) => `${axis}, ${condition} ${percent(accuracy.value)}`).join('; ')}.`,
      )
      .join(' '),
    columns: AXES.filter((axis) => cells.some((cell) => cell.axis === axis)),
    categories: shown,
    series: conditions.map((condition) => CONDITION_STYLE[condition]),
    dots: cells.map(({ name, axis, condition, accuracy }) => ({
      column: axis,
      category: name,
      series: condition,
      estimate: accuracy,
      chance: 0.5,
    })),
    xTitle: 'accuracy',
    xDomain: [0, 1],
    xAxis: ticksAt(0, 0.5, 1),
    labels: { column: 'Axis', category: 'Checkpoint', series: 'Condition', value: 'Accuracy' },
  });
}
