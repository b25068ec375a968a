/** A sweep's best layer of each checkpoint on each set, beside chance and baselines. */
import type { Estimate } from '../../core/artifacts/results.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { seriesStyles } from '../theme.ts';
import { dotsFigure } from '../forms/dots.ts';
import { ticksAt } from '../forms/layout.ts';
import type { ResultContext } from '../forms/of-result.ts';

/** What `sweep.json` says of a checkpoint on a set. */
export interface BestLayer {
  readonly checkpoint: string;
  readonly set: string;
  readonly layer: string;
  readonly measure: string;
  readonly perPoint: Estimate;
  readonly chance: number | null;
  readonly samePosition: Estimate;
  readonly rawRgb: Estimate | null;
}

export function bestLayersFigure(best: readonly BestLayer[], context: ResultContext): Figure | null {
  if (best.length === 0) return null;
  const [own, same, rgb] = seriesStyles(['picked layer', 'same position', 'raw RGB patches']);
  const sets = [...new Set(best.map(({ set }) => set))];
  return dotsFigure({
    context,
    base: 'best-layers',
    title: `${best[0].measure} of the picked layers`,
    subtitle: sets.length === 1 ? sets[0] : 'a panel a set',
    caption: `${best[0].measure} of each checkpoint\u2019s layer on the scenes that did not pick it. ${sampleNote(
      best.map(({ perPoint }) => perPoint),
      'points',
    )}. Ticks: chance. Were there no correspondence inside, or only a shortcut of position or colour, the marks of the picked layer would lie on the baselines; were these shortcuts absent, above them.`,
    description: best
      .map(
        ({ checkpoint, set, layer, perPoint, samePosition }) =>
          `${checkpoint} on ${set}: ${layer} ${percent(perPoint.value)}, same position ${percent(samePosition.value)}.`,
      )
      .join(' '),
    columns: sets.length === 1 ? [''] : sets,
    categories: [...new Set(best.map(({ checkpoint }) => checkpoint))],
    series: [own, same, rgb],
    dots: best.flatMap(({ checkpoint, set, perPoint, samePosition, rawRgb, chance }) => [
      { column: sets.length === 1 ? '' : set, category: checkpoint, series: own.name, estimate: perPoint, chance },
      { column: sets.length === 1 ? '' : set, category: checkpoint, series: same.name, estimate: samePosition },
      ...(rawRgb
        ? [{ column: sets.length === 1 ? '' : set, category: checkpoint, series: rgb.name, estimate: rawRgb }]
        : []),
    ]),
    xTitle: best[0].measure,
    xDomain: [0, 1],
    xAxis: ticksAt(0, 0.25, 0.5, 0.75, 1),
    labels: { ...(sets.length === 1 ? {} : { column: 'Set' }), category: 'Checkpoint', series: 'Series', value: 'PCK' },
  });
}
