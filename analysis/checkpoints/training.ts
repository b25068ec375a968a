/** How measures move along a training run: a robust trend over the steps of its checkpoints. */
import type { Estimate } from '../../core/artifacts/results.ts';
import type { TrainingResult } from '../../core/artifacts/results/checkpoints.ts';
import { theilSen } from '../../core/statistics/theil-sen.ts';
import { holmOver } from './holm-over.ts';

export interface TrainingPoint {
  readonly checkpoint: string;
  readonly step: number;
  readonly measures: Readonly<Record<string, Estimate>>;
}

/**
 * Theil–Sen slope of every measure per step with Kendall's interval, and p-values adjusted by Holm over the measures.
 *
 * @param points one a checkpoint, in any order; steps must differ.
 */
export function trainingTrend(points: readonly TrainingPoint[]): TrainingResult {
  const ordered = [...points].sort((a, b) => a.step - b.step);
  const names = [...new Set(ordered.flatMap(({ measures }) => Object.keys(measures)))];
  const measures = names.map((measure) => {
    const own = ordered.flatMap(({ checkpoint, step, measures: all }) =>
      measure in all ? [{ checkpoint, step, value: all[measure] }] : [],
    );
    const usable = own.filter(({ value }) => value.value !== null);
    const { slope, p } = theilSen(
      usable.map(({ step }) => step),
      usable.map(({ value }) => value.value!),
    );
    const span = usable.length === 0 ? 0 : usable[usable.length - 1].step - usable[0].step;
    const total: Estimate = {
      ...slope,
      value: slope.value === null ? null : slope.value * span,
      interval: slope.interval && [slope.interval[0] * span, slope.interval[1] * span],
    };
    return { measure, slope, total, p, points: own };
  });
  const adjusted = holmOver(measures.map(({ p }) => p));
  return {
    analysis: 'training',
    version: 1,
    measures: measures.map((entry, i) => ({ ...entry, adjusted: adjusted[i] })),
  };
}
