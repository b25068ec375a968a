/** Ridge probes of numbers (depth, place, size, facts): R² by layer and condition. */
import type { RidgeProbesResult } from '../../core/artifacts/results/ridge-probes.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { CONDITION_STYLE } from '../theme.ts';
import { ALL_STYLE } from './class-probes.ts';
import { ticksAt } from '../forms/layout.ts';
import {
  curvesFigure,
  flat,
  referenceStyle,
  subtitleOf,
  type CurvePoint,
  type ResultContext,
} from '../forms/of-result.ts';

const MEAN = referenceStyle('training mean');
/** Lowest R² drawn: worse than the mean is no use, how much worse doesn't matter. */
export const LOWEST = -0.25;

export function numberProbesFigure(result: RidgeProbesResult, context: ResultContext): Figure | null {
  const targets = result.targets
    .map(({ target }) => target)
    .filter((target) => result.layers.some((row) => row.target === target));
  if (targets.length === 0) return null;
  const present = (['consistent', 'counter'] as const).filter((condition) =>
    result.layers.some(({ fit }) => fit.some((entry) => entry.condition === condition)),
  );
  const conditions = present.length > 0 ? present : (['all'] as const);
  const styles = conditions.map((condition) => (condition === 'all' ? ALL_STYLE : CONDITION_STYLE[condition]));
  const shown: Estimate[] = [];
  const points = result.layers.flatMap(({ layer, target, fit }): CurvePoint[] => [
    { column: target, x: layer, series: MEAN.name, estimate: flat(0) },
    ...conditions.flatMap((condition, i) => {
      const r2 = fit.find((entry) => entry.condition === condition)?.r2;
      if (r2) shown.push(r2);
      return r2 ? [{ column: target, x: layer, series: styles[i].name, estimate: r2 }] : [];
    }),
  ]);
  const best = (target: string): string =>
    decimal(
      Math.max(
        ...points
          .filter(({ column, series }) => column === target && series === styles[0].name)
          .map(({ estimate }) => estimate.value ?? -Infinity),
      ),
    );
  return curvesFigure({
    context,
    base: 'number-probes',
    title: 'Ridge probes of numbers by layer',
    subtitle: subtitleOf(context, result.selection),
    caption:
      `Held-out R\u00b2 of a ridge probe of each number (${result.folds} folds by scene). ${sampleNote(shown, 'items')}. Grey: the training mean, R\u00b2 = 0, which is chance here; below ${decimal(LOWEST)} the curve is cut. ` +
      'Were the shortcut absent, depth would be read as well on counter scenes as on consistent ones.',
    description: `${context.checkpoint}: the best layer has R\u00b2 of ${targets.map((target) => `${best(target)} for ${target}`).join(', ')} (${styles[0].name}).`,
    columns: targets,
    ...(targets.length > 3 ? { wrap: 3 } : {}),
    xs: [...new Set(result.layers.map(({ layer }) => layer))],
    series: [MEAN, ...styles],
    points,
    yTitle: 'R\u00b2',
    yDomain: [LOWEST, 1],
    yAxis: ticksAt(0, 0.5, 1),
    panelHeight: 56,
    labels: { column: 'Number', x: 'Layer', series: 'Condition', value: 'R\u00b2' },
  });
}
