/**
 * Do the answers need the order of the frames? VBenchComp's classes and the accuracy under each manipulation (methods
 * §3).
 */
import { FRAME_CLASSES, type FramesLens } from '../../core/artifacts/results/lenses.ts';
import { decimal, percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { seriesStyles } from '../theme.ts';
import { dotsFigure } from '../forms/dots.ts';
import { heatmapFigure } from '../forms/heatmap.ts';
import { ticksAt } from '../forms/layout.ts';
import { flat, type ResultContext } from '../forms/of-result.ts';

const SHARE = { xDomain: [0, 1] as const, xAxis: ticksAt(0, 0.25, 0.5, 0.75, 1) };

export function frameClassesFigure({ classes, bothDirections }: FramesLens, context: ResultContext): Figure | null {
  if (classes.length === 0) return null;
  const share = seriesStyles(['share'])[0];
  return dotsFigure({
    context,
    base: 'frames-classes',
    title: 'What clip questions need',
    caption:
      `Share of the questions in each of VBenchComp\u2019s classes: right without frames, right when shuffled, right in order alone, other. ${sampleNote(
        classes.map((entry) => entry.share),
        'questions',
      )}. Ticks: what guessing would put there. ` +
      'Were the shortcut absent, questions that need the order would be temporal and hardly any right blind or shuffled.',
    description: `${context.checkpoint}: ${classes.map((entry) => `${entry.class} ${percent(entry.share.value)} (guessing ${percent(entry.guessing)})`).join(', ')}; right in both directions of time ${percent(bothDirections.value)}.`,
    categories: FRAME_CLASSES.filter((name) => classes.some((entry) => entry.class === name)),
    series: [share],
    dots: classes.map((entry) => ({
      category: entry.class,
      series: share.name,
      estimate: entry.share,
      chance: entry.guessing,
    })),
    chanceName: 'by guessing',
    xTitle: 'share of questions',
    ...SHARE,
    labels: { category: 'Class', value: 'Share' },
  });
}

export function frameConfusionFigure({ confusion }: FramesLens, context: ResultContext): Figure | null {
  const needs = [...new Set(confusion.map((entry) => entry.needs))];
  const total = (need: string): number =>
    confusion.filter((entry) => entry.needs === need).reduce((sum, { count }) => sum + count, 0);
  const cells = needs.flatMap((y) =>
    FRAME_CLASSES.map((x) => ({
      y: `${y} (n = ${total(y)})`,
      x,
      estimate: flat(
        total(y) === 0
          ? null
          : confusion
              .filter((entry) => entry.needs === y && entry.class === x)
              .reduce((sum, { count }) => sum + count, 0) / total(y),
      ),
    })),
  );
  if (needs.length === 0) return null;
  const of = (need: string, name: string): string =>
    percent(cells.find(({ x, y }) => x === name && y.startsWith(`${need} (`))?.estimate.value);
  return heatmapFigure({
    context,
    base: 'frames-confusion',
    title: 'Needed and found',
    caption:
      `What a question\u2019s answer needs by construction (rows) and the class that the answers put it in (columns), as a share of the row. n = ${needs.map((need) => `${total(need)} (${need})`).join(', ')} questions; no interval. ` +
      'Were the shortcut absent, questions about order would be temporal, about content semantic, about nothing in the frames blind-answerable.',
    description: `${context.checkpoint}: ${needs.map((need) => `${need}: ${FRAME_CLASSES.map((name) => `${of(need, name)} ${name}`).join(', ')}`).join('; ')}.`,
    xs: FRAME_CLASSES,
    ys: needs.map((need) => `${need} (n = ${total(need)})`),
    yTitle: 'answer needs',
    cells,
    scale: { domain: [0, 1] },
    legend: 'share of the row',
    cellHeight: 16,
    labels: { x: 'Class', y: 'Needs', value: 'Share' },
  });
}

export function frameAccuracyFigure({ accuracy, orderEffect }: FramesLens, context: ResultContext): Figure | null {
  if (accuracy.length === 0) return null;
  const manipulations = [...new Set(accuracy.map(({ manipulation }) => manipulation))];
  return dotsFigure({
    context,
    base: 'frames-accuracy',
    title: 'Accuracy with the frames changed',
    caption:
      `Share of right answers by what is done to the frames and what the answer needs. ${sampleNote(
        accuracy.map((entry) => entry.accuracy),
        'questions',
      )}. Ticks: chance. ` +
      `In order minus shuffled: ${orderEffect.map(({ needs, difference }) => `${decimal(difference.value)} (${needs})`).join(', ')}. Were the shortcut absent, shuffling would cost the questions about order and only them.`,
    description: `${context.checkpoint}: ${accuracy.map((entry) => `${entry.needs} ${entry.manipulation} ${percent(entry.accuracy.value)}`).join(', ')}.`,
    categories: [...new Set(accuracy.map(({ needs }) => needs))].map((needs) => `needs ${needs}`),
    series: seriesStyles(manipulations),
    dots: accuracy.map((entry) => ({
      category: `needs ${entry.needs}`,
      series: entry.manipulation,
      estimate: entry.accuracy,
      chance: entry.chance,
    })),
    xTitle: 'accuracy',
    ...SHARE,
    labels: { category: 'Needs', series: 'Manipulation', value: 'Accuracy' },
  });
}
