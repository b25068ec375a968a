/** Cholesky factorisation of symmetric positive definite matrices, in float64. */
import type { Matrix } from '../matrix.ts';

/**
 * Lower factor L with A = L·Lᵀ; only A's lower triangle is read. Returns `null` when A is not positive definite to
 * working precision: a pivot fell below n·ε of its diagonal element, the size of the rounding error it carries.
 */
export function cholesky(a: Matrix): Matrix<Float64Array> | null {
  const n = a.rows;
  if (a.cols !== n) throw new RangeError(`cholesky needs a square matrix, got ${n} × ${a.cols}`);
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const ri = i * n;
    for (let j = 0; j <= i; j++) {
      const rj = j * n;
      let sum = a.data[ri + j];
      for (let k = 0; k < j; k++) sum -= l[ri + k] * l[rj + k];
      if (j < i) {
        l[ri + j] = sum / l[rj + j];
      } else {
        if (!(sum > n * Number.EPSILON * a.data[ri + i])) return null;
        l[ri + i] = Math.sqrt(sum);
      }
    }
  }
  return { data: l, rows: n, cols: n };
}

/** Solves L·Lᵀ·x = b for one right-hand side of length n. */
export function choleskySolve(factor: Matrix<Float64Array>, b: ArrayLike<number>): Float64Array {
  const n = factor.rows;
  const l = factor.data;
  const x = Float64Array.from(b);
  for (let i = 0; i < n; i++) {
    let sum = x[i];
    for (let k = 0; k < i; k++) sum -= l[i * n + k] * x[k];
    x[i] = sum / l[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    x[i] /= l[i * n + i];
    for (let k = 0; k < i; k++) x[k] -= l[i * n + k] * x[i];
  }
  return x;
}
