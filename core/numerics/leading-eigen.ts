import { row, type Matrix } from '../matrix.ts';
import { Random } from '../random.ts';
import { dot } from './dot.ts';
import { largeProduct, runGraph } from './large-products.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/** Up to this width a full decomposition of XᵀX takes a fraction of a second. */
const EXACT_UP_TO = 256;
/**
 * Directions carried beside the wanted ones: what lies between the last wanted eigenvalue and the first one left out
 * decides how fast the others fade.
 */
const SPARE = 8;
/**
 * Residual of an eigenpair relative to the largest eigenvalue that ends the iteration; an eigenvalue's error is about
 * its square.
 */
const TOLERANCE = 1e-5;
/** Part of a float32 product's size below which what is left after orthogonalisation is rounding. */
const ROUNDING = 2e-6;
/** Directions in the basis at which the iteration ends in any case. */
const WIDEST = 480;
/** Rows of X that are held in float64 at a time. */
const CHUNK = 512;

export interface LeadingEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** One unit eigenvector a row. */
  readonly vectors: Matrix<Float64Array>;
  /** X on the eigenvectors: n × count. */
  readonly scores: Matrix<Float64Array>;
  /** Sum of all eigenvalues: of the squares of X. */
  readonly total: number;
}

/**
 * The `count` largest eigenvalues of XᵀX and their eigenvectors: a full decomposition when X is narrow, else a block
 * Krylov iteration (Musco & Musco 2015, https://arxiv.org/abs/1504.05477) whose products with X and Xᵀ run in float32,
 * and a Rayleigh–Ritz step in float64 over all that it has seen, so that eigenvalues are right to about ten digits of
 * the largest.
 *
 * @param x n × d; at most min(n, d) eigenpairs are returned.
 * @param about subtracted from every row: X stands for x − about.
 */
export async function leadingEigen(x: Matrix, count: number, about?: Float64Array): Promise<LeadingEigen> {
  const wanted = Math.min(count, x.rows, x.cols);
  const shifted = { ...x, about: about ?? new Float64Array(x.cols) };
  if (x.cols <= EXACT_UP_TO) {
    const whole = inFloat64(shifted, 0, x.rows);
    const { values, vectors } = symmetricEigen(await largeProduct(whole, whole, 'a'));
    const last = x.cols - 1;
    const top = { data: new Float64Array(wanted * x.cols), rows: wanted, cols: x.cols };
    for (let i = 0; i < wanted; i++) row(top, i).set(row(vectors, last - i));
    return {
      values: Float64Array.from({ length: wanted }, (_, i) => values[last - i]),
      vectors: top,
      scores: await largeProduct(whole, top, 'b'),
      total: dot(whole.data, whole.data),
    };
  }
  const { x32, total } = inFloat32(shifted);
  const basis = await krylovBasis(x32, wanted);
  const image = await times64(shifted, basis);
  const { values, vectors } = symmetricEigen(await largeProduct(image, image, 'a'));
  const m = basis.rows;
  const top = { data: new Float64Array(wanted * m), rows: wanted, cols: m };
  for (let i = 0; i < wanted; i++) row(top, i).set(row(vectors, m - 1 - i));
  return {
    values: Float64Array.from({ length: wanted }, (_, i) => Math.max(0, values[m - 1 - i])),
    vectors: await largeProduct(top, basis),
    scores: await largeProduct(image, top, 'b'),
    total,
  };
}

interface Shifted extends Matrix {
  readonly about: Float64Array;
}

function inFloat64(
  { data, cols, about }: Shifted,
  from: number,
  to: number,
  into = new Float64Array((to - from) * cols),
): Matrix<Float64Array> {
  for (let i = from, k = 0; i < to; i++) for (let j = 0; j < cols; j++, k++) into[k] = data[i * cols + j] - about[j];
  return { data: into.subarray(0, (to - from) * cols), rows: to - from, cols };
}

function inFloat32({ data, rows, cols, about }: Shifted): { x32: Matrix<Float32Array>; total: number } {
  const out = new Float32Array(rows * cols);
  let total = 0;
  for (let i = 0; i < rows; i++) {
    let [even, odd] = [0, 0];
    const at = i * cols;
    let j = 0;
    for (; j + 2 <= cols; j += 2) {
      const a = data[at + j] - about[j];
      const b = data[at + j + 1] - about[j + 1];
      out[at + j] = a;
      out[at + j + 1] = b;
      even += a * a;
      odd += b * b;
    }
    if (j < cols) even += (out[at + j] = data[at + j] - about[j]) ** 2;
    total += even + odd;
  }
  return { x32: { data: out, rows, cols }, total };
}

/** X times each row of `vectors`, n × their number, in float64. */
async function times64(x: Shifted, vectors: Matrix<Float64Array>): Promise<Matrix<Float64Array>> {
  const out = new Float64Array(x.rows * vectors.rows);
  const held = new Float64Array(Math.min(CHUNK, x.rows) * x.cols);
  for (let from = 0; from < x.rows; from += CHUNK) {
    out.set(
      (await largeProduct(inFloat64(x, from, Math.min(x.rows, from + CHUNK), held), vectors, 'b')).data,
      from * vectors.rows,
    );
  }
  return { data: out, rows: x.rows, cols: vectors.rows };
}

/** Rows of a matrix that grows. */
class Rows {
  private readonly data: Float64Array;
  readonly cols: number;
  count = 0;

