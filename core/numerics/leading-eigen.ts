import { row, type Matrix } from '../matrix.ts';
import { Random } from '../random.ts';
import { dot } from './dot.ts';
import { largeProduct } from './large-products.ts';
import { gramTimes } from './ort-products.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/** Up to this width a full decomposition of XᵀX takes a fraction of a second. */
const EXACT_UP_TO = 256;
/** Directions carried beside the wanted ones: what lies between the last wanted eigenvalue and the first one left out decides how fast the others fade. */
const SPARE = 8;
/** Residual of an eigenpair relative to the largest eigenvalue that ends the iteration; an eigenvalue's error is about its square. */
const TOLERANCE = 1e-5;
/** Part of a float32 product's size below which what is left after orthogonalisation is rounding. */
const ROUNDING = 2e-6;
/** Directions in the basis at which the iteration ends in any case. */
const WIDEST = 480;

export interface LeadingEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** One unit eigenvector a row. */
  readonly vectors: Matrix<Float64Array>;
}

/**
 * The `count` largest eigenvalues of XᵀX and their eigenvectors: a full decomposition when X is narrow, else a block Krylov iteration (Musco & Musco 2015,
 * https://arxiv.org/abs/1504.05477) whose products with X and Xᵀ run in float32, and a Rayleigh–Ritz step in float64 over all that it has seen, so that eigenvalues are right to
 * about ten digits of the largest.
 *
 * @param x n × d; at most min(n, d) eigenpairs are returned.
 */
export async function leadingEigen(x: Matrix<Float64Array>, count: number): Promise<LeadingEigen> {
  const wanted = Math.min(count, x.rows, x.cols);
  if (x.cols <= EXACT_UP_TO) {
    const { values, vectors } = symmetricEigen(await largeProduct(x, x, 'a'));
    const last = x.cols - 1;
    return pick(wanted, x.cols, (i) => values[last - i], (i) => row(vectors, last - i));
  }
  const basis = await krylovBasis(x, wanted);
  const stacked = { data: new Float64Array(basis.length * x.cols), rows: basis.length, cols: x.cols };
  basis.forEach((vector, i) => stacked.data.set(vector, i * x.cols));
  const image = await largeProduct(x, stacked, 'b');
  const { values, vectors } = symmetricEigen(await largeProduct(image, image, 'a'));
  const m = basis.length;
  const top = { data: vectors.data.slice((m - wanted) * m), rows: wanted, cols: m };
  const ritz = await largeProduct(top, stacked);
  return pick(wanted, x.cols, (i) => Math.max(0, values[m - 1 - i]), (i) => row(ritz, wanted - 1 - i));
}

/** Orthonormal directions whose span holds the leading eigenvectors. */
async function krylovBasis(x: Matrix<Float64Array>, wanted: number): Promise<Float64Array[]> {
  const { rows: n, cols: d } = x;
  const x32 = { data: Float32Array.from(x.data), rows: n, cols: d };
  const block = Math.min(wanted + SPARE, n, d);
  const limit = Math.min(n, d, Math.max(WIDEST, 2 * block));
  const random = new Random(0, 'leading eigenvectors');
  const basis: Float64Array[] = [];
  const images: Float64Array[] = [];
  let fresh = appendOrthonormal(basis, await times(x32, Array.from({ length: block }, () => Float64Array.from({ length: d }, () => random.normal()))), limit);
  while (fresh > 0) {
    const products = await times(x32, basis.slice(-fresh));
    images.push(...products);
    if (basis.length >= limit || (basis.length > wanted && converged(basis, images, wanted))) break;
    fresh = appendOrthonormal(basis, products, limit);
  }
  // X of lower rank than asked for: any directions serve for the eigenvalue 0.
  while (basis.length < wanted) appendOrthonormal(basis, [Float64Array.from({ length: d }, () => random.normal())], wanted);
  return basis;
}

/** Largest residual of the wanted Ritz pairs against the tolerance. */
function converged(basis: readonly Float64Array[], images: readonly Float64Array[], wanted: number): boolean {
  const m = basis.length;
  const projected = { data: new Float64Array(m * m), rows: m, cols: m };
  for (let i = 0; i < m; i++) for (let j = 0; j <= i; j++) projected.data[i * m + j] = dot(images[i], basis[j]);
  const { values, vectors } = symmetricEigen(projected);
  for (let k = 0; k < wanted; k++) {
    const weights = row(vectors, m - 1 - k);
    const value = values[m - 1 - k];
    let square = 0;
    for (let j = 0; j < basis[0].length; j++) {
      let residual = 0;
      for (let i = 0; i < m; i++) residual += weights[i] * (images[i][j] - value * basis[i][j]);
      square += residual * residual;
    }
    if (!(Math.sqrt(square) <= TOLERANCE * values[m - 1])) return false;
  }
  return true;
}

/** XᵀX times each vector. */
async function times(x: Matrix<Float32Array>, vectors: readonly Float64Array[]): Promise<Float64Array[]> {
  const d = x.cols;
  const b = vectors.length;
  const data = new Float32Array(d * b);
  vectors.forEach((vector, c) => {
    for (let j = 0; j < d; j++) data[j * b + c] = vector[j];
  });
  const out = await gramTimes(x, { data, rows: d, cols: b });
  return vectors.map((_, c) => Float64Array.from({ length: d }, (_, j) => out.data[j * b + c]));
}

/** Appends the new directions of `vectors` at unit length, up to `limit` in all; returns how many there were. Twice is enough to be orthogonal to rounding (Kahan & Parlett). */
function appendOrthonormal(basis: Float64Array[], vectors: readonly Float64Array[], limit: number): number {
  const before = basis.length;
  for (const vector of vectors) {
    if (basis.length >= limit) break;
    const v = vector.slice();
    const size = Math.sqrt(dot(v, v));
    for (let pass = 0; pass < 2; pass++) {
      for (const b of basis) {
        const along = dot(v, b);
        for (let j = 0; j < v.length; j++) v[j] -= along * b[j];
      }
    }
    const left = Math.sqrt(dot(v, v));
    if (left > ROUNDING * size) basis.push(v.map((value) => value / left));
  }
  return basis.length - before;
}

function pick(count: number, cols: number, value: (i: number) => number, vector: (i: number) => Float64Array): LeadingEigen {
  const values = Float64Array.from({ length: count }, (_, i) => value(i));
  const data = new Float64Array(count * cols);
  for (let i = 0; i < count; i++) data.set(vector(i), i * cols);
  return { values, vectors: { data, rows: count, cols } };
}
