import { AXES, CONDITIONS } from '../../core/artifacts/contrast-set.ts';
import type { GeometryLayer } from '../../core/artifacts/results.ts';
import type { Gram } from './cell-sums.ts';
import { categoryMean, countOf, meanCosine } from './mean-deltas.ts';

/** Plug-in cosines of the six categories' mean raw deltas (order of `CATEGORIES`) within every condition that has deltas (methods §2). */
export function cosineMatrices(gram: Gram): GeometryLayer['cosines'] {
  return CONDITIONS.flatMap((condition) => {
    const means = AXES.flatMap((axis) => ([0, 1] as const).map((pole) => categoryMean(axis, pole, [condition])));
    if (means.every((mean) => countOf(gram, mean) === 0)) return [];
    return [{ condition, matrix: means.map((a) => means.map((b) => meanCosine(gram, a, b, false))) }];
  });
}