  constructor(limit: number, cols: number) {
    this.data = new Float64Array(limit * cols);
    this.cols = cols;
  }

  push(v: Float64Array): void {
    this.data.set(v, this.count++ * this.cols);
  }

  from(first: number): Matrix<Float64Array> {
    return {
      data: this.data.subarray(first * this.cols, this.count * this.cols),
      rows: this.count - first,
      cols: this.cols,
    };
  }
}

/** Orthonormal directions whose span holds the leading eigenvectors. */
async function krylovBasis(x: Matrix<Float32Array>, wanted: number): Promise<Matrix<Float64Array>> {
  const { rows: n, cols: d } = x;
  const block = Math.min(wanted + SPARE, n, d);
  const limit = Math.min(n, d, Math.max(WIDEST, 2 * block));
  const random = new Random(0, 'leading eigenvectors');
  const normal = (count: number): Matrix<Float64Array> => ({
    data: Float64Array.from({ length: count * d }, () => random.normal()),
    rows: count,
    cols: d,
  });
  const [basis, images] = [new Rows(limit, d), new Rows(limit, d)];
  let fresh = await appendOrthonormal(basis, await gramTimes(x, normal(block)), limit);
  while (fresh > 0) {
    const products = await gramTimes(x, basis.from(basis.count - fresh));
    for (let i = 0; i < products.rows; i++) images.push(row(products, i));
    if (basis.count >= limit || (basis.count > wanted && (await converged(basis.from(0), images.from(0), wanted))))
      break;
    fresh = await appendOrthonormal(basis, products, limit);
  }
  // X of lower rank than asked for: any directions serve for the eigenvalue 0.
  while (basis.count < wanted) await appendOrthonormal(basis, normal(1), wanted);
  return basis.from(0);
}

/** Largest residual of the wanted Ritz pairs against the tolerance. */
async function converged(basis: Matrix<Float64Array>, images: Matrix<Float64Array>, wanted: number): Promise<boolean> {
  const m = basis.rows;
  const { values, vectors } = symmetricEigen(await largeProduct(images, basis, 'b'));
  const weights = { data: vectors.data.subarray((m - wanted) * m), rows: wanted, cols: m };
  const [image, ritz] = [await largeProduct(weights, images), await largeProduct(weights, basis)];
  for (let k = 0; k < wanted; k++) {
    const value = values[m - wanted + k];
    const [a, b] = [row(image, k), row(ritz, k)];
    if (!(Math.sqrt(a.reduce((square, v, j) => square + (v - value * b[j]) ** 2, 0)) <= TOLERANCE * values[m - 1]))
      return false;
  }
  return true;
}

/** XᵀX times each row of `vectors`, products in float32. */
async function gramTimes(x: Matrix<Float32Array>, vectors: Matrix<Float64Array>): Promise<Matrix<Float64Array>> {
  const nodes = [
    { op: 'Gemm', inputs: ['vectors', 'x'], outputs: ['image'], attributes: { transB: 1 } },
    { op: 'MatMul', inputs: ['image', 'x'], outputs: ['out'] },
  ];
  const { out } = await runGraph(
    'gram times rows',
    { nodes, outputs: ['out'] },
    { x, vectors: { ...vectors, data: Float32Array.from(vectors.data) } },
  );
  return { data: Float64Array.from(out.data), rows: vectors.rows, cols: x.cols };
}

/**
 * Appends the new directions of `vectors` at unit length, up to `limit` in all; returns how many there were. Two passes
 * are enough to be orthogonal to rounding (Kahan & Parlett).
 */
async function appendOrthonormal(basis: Rows, vectors: Matrix<Float64Array>, limit: number): Promise<number> {
  const sizes = Array.from({ length: vectors.rows }, (_, i) => Math.sqrt(dot(row(vectors, i), row(vectors, i))));
  let block = await orthonormal(basis.from(0), vectors, (i) => ROUNDING * sizes[i]);
  block = await orthonormal(basis.from(0), block, () => 0.5);
  const fresh = Math.min(block.rows, limit - basis.count);
  for (let i = 0; i < fresh; i++) basis.push(row(block, i));
  return fresh;
}

/**
 * Rows less their parts along the basis and along the rows before them, at unit length; those not longer than `rest`
 * are left out.
 */
async function orthonormal(
  basis: Matrix<Float64Array>,
  vectors: Matrix<Float64Array>,
  rest: (i: number) => number,
): Promise<Matrix<Float64Array>> {
  const { rows, cols } = vectors;
  const along =
    basis.rows === 0 || rows === 0 ? null : await largeProduct(await largeProduct(vectors, basis, 'b'), basis);
  const data = along === null ? vectors.data.slice() : vectors.data.map((v, k) => v - along.data[k]);
  const kept: Float64Array[] = [];
  for (let i = 0; i < rows; i++) {
    const v = data.subarray(i * cols, (i + 1) * cols);
    for (const b of kept) {
      const part = dot(v, b);
      for (let j = 0; j < cols; j++) v[j] -= part * b[j];
    }
    const size = Math.sqrt(dot(v, v));
    if (!(size > rest(i))) continue;
    for (let j = 0; j < cols; j++) v[j] /= size;
    kept.push(v);
  }
  const out = new Float64Array(kept.length * cols);
  kept.forEach((v, i) => out.set(v, i * cols));
  return { data: out, rows: kept.length, cols };
}
