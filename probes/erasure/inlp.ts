/**
 * INLP, iterative nullspace projection (Ravfogel et al. 2020, https://arxiv.org/abs/2004.07667): fit a linear
 * classifier, project its weights' directions out, again, until it does no better than always saying the commonest
 * class. Unlike the original the projection is about the mean, which only shifts all states alike.
 */
import type { Matrix } from '../../core/matrix.ts';
import { centreColumns } from '../../core/numerics/centre.ts';
import { dot } from '../../core/numerics/dot.ts';
import { fitLogistic, logisticScores } from '../../core/numerics/logistic.ts';
import { columnMoments, standardise } from '../../core/numerics/standardise.ts';
import type { Eraser } from './eraser.ts';

export interface InlpOptions {
  /** Directions to take out at most; defaults to *16*. */
  readonly maxRank?: number;
  /** Regularisation of the classifiers on standardised states, as scikit-learn's; defaults to *1*. */
  readonly C?: number;
}

/**
 * @param x n × d.
 * @param labels 0 … classes − 1.
 * @throws {PlumblineError} `one-class`, `not-finite`.
 */
export function fitInlp(x: Matrix, labels: ArrayLike<number>, { maxRank = 16, C = 1 }: InlpOptions = {}): Eraser {
  if (!(Number.isInteger(maxRank) && maxRank >= 1))
    throw new RangeError(`maxRank must be a whole number ≥ 1, got ${maxRank}`);
  const { rows: n, cols: d } = x;
  const { centred, means } = centreColumns(x);
  const { sd } = columnMoments(x);
  const majority = commonest(labels) / n;
  // Accuracy of a guess exceeds the majority by less than this in 97.5 % of samples.
  const enough = majority + 1.96 * Math.sqrt((majority * (1 - majority)) / n);
  const basis: Float64Array[] = [];
  while (basis.length < Math.min(maxRank, d)) {
    const z = standardise(centred, { mean: new Float64Array(d), sd });
    const fit = fitLogistic(z, labels, { C, tolerance: 1e-8 });
    if (accuracy(logisticScores(z, fit), labels) <= enough) break;
    const before = basis.length;
    for (let r = 0; r < fit.coefficients.rows && basis.length < maxRank; r++) {
      const direction = Float64Array.from({ length: d }, (_, j) => fit.coefficients.data[r * d + j] / (sd[j] || 1));
      if (!addOrthonormal(basis, direction)) continue;
      const q = basis[basis.length - 1];
      for (let i = 0; i < n; i++) {
        const values = centred.data.subarray(i * d, (i + 1) * d);
        const along = dot(values, q);
        for (let j = 0; j < d; j++) values[j] -= along * q[j];
      }
    }
    if (basis.length === before) break;
  }
  const factor = { data: Float64Array.from(basis.flatMap((q) => [...q])), rows: basis.length, cols: d };
  return { method: 'inlp', mean: means, left: factor, right: factor };
}

/** Appends the part of `v` that is new, at unit length; false when nothing is. Twice is enough (Kahan & Parlett). */
export function addOrthonormal(basis: Float64Array[], v: Float64Array): boolean {
  const size = Math.sqrt(dot(v, v));
  for (let pass = 0; pass < 2; pass++) {
    for (const q of basis) {
      const along = dot(v, q);
      for (let j = 0; j < v.length; j++) v[j] -= along * q[j];
    }
  }
  const left = Math.sqrt(dot(v, v));
  if (!(left > 1e-10 * size)) return false;
  basis.push(v.map((value) => value / left));
  return true;
}

function commonest(labels: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  return Math.max(...counts.values());
}

function accuracy({ data, rows, cols }: Matrix, labels: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < rows; i++) {
    let predicted = cols === 1 ? Number(data[i] > 0) : 0;
    for (let c = 1; c < cols; c++) if (data[i * cols + c] > data[i * cols + predicted]) predicted = c;
    if (predicted === labels[i]) right++;
  }
  return right / rows;
}
