/**
 * Ridge regressions of several targets at many values of alpha on one matrix, objective as in `ridge.ts`. The smaller
 * of XᵀX (primal) and XXᵀ (dual) is formed once in float64 and reduced to tridiagonal form once; every further target
 * or alpha then costs O(d²), not O(d³).
 */
import { PlumblineError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';
import { exactGram } from './ort-products.ts';
import { requireFinite } from './standardise.ts';
import { tridiagonal } from './symmetric-eigen.ts';

export interface RidgePath {
  /** weights[t][a]: one weight a column of x, of target t at alpha a. */
  readonly weights: readonly (readonly Float64Array[])[];
  /** Means of the columns of x and of the targets: prediction = target mean + (x − mean)·w. */
  readonly mean: Float64Array;
  readonly targetMeans: Float64Array;
}

/**
 * @param x n × d, taken as it is: standardise before.
 * @param targets n × m.
 * @param alphas all > 0.
 * @throws {PlumblineError} `not-finite`.
 */
export async function fitRidgePath(x: Matrix, targets: Matrix, alphas: readonly number[]): Promise<RidgePath> {
  const { rows: n, cols: d } = x;
  if (targets.rows !== n) throw new RangeError(`x has ${n} rows, the targets have ${targets.rows}`);
  for (const alpha of alphas)
    if (!(alpha > 0) || !Number.isFinite(alpha))
      throw new RangeError(`alpha must be a finite number > 0, got ${alpha}`);
  if (n === 0) throw new PlumblineError('no-rows', 'ridge regression needs at least one row');
  requireFinite(x, 'the features');
  requireFinite(targets, 'the targets');
  const [centred, mean] = centre(x);
  const [y, targetMeans] = centre(targets);
  const primal = d <= n;
  const { diagonal, offDiagonal, rotate, rotateBack } = tridiagonal(
    await exactGram(centred, primal ? 'columns' : 'rows'),
  );
  const weights = Array.from({ length: y.cols }, (_, t) => {
    const target = Float64Array.from({ length: n }, (_, i) => y.data[i * y.cols + t]);
    const right = rotate(primal ? transposeTimes(centred, target) : target);
    return alphas.map((alpha) => {
      const solved = rotateBack(solveTridiagonal(diagonal, offDiagonal, alpha, right));
      return primal ? solved : transposeTimes(centred, solved);
    });
  });
  return { weights, mean, targetMeans };
}

function centre(x: Matrix): [Matrix<Float64Array>, Float64Array] {
  const { rows: n, cols: d, data } = x;
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) mean[j] += data[i * d + j] / n;
  const out = new Float64Array(n * d);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) out[i * d + j] = data[i * d + j] - mean[j];
  return [{ data: out, rows: n, cols: d }, mean];
}

function transposeTimes({ data, rows, cols }: Matrix, v: Float64Array): Float64Array {
  const out = new Float64Array(cols);
  for (let i = 0; i < rows; i++) for (let j = 0, at = i * cols; j < cols; j++) out[j] += data[at + j] * v[i];
  return out;
}

/** (T + αI)·x = b for T positive semidefinite: elimination without pivoting, which is stable there. */
function solveTridiagonal(
  diagonal: Float64Array,
  offDiagonal: Float64Array,
  alpha: number,
  b: Float64Array,
): Float64Array {
  const n = diagonal.length;
  const pivots = new Float64Array(n);
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    const factor = i === 0 ? 0 : offDiagonal[i] / pivots[i - 1];
    // Rounding can take a null direction's pivot below alpha by n·ε of its diagonal.
    pivots[i] = Math.max(diagonal[i] + alpha - (i === 0 ? 0 : factor * offDiagonal[i]), Number.MIN_VALUE);
    if (i > 0) x[i] -= factor * x[i - 1];
  }
  for (let i = n - 1; i >= 0; i--) {
    if (i < n - 1) x[i] -= offDiagonal[i + 1] * x[i + 1];
    x[i] /= pivots[i];
  }
  return x;
}
