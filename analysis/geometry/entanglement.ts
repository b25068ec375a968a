import { CONDITIONS } from '../../core/artifacts/contrast-set.ts';
import { axesName, ENTANGLED_AXES, type GeometryLayer } from '../../core/artifacts/results.ts';
import type { CellSums, Gram } from './cell-sums.ts';
import { jackknifeCells, type CellStatistic } from './jackknife-cells.ts';
import { axisMean, categoryMean, countOf, meanCosine, type MeanDelta } from './mean-deltas.ts';

/**
 * ¼[cos(first, first) + cos(second, second) − cos(first, second) − cos(second, first)] over the poles of two axes
 * (methods §2, VD-EI of the paper).
 */
export function paperIndex(cosines: {
  bothCanonical: number;
  canonicalOther: number;
  otherCanonical: number;
  bothOther: number;
}): number {
  return (cosines.bothCanonical + cosines.bothOther - cosines.canonicalOther - cosines.otherCanonical) / 4;
}

function paperEntanglement(
  gram: Gram,
  [canonicalA, otherA]: readonly MeanDelta[],
  [canonicalB, otherB]: readonly MeanDelta[],
  corrected: boolean,
): number | null {
  const bothCanonical = meanCosine(gram, canonicalA, canonicalB, corrected);
  const canonicalOther = meanCosine(gram, canonicalA, otherB, corrected);
  const otherCanonical = meanCosine(gram, otherA, canonicalB, corrected);
  const bothOther = meanCosine(gram, otherA, otherB, corrected);
  if (bothCanonical === null || canonicalOther === null || otherCanonical === null || bothOther === null) return null;
  return paperIndex({ bothCanonical, canonicalOther, otherCanonical, bothOther });
}

/**
 * VD-EI, HD-EI and HV-EI, each as the paper's four-cosine index and as the cosine of the mean sign-corrected deltas,
 * plug-in and noise-corrected (methods §2), within every condition that has deltas of both axes; HV-EI, which has no
 * distance deltas, also pooled.
 *
 * Plug-in cosines are pulled toward 0 by noise in high dimension, and their interval is about that pulled value; the
 * corrected one leaves out products within a scene in the numerator too, since the vertical and the distance delta of
 * one scene share noise.
 */
export function entanglement(sums: CellSums): GeometryLayer['entanglement'] {
  const labels: Omit<GeometryLayer['entanglement'][number], 'estimate'>[] = [];
  const statistics: CellStatistic[] = [];
  for (const axes of ENTANGLED_AXES) {
    const [a, b] = axes;
    for (const condition of [...CONDITIONS, 'all'] as const) {
      if (condition === 'all' && axesName(axes) !== 'HV') continue;
      const conditions = condition === 'all' ? CONDITIONS : [condition];
      const [meanA, meanB] = [axisMean(a, conditions), axisMean(b, conditions)];
      if (countOf(sums.all, meanA) === 0 || countOf(sums.all, meanB) === 0) continue;
      const [polesA, polesB] = [a, b].map((axis) =>
        ([0, 1] as const).map((pole) => categoryMean(axis, pole, conditions)),
      );
      for (const estimator of ['paper', 'axis'] as const) {
        for (const corrected of [false, true]) {
          labels.push({ axes, estimator, corrected, condition });
          statistics.push({
            cells: [...meanA.cells, ...meanB.cells],
            range: [-1, 1],
            of: (gram) =>
              estimator === 'paper'
                ? paperEntanglement(gram, polesA, polesB, corrected)
                : meanCosine(gram, meanA, meanB, corrected),
            undefinedNote: corrected
              ? 'a mean delta is missing or not above its noise'
              : 'a mean delta is missing or zero',
          });
        }
      }
    }
  }
  return jackknifeCells(sums, statistics).map((estimate, i) => ({ ...labels[i], estimate }));
}
