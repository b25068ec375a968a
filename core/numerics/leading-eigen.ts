import type { Matrix } from '../matrix.ts';
import { Random } from '../random.ts';
import { dot } from './dot.ts';
import { gram } from './gram.ts';
import { symmetricEigen } from './symmetric-eigen.ts';

/** Up to this width a full decomposition of XᵀX takes a fraction of a second. */
const EXACT_UP_TO = 256;
/** Residual of an eigenpair relative to the largest eigenvalue; an eigenvalue's error is about its square. */
const TOLERANCE = 1e-9;
const CHECK_EVERY = 10;

export interface LeadingEigen {
  /** Descending. */
  readonly values: Float64Array;
  /** One unit eigenvector a row. */
  readonly vectors: Matrix<Float64Array>;
}

/**
 * The `count` largest eigenvalues of XᵀX and their eigenvectors: a full decomposition when X is narrow, else Lanczos with full
 * reorthogonalisation (Golub & Van Loan, ch. 10), which needs products with X and Xᵀ only. A few tens of them suffice for the leading
 * components, so 1,350 × 4,096 takes about a second.
 *
 * @param x n × d; at most min(n, d) eigenpairs are returned.
 */
export function leadingEigen(x: Matrix<Float64Array>, count: number): LeadingEigen {
  const wanted = Math.min(count, x.rows, x.cols);
  if (x.cols > EXACT_UP_TO) return lanczos(x, wanted);
  const { values, vectors } = symmetricEigen(gram(x));
  const last = x.cols - 1;
  return pick(wanted, x.cols, (i) => values[last - i], (i) => vectors.data.subarray((last - i) * x.cols, (last - i + 1) * x.cols));
}

function lanczos(x: Matrix<Float64Array>, wanted: number): LeadingEigen {
  const random = new Random(0, 'lanczos');
  const steps = Math.min(x.rows, x.cols);
  const basis: Float64Array[] = [];
  const diagonal: number[] = [];
  const offDiagonal: number[] = [];
  let next = freshDirection(basis, x.cols, random);
  for (;;) {
    basis.push(next);
    const image = applyGram(x, next);
    diagonal.push(dot(image, next));
    orthogonalise(image, basis);
    const size = Math.sqrt(dot(image, image));
    const done = basis.length === steps;
    // An exhausted direction (low rank, repeated eigenvalues) is followed by a fresh one, uncoupled from the others.
    const exhausted = size <= 1e-12 * Math.max(...diagonal);
    if (done || (basis.length >= 2 * wanted && basis.length % CHECK_EVERY === 0 && !exhausted)) {
      const { values, vectors } = symmetricEigen(tridiagonal(diagonal, offDiagonal));
      const k = basis.length;
      const residual = (i: number): number => Math.abs(size * vectors.data[(k - 1 - i) * k + k - 1]);
      if (done || Array.from({ length: wanted }, (_, i) => residual(i)).every((r) => r <= TOLERANCE * values[k - 1])) {
        return pick(wanted, x.cols, (i) => Math.max(0, values[k - 1 - i]), (i) => combine(basis, vectors.data.subarray((k - 1 - i) * k, (k - i) * k)));
      }
    }
    offDiagonal.push(exhausted ? 0 : size);
    next = exhausted ? freshDirection(basis, x.cols, random) : image.map((value) => value / size);
  }
}

function applyGram({ data, rows, cols }: Matrix<Float64Array>, v: Float64Array): Float64Array {
  const out = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    const values = data.subarray(i * cols, (i + 1) * cols);
    const projection = dot(values, v);
    for (let j = 0; j < cols; j++) out[j] += projection * values[j];
  }
  return out;
}

/** Twice is enough to be orthogonal to rounding (Kahan & Parlett). */
function orthogonalise(v: Float64Array, basis: readonly Float64Array[]): void {
  for (let pass = 0; pass < 2; pass++) {
    for (const b of basis) {
      const along = dot(v, b);
      for (let j = 0; j < v.length; j++) v[j] -= along * b[j];
    }
  }
}

function freshDirection(basis: readonly Float64Array[], cols: number, random: Random): Float64Array {
  const v = Float64Array.from({ length: cols }, () => random.normal());
  orthogonalise(v, basis);
  const size = Math.sqrt(dot(v, v));
  return v.map((value) => value / size);
}

function tridiagonal(diagonal: readonly number[], offDiagonal: readonly number[]): Matrix<Float64Array> {
  const n = diagonal.length;
  const data = new Float64Array(n * n);
  diagonal.forEach((value, i) => (data[i * n + i] = value));
  for (let i = 0; i + 1 < n; i++) data[(i + 1) * n + i] = data[i * n + i + 1] = offDiagonal[i];
  return { data, rows: n, cols: n };
}

function combine(basis: readonly Float64Array[], weights: Float64Array): Float64Array {
  const out = new Float64Array(basis[0].length);
  basis.forEach((b, k) => {
    for (let j = 0; j < out.length; j++) out[j] += weights[k] * b[j];
  });
  return out;
}

function pick(count: number, cols: number, value: (i: number) => number, vector: (i: number) => Float64Array): LeadingEigen {
  const values = Float64Array.from({ length: count }, (_, i) => value(i));
  const data = new Float64Array(count * cols);
  for (let i = 0; i < count; i++) data.set(vector(i), i * cols);
  return { values, vectors: { data, rows: count, cols } };
}
