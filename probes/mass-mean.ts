/**
 * Mass-mean directions (Marks & Tegmark 2023, https://arxiv.org/abs/2310.06824): θ = μ₊ − μ₋, and the whitened Σ⁻¹θ
 * with Σ the pooled within-class covariance, which is Fisher's discriminant (methods §5).
 */
import { PlumblineError } from '../core/errors.ts';
import type { Matrix } from '../core/matrix.ts';
import { cholesky, choleskySolve } from '../core/numerics/cholesky.ts';
import { gram } from '../core/numerics/gram.ts';

export interface MassMeanDirection {
  /** θ, or Σ⁻¹θ when whitened. */
  readonly direction: Float64Array;
  /** Midpoint of the two class means: where the decision is 0, for equally frequent classes. */
  readonly midpoint: Float64Array;
}

/** θ = μ₊ − μ₋ of rows labelled 1 and 0. Throws `one-class` when either is missing. */
export function massMean(x: Matrix, labels: ArrayLike<number>): MassMeanDirection {
  const [negative, positive] = classMeans(x, labels);
  return {
    direction: positive.map((v, j) => v - negative[j]),
    midpoint: positive.map((v, j) => (v + negative[j]) / 2),
  };
}

/**
 * Σ⁻¹θ with Σ = Σᵢ (xᵢ − μ of its class)(…)ᵀ / (n − 2), shrunk to (1 − s)·Σ + s·(tr Σ/d)·I.
 *
 * @throws {PlumblineError} `one-class`; `covariance-singular` when Σ cannot be inverted, as with n ≤ d and no
 * shrinkage.
 */
export function whitenedMassMean(
  x: Matrix,
  labels: ArrayLike<number>,
  { shrinkage = 0 }: { shrinkage?: number } = {},
): MassMeanDirection {
  if (!(shrinkage >= 0 && shrinkage <= 1)) throw new RangeError(`shrinkage must lie in [0, 1], got ${shrinkage}`);
  const { rows: n, cols: d } = x;
  const means = classMeans(x, labels);
  const within = { data: new Float64Array(n * d), rows: n, cols: d };
  for (let i = 0; i < n; i++)
    for (let j = 0; j < d; j++) within.data[i * d + j] = x.data[i * d + j] - means[labels[i]][j];
  const covariance = gram(within);
  let trace = 0;
  for (let j = 0; j < d; j++) trace += covariance.data[j * d + j] / (n - 2);
  for (let k = 0; k < d * d; k++) covariance.data[k] *= (1 - shrinkage) / (n - 2);
  for (let j = 0; j < d; j++) covariance.data[j * d + j] += (shrinkage * trace) / d;
  const factor = cholesky(covariance);
  if (factor === null) {
    throw new PlumblineError(
      'covariance-singular',
      `the within-class covariance of ${n} rows in ${d} dimensions cannot be inverted`,
      { hint: 'Use shrinkage > 0, more rows, or drop constant columns.' },
    );
  }
  const { direction, midpoint } = massMean(x, labels);
  return { direction: choleskySolve(factor, direction), midpoint };
}

/**
 * σ((x − midpoint)·direction) of every row: for a whitened direction the probability of class 1 under equal, Gaussian
 * classes.
 */
export function massMeanProbabilities(x: Matrix, { direction, midpoint }: MassMeanDirection): Float64Array {
  return Float64Array.from({ length: x.rows }, (_, i) => {
    let score = 0;
    for (let j = 0; j < x.cols; j++) score += (x.data[i * x.cols + j] - midpoint[j]) * direction[j];
    return 1 / (1 + Math.exp(-score));
  });
}

function classMeans(x: Matrix, labels: ArrayLike<number>): [Float64Array, Float64Array] {
  const { rows: n, cols: d } = x;
  if (labels.length !== n) throw new RangeError(`x has ${n} rows, labels has ${labels.length} values`);
  const sums: [Float64Array, Float64Array] = [new Float64Array(d), new Float64Array(d)];
  const counts = [0, 0];
  for (let i = 0; i < n; i++) {
    const label = labels[i];
    if (label !== 0 && label !== 1) throw new RangeError(`labels must be 0 or 1, got ${label} in row ${i}`);
    counts[label]++;
    for (let j = 0; j < d; j++) sums[label][j] += x.data[i * d + j];
  }
  if (counts[0] === 0 || counts[1] === 0) {
    throw new PlumblineError(
      'one-class',
      `a mass-mean direction needs rows of both classes; there are ${counts[0]} of class 0 and ${counts[1]} of class 1`,
    );
  }
  sums.forEach((sum, label) => {
    for (let j = 0; j < d; j++) sum[j] /= counts[label];
  });
  return sums;
}
