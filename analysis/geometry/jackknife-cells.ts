import type { Estimate } from '../../core/artifacts/results.ts';
import { clamp, type Interval } from '../../core/statistics/interval.ts';
import { JACKKNIFE, jackknifeInterval } from '../../core/statistics/jackknife.ts';
import type { CellSums, Gram } from './cell-sums.ts';

/** A number that depends on the deltas through the Gram matrix of their cells alone. */
export interface CellStatistic {
  /** Cells it uses; scenes without deltas in them take no part. */
  readonly cells: readonly number[];
  /** Value to which the estimate and its interval are cut. */
  readonly range: Interval;
  readonly of: (gram: Gram) => number | null;
  /** Why the value is null, should it be. */
  readonly undefinedNote: string;
}

/** Values of each statistic without each scene that takes part in it, before cutting to the range. */
export function leaveOneSceneOut(sums: CellSums, statistics: readonly CellStatistic[]): (number | null)[][] {
  const cellSets = statistics.map((statistic) => new Set(statistic.cells));
  const values = statistics.map((): (number | null)[] => []);
  for (let scene = 0; scene < sums.scenes; scene++) {
    const cells = sums.cellsOf(scene);
    const gram = sums.without(scene);
    statistics.forEach((statistic, i) => {
      if (cells.some((cell) => cellSets[i].has(cell))) values[i].push(statistic.of(gram));
    });
  }
  return values;
}

/**
 * Estimates with delete-one-group jackknife intervals, all statistics in one pass over the scenes. Spread is measured
 * before cutting to the range.
 */
export function jackknifeCells(sums: CellSums, statistics: readonly CellStatistic[]): Estimate[] {
  const leaveOneOut = leaveOneSceneOut(sums, statistics);
  return statistics.map((statistic, i): Estimate => {
    const n = deltasIn(sums, statistic);
    const groups = leaveOneOut[i].length;
    const value = statistic.of(sums.all);
    if (value === null) return { value, interval: null, intervalKind: null, n, groups, note: statistic.undefinedNote };
    const { interval, note } = jackknifeInterval(value, leaveOneOut[i], statistic.range);
    return {
      value: clamp(value, statistic.range),
      interval,
      intervalKind: interval ? JACKKNIFE : null,
      n,
      groups,
      ...(note ? { note } : {}),
    };
  });
}

/** Deltas in the cells that a statistic uses. */
export function deltasIn(sums: CellSums, { cells }: CellStatistic): number {
  return [...new Set(cells)].reduce((count, cell) => count + sums.all.counts[cell], 0);
}
