import { AXES, CONDITIONS } from '../../core/artifacts/contrast-set.ts';
import type { GeometryLayer } from '../../core/artifacts/results.ts';
import type { CellSums, Gram } from './cell-sums.ts';
import { jackknifeCells, type CellStatistic } from './jackknife-cells.ts';
import { categoryMean, countOf, meanCosine } from './mean-deltas.ts';

/**
 * Plug-in cosines of the six categories' mean raw deltas (order of `CATEGORIES`) within every condition that has deltas
 * (methods §2).
 */
export function cosineMatrices(gram: Gram): GeometryLayer['cosines'] {
  return CONDITIONS.flatMap((condition) => {
    const means = AXES.flatMap((axis) => ([0, 1] as const).map((pole) => categoryMean(axis, pole, [condition])));
    if (means.every((mean) => countOf(gram, mean) === 0)) return [];
    return [{ condition, matrix: means.map((a) => means.map((b) => meanCosine(gram, a, b, false))) }];
  });
}

/**
 * `cosineMatrices` with the delete-one-scene jackknife intervals of the cosines, of their pulled values (methods §2:
 * noise pulls plug-in cosines toward 0); null where there is none, and on the diagonal.
 */
export function cosineEstimates(sums: CellSums): GeometryLayer['cosines'] {
  const matrices = cosineMatrices(sums.all);
  const size = 2 * AXES.length;
  const statistics = matrices.flatMap(({ condition }) => {
    const means = AXES.flatMap((axis) => ([0, 1] as const).map((pole) => categoryMean(axis, pole, [condition])));
    return means.flatMap((a, i) =>
      means.slice(0, i).map((b): CellStatistic => ({
        cells: [...a.cells, ...b.cells],
        range: [-1, 1],
        of: (gram) => meanCosine(gram, a, b, false),
        undefinedNote: '',
      })),
    );
  });
  const estimates = jackknifeCells(sums, statistics);
  return matrices.map(({ condition, matrix }, m) => {
    const of = (i: number, j: number): [number, number] | null =>
      i === j
        ? null
        : estimates[(m * size * (size - 1)) / 2 + (Math.max(i, j) * (Math.max(i, j) - 1)) / 2 + Math.min(i, j)]
            .interval;
    return { condition, matrix, intervals: matrix.map((line, i) => line.map((_, j) => of(i, j))) };
  });
}
