/** What an erasure method finds: an affine map that removes a few directions, kept as its factors. */
import type { Matrix } from '../../core/matrix.ts';
import { largeProduct } from '../../core/numerics/large-products.ts';

export const ERASURE_METHODS = ['leace', 'inlp', 'random'] as const;
export type ErasureMethod = (typeof ERASURE_METHODS)[number];

/** x ↦ x − L·R·(x − μ), with L = `left`ᵀ (d × rank) and R = `right` (rank × d). */
export interface Eraser {
  readonly method: ErasureMethod;
  /** μ, length d. */
  readonly mean: Float64Array;
  /** rank × d: what is taken away, one direction a row. */
  readonly left: Matrix<Float64Array>;
  /** rank × d: how much of it a state holds. For orthogonal projections equal to `left`. */
  readonly right: Matrix<Float64Array>;
  /** Share of the identity in LEACE's covariance, 0 … 1. */
  readonly shrinkage?: number;
}

/** A copy of the rows of `x` (n × d, any element type) with the eraser applied, in float64. */
export async function erase(x: Matrix, { mean, left, right }: Eraser): Promise<Matrix<Float64Array>> {
  const { rows: n, cols: d } = x;
  if (d !== mean.length) throw new RangeError(`the eraser was fitted on ${mean.length} columns, these rows have ${d}`);
  const data = Float64Array.from(x.data);
  if (left.rows === 0 || n === 0) return { data, rows: n, cols: d };
  const centred = data.slice();
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) centred[i * d + j] -= mean[j];
  const held = await largeProduct({ data: centred, rows: n, cols: d }, right, 'b');
  const taken = await largeProduct(held, left);
  for (let k = 0; k < data.length; k++) data[k] -= taken.data[k];
  return { data, rows: n, cols: d };
}
