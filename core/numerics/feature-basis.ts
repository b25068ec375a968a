/**
 * An orthonormal basis Q (columns) of feature space in which the features' correlation is nearly diagonal, for
 * preconditioning: w = Q·u, ‖w‖ = ‖u‖.
 *
 * Up to DENSE_UP_TO features it is the full eigenbasis. Beyond, d³ work in JavaScript would cost more than it saves:
 * Q's first k columns span the leading eigenvectors V, found by a randomised subspace iteration (Halko, Martinsson &
 * Tropp 2011), and Q = I − A·Yᵀ is the product of Householder reflections that maps the first k axes to V (Y = V − E·S,
 * A = Y·(I − V₁ᵀS)⁻¹, V₁ the top k × k block of V, S its negated diagonal's signs; Yamamoto's basis-kernel form). The
 * rest is treated as one eigenvalue.
 */
import { inverse, Matrix as MlMatrix } from 'ml-matrix';
import { row, type Matrix } from '../matrix.ts';
import { Random } from '../random.ts';
import { dot } from './dot.ts';
import { gramProduct, gramTimes, product } from './ort-products.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

export type FeatureBasis = {
  /** Eigenvalue of the correlation along each column of Q. */
  readonly spectrum: Float64Array;
} & (
  | { readonly kind: 'dense'; /** Qᵀ: eigenvectors in rows. */ readonly transposed: Matrix<Float32Array> }
  | {
      readonly kind: 'reflector';
      /** d × k. */ readonly a: Matrix<Float32Array>;
      /** d × k. */ readonly y: Matrix<Float32Array>;
    }
);

const DENSE_UP_TO = 320;
const LEADING = 128;

/** @param z standardised rows, n × d; the correlation is ZᵀZ/n. */
export async function featureBasis(z: Matrix<Float32Array>): Promise<FeatureBasis> {
  return z.cols <= DENSE_UP_TO ? denseBasis(z) : reflectorBasis(z);
}

/** Qᵀ·w. */
export function toBasis(basis: FeatureBasis, w: Float64Array): Float64Array {
  if (basis.kind === 'dense') return Float64Array.from(w, (_, j) => dot(row(basis.transposed, j), w));
  const { a, y } = basis;
  const inner = new Float64Array(a.cols);
  for (let i = 0; i < a.rows; i++) for (let k = 0; k < a.cols; k++) inner[k] += a.data[i * a.cols + k] * w[i];
  return w.map((v, i) => v - dot(row(y, i), inner));
}

async function denseBasis(z: Matrix<Float32Array>): Promise<FeatureBasis> {
  const { values, vectors } = symmetricEigen(await gramProduct(z));
  return {
    kind: 'dense',
    transposed: { ...vectors, data: new Float32Array(vectors.data) },
    spectrum: values.map((v) => Math.max(0, v) / z.rows),
  };
}

async function reflectorBasis(z: Matrix<Float32Array>): Promise<FeatureBasis> {
  const { rows: n, cols: d } = z;
  const k = Math.min(LEADING, n);
  const { values, vectors } = await leadingSubspace(z, k);
  const v = vectors.data;
  const sign = Float64Array.from({ length: k }, (_, j) => (v[j * k + j] > 0 ? -1 : 1));
  const y = { data: Float32Array.from(v), rows: d, cols: k };
  for (let j = 0; j < k; j++) y.data[j * k + j] -= sign[j];
  // (I − V₁ᵀS)[i, j] = δ − V₁[j, i]·S[j]; the sign choice keeps its diagonal at 1 + |V₁[j, j]|.
  const kernel = inverse(
    new MlMatrix(
      Array.from({ length: k }, (_, i) =>
        Array.from({ length: k }, (_, j) => (i === j ? 1 : 0) - v[j * k + i] * sign[j]),
      ),
    ),
  );
  const a = await product(y, { data: Float32Array.from(kernel.to1DArray()), rows: k, cols: k });
  const rest = Math.max(0, d - values.reduce((sum, value) => sum + value, 0)) / (d - k);
  return { kind: 'reflector', a, y, spectrum: Float64Array.from({ length: d }, (_, j) => (j < k ? values[j] : rest)) };
}

/** Leading eigenvalues of ZᵀZ/n and their eigenvectors as columns (d × k), approximately. */
async function leadingSubspace(
  z: Matrix<Float32Array>,
  k: number,
): Promise<{ values: Float64Array; vectors: Matrix<Float32Array> }> {
  const d = z.cols;
  const random = new Random(0, 'feature basis');
  const start = { data: Float32Array.from({ length: d * k }, () => random.normal()), rows: d, cols: k };
  const q = orthonormalColumns(await gramTimes(z, start));
  const image = await gramTimes(z, q);
  const projected = new Float64Array(k * k);
  for (let i = 0; i < d; i++) {
    const qi = row(q, i);
    const gi = row(image, i);
    for (let r = 0; r < k; r++) for (let c = 0; c <= r; c++) projected[r * k + c] += qi[r] * gi[c];
  }
  const { values, vectors } = symmetricEigen({ data: projected, rows: k, cols: k });
  const rotation = new Float32Array(k * k);
  for (let r = 0; r < k; r++) for (let c = 0; c < k; c++) rotation[c * k + r] = vectors.data[r * k + c];
  return {
    values: values.map((v) => Math.max(0, v) / z.rows),
    vectors: await product(q, { data: rotation, rows: k, cols: k }),
  };
}

/**
 * Gram–Schmidt, each column orthogonalised twice ("twice is enough"); a column that vanishes is replaced by a random
 * one.
 */
function orthonormalColumns(m: Matrix<Float32Array>): Matrix<Float32Array> {
  const { rows: d, cols: k } = m;
  const random = new Random(1, 'feature basis');
  const columns: Float64Array[] = [];
  for (let c = 0; c < k; c++) {
    let column = Float64Array.from({ length: d }, (_, i) => m.data[i * k + c]);
    const size = Math.sqrt(dot(column, column));
    for (let tries = 0; ; tries++) {
      for (let pass = 0; pass < 2; pass++) {
        for (const other of columns) {
          const overlap = dot(column, other);
          for (let i = 0; i < d; i++) column[i] -= overlap * other[i];
        }
      }
      const left = Math.sqrt(dot(column, column));
      // Float32 products carry 1e-7 of the column's size: what is left below that has no direction.
      if (left > 1e-6 * size || tries > 0) {
        columns.push(column.map((v) => v / left));
        break;
      }
      column = Float64Array.from({ length: d }, () => random.normal());
    }
  }
  const data = new Float32Array(d * k);
  columns.forEach((column, c) => {
    for (let i = 0; i < d; i++) data[i * k + c] = column[i];
  });
  return { data, rows: d, cols: k };
}
