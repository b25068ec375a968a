/**
 * Ridge regression as scikit-learn's `Ridge(alpha)`: minimise ‖y − Xw − b‖² + alpha·‖w‖², the intercept b unpenalised.
 */
import { PlumblineError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';
import { cholesky, choleskySolve } from './cholesky.ts';
import { gram, outerGram } from './gram.ts';
import { requireFinite } from './standardise.ts';

export interface RidgeFit {
  /** One weight a column of x. */
  readonly coefficients: Float64Array;
  readonly intercept: number;
}

/**
 * Fits `x` (n × d, taken as it is: standardise before) to `y` (n). Solved by Cholesky in the smaller of the primal (d ×
 * d) and the dual (n × n) form, so n < d costs no more than n = d. Throws `ridge-singular` when alpha is 0 and the
 * columns are linearly dependent, `not-finite` on NaN.
 */
export function fitRidge(x: Matrix, y: ArrayLike<number>, { alpha }: { alpha: number }): RidgeFit {
  const { rows: n, cols: d } = x;
  if (y.length !== n) throw new RangeError(`x has ${n} rows, y has ${y.length} values`);
  if (!(alpha >= 0) || !Number.isFinite(alpha)) throw new RangeError(`alpha must be a finite number ≥ 0, got ${alpha}`);
  requireFinite(x, 'the features');
  const target = Float64Array.from(y);
  requireFinite({ data: target, rows: n, cols: 1 }, 'the targets');

  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) mean[j] += x.data[i * d + j] / n;
  const centred: Matrix<Float64Array> = { data: new Float64Array(n * d), rows: n, cols: d };
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) centred.data[i * d + j] = x.data[i * d + j] - mean[j];
  const targetMean = target.reduce((sum, v) => sum + v, 0) / n;
  for (let i = 0; i < n; i++) target[i] -= targetMean;

  const coefficients =
    d <= n
      ? choleskySolve(factor(gram(centred), alpha), transposeTimes(centred, target))
      : transposeTimes(centred, choleskySolve(factor(outerGram(centred), alpha), target));
  let intercept = targetMean;
  for (let j = 0; j < d; j++) intercept -= mean[j] * coefficients[j];
  return { coefficients, intercept };
}

function factor(a: Matrix<Float64Array>, alpha: number): Matrix<Float64Array> {
  for (let i = 0; i < a.rows; i++) a.data[i * a.rows + i] += alpha;
  const l = cholesky(a);
  if (l !== null) return l;
  throw new PlumblineError(
    'ridge-singular',
    `ridge regression with alpha ${alpha} has no unique solution: the columns are linearly dependent`,
    { hint: 'Use alpha > 0, or drop constant and duplicated columns.' },
  );
}

function transposeTimes(x: Matrix, v: Float64Array): Float64Array {
  const out = new Float64Array(x.cols);
  for (let i = 0; i < x.rows; i++) for (let j = 0; j < x.cols; j++) out[j] += x.data[i * x.cols + j] * v[i];
  return out;
}
