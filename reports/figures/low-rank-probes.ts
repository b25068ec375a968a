/** Reduced-rank probes: how many directions a reading needs, by layer. */
import type { LowRankProbesResult } from '../../core/artifacts/results/low-rank-probes.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { MOST_SERIES, REFERENCE_STYLE, seriesStyles } from '../theme.ts';
import { estimateOf } from './class-probes.ts';
import { someOf, ticksAt } from '../forms/layout.ts';
import { LOWEST } from './ridge-probes.ts';
import {
  curvesFigure,
  flat,
  referenceStyle,
  subtitleOf,
  type CurvePoint,
  type ResultContext,
} from '../forms/of-result.ts';

export function lowRankFigure(result: LowRankProbesResult, context: ResultContext): Figure | null {
  const { axis, layers, folds, targets } = result;
  if (layers.length === 0) return null;
  const ranks = someOf(
    [...new Set(layers.map(({ rank }) => rank))].sort((a, b) => a - b),
    Math.min(4, MOST_SERIES),
  );
  const styles = seriesStyles(ranks.map((rank) => `rank ${rank}`));
  const nothing = axis === null ? referenceStyle('training mean') : REFERENCE_STYLE.chance;
  const shown: Estimate[] = [];
  const points = layers.flatMap(({ layer, rank, targets: fits, accuracy }): CurvePoint[] => {
    const style = styles[ranks.indexOf(rank)];
    if (style === undefined) return [];
    const found =
      axis === null
        ? fits.map(({ target, fit }) => ({
            column: target,
            estimate: fit.find(({ condition }) => condition === 'all')?.r2,
          }))
        : [{ column: axis, estimate: estimateOf(accuracy, 'all') }];
    return found.flatMap(({ column, estimate }) => {
      if (estimate === undefined) return [];
      shown.push(estimate);
      return [
        ...(rank === ranks[0]
          ? [{ column, x: layer, series: nothing.name, estimate: flat(axis === null ? 0 : 1 / targets.length) }]
          : []),
        { column, x: layer, series: style.name, estimate },
      ];
    });
  });
  const columns = [...new Set(points.map(({ column }) => column))];
  const best = (name: string, column: string): string =>
    decimal(
      Math.max(
        ...points
          .filter((point) => point.series === name && point.column === column)
          .map(({ estimate }) => estimate.value ?? -Infinity),
      ),
    );
  return curvesFigure({
    context,
    base: 'low-rank-probes',
    title: 'Reduced-rank probes by layer',
    subtitle: subtitleOf(context, result.selection),
    caption:
      `Held-out ${axis === null ? 'R\u00b2 of probes that predict all numbers' : `accuracy of probes that tell ${targets.join(', ')} apart`} through a few common directions (${folds} folds by scene), all scenes. ${sampleNote(shown, 'items')}. Grey: ${nothing.name}. ` +
      'Where few directions do as well as many, the numbers share them: were a shortcut that makes depth out of height absent, depth would need a direction of its own.',
    description: `${context.checkpoint}: the best layer has ${columns.map((column) => `${column} ${styles.map(({ name }) => `${best(name, column)} (${name})`).join(', ')}`).join('; ')}.`,
    columns,
    ...(columns.length > 3 ? { wrap: 3 } : {}),
    xs: [...new Set(layers.map(({ layer }) => layer))],
    series: [nothing, ...styles],
    points,
    yTitle: axis === null ? 'R\u00b2' : 'accuracy',
    yDomain: axis === null ? [LOWEST, 1] : [0, 1],
    yAxis: ticksAt(0, 0.5, 1),
    panelHeight: 60,
    labels: {
      column: axis === null ? 'Number' : 'Axis',
      x: 'Layer',
      series: 'Rank',
      value: axis === null ? 'R\u00b2' : 'Accuracy',
    },
  });
}
