/**
 * LEACE, least-squares concept erasure in closed form (Belrose et al. 2023, https://arxiv.org/abs/2306.03819, theorem
 * 4.3): the affine map that moves the states least among all that leave no linear information on a concept. x' = μ +
 * P(x − μ), P = I − W⁺UUᵀW, W = Σxx^(−1/2), U the left singular vectors of W·Σxz.
 *
 * No square root is needed: with M = Σzx·Σxx⁺·Σxz = V·S²·Vᵀ (k × k), W⁺U = Σxz·V·S⁻¹ and UᵀW = S⁻¹·Vᵀ·Σzx·Σxx⁺.
 */
import { PlumblineError } from '../../core/errors.ts';
import type { Matrix } from '../../core/matrix.ts';
import { cholesky, choleskySolve } from '../../core/numerics/cholesky.ts';
import { centreColumns } from '../../core/numerics/centre.ts';
import { largeProduct } from '../../core/numerics/large-products.ts';
import { requireFinite } from '../../core/numerics/standardise.ts';
import { symmetricEigen } from '../../core/numerics/symmetric-eigen.ts';
import type { Eraser } from './eraser.ts';

export interface LeaceOptions {
  /**
   * Share s of the identity in (1 − s)·Σxx + s·(tr Σxx/d)·I. `optimal` is the linear shrinkage of Bodnar, Gupta &
   * Parolya (2014), the default of the authors' implementation; 0 is none. The guarantee on the rows fitted holds for
   * any s; held-out rows gain from shrinkage unless n ≫ d. Defaults to *optimal*.
   */
  readonly shrinkage?: number | 'optimal';
  /**
   * Singular values of W·Σxz up to this are noise and are left alone; defaults to *.01*, as in the authors'
   * implementation.
   */
  readonly svdTolerance?: number;
}

export const SVD_TOLERANCE = 0.01;

/**
 * First and second moments of rows seen so far, merged batch by batch (Chan, Golub & LeVeque 1979): the order and size
 * of batches change rounding only.
 */
export class LeaceFitter {
  private readonly options: Required<LeaceOptions>;
  private n = 0;
  private readonly meanX: Float64Array;
  private readonly meanZ: Float64Array;
  /** Σ(x − μ)(x − μ)ᵀ, d × d. */
  private readonly xx: Matrix<Float64Array>;
  /** Σ(x − μ)(z − ν)ᵀ, d × k. */
  private readonly xz: Matrix<Float64Array>;

  /** @param shape `width` d of the states, `concepts` k columns of z (one for two classes, one a class for more). */
  constructor({ width, concepts = 1 }: { width: number; concepts?: number }, options: LeaceOptions = {}) {
    this.options = checkOptions(options);
    this.meanX = new Float64Array(width);
    this.meanZ = new Float64Array(concepts);
    this.xx = { data: new Float64Array(width * width), rows: width, cols: width };
    this.xz = { data: new Float64Array(width * concepts), rows: width, cols: concepts };
  }

  /** Adds rows x (m × d) with their concepts z (m × k). Throws `not-finite`; a `RangeError` on wrong shapes. */
  async update(x: Matrix, z: Matrix): Promise<this> {
    const [d, k] = [this.meanX.length, this.meanZ.length];
    if (x.cols !== d || z.cols !== k || x.rows !== z.rows)
      throw new RangeError(
        `expected m × ${d} states and m × ${k} concepts, got ${x.rows} × ${x.cols} and ${z.rows} × ${z.cols}`,
      );
    checkRows(x, z);
    if (x.rows === 0) return this;
    const { centred: cx, means: mx } = centreColumns(x);
    const { centred: cz, means: mz } = centreColumns(z);
    const batchXx = await largeProduct(cx, cx, 'a');
    const batchXz = await largeProduct(cx, cz, 'a');
    const total = this.n + x.rows;
    const weight = (this.n * x.rows) / total;
    const shiftX = mx.map((mean, j) => mean - this.meanX[j]);
    const shiftZ = mz.map((mean, j) => mean - this.meanZ[j]);
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) this.xx.data[i * d + j] += batchXx.data[i * d + j] + weight * shiftX[i] * shiftX[j];
      for (let j = 0; j < k; j++) this.xz.data[i * k + j] += batchXz.data[i * k + j] + weight * shiftX[i] * shiftZ[j];
    }
    for (let j = 0; j < d; j++) this.meanX[j] += (shiftX[j] * x.rows) / total;
    for (let j = 0; j < k; j++) this.meanZ[j] += (shiftZ[j] * x.rows) / total;
    this.n = total;
    return this;
  }

  /** The eraser of the rows seen so far. Throws `too-few-rows` below 2. */
  eraser(): Eraser {
    const { n } = this;
    needRows(n);
    const d = this.meanX.length;
    const covariance = { ...this.xx, data: this.xx.data.map((v) => v / n) };
    const cross = { ...this.xz, data: this.xz.data.map((v) => v / n) };
    let [trace, square] = [0, 0];
    for (let j = 0; j < d; j++) trace += covariance.data[j * d + j];
    for (const v of covariance.data) square += v * v;
    const s = intensity(this.options.shrinkage, { trace, square, n, d });
    const shrunk = covariance.data.map((v) => (1 - s) * v);
    for (let j = 0; j < d; j++) shrunk[j * d + j] += (s * trace) / d;
    return assemble(this.meanX.slice(), cross, solveSymmetric({ ...covariance, data: shrunk }, cross), s, this.options);
  }
}

/**
 * LEACE of whole matrices: as the streaming fitter, but with n < d through the n × n kernel of the rows, so that wide
 * states cost no d × d matrix.
 *
 * @param x n × d.
 * @param z n × k; for two classes one column of 0 and 1, for more one column a class (`oneHot`), or any numbers.
 * @throws {PlumblineError} `too-few-rows`, `not-finite`.
 */
export async function fitLeace(x: Matrix, z: Matrix, options: LeaceOptions = {}): Promise<Eraser> {
  const { rows: n, cols: d } = x;
  const checked = checkOptions(options);
  if (n !== z.rows) throw new RangeError(`${n} states, but ${z.rows} rows of concepts`);
  needRows(n);
  if (d <= n) return (await new LeaceFitter({ width: d, concepts: z.cols }, options).update(x, z)).eraser();
  checkRows(x, z);
  const { centred, means } = centreColumns(x);
  const { centred: concepts } = centreColumns(z);
  const kernel = await largeProduct(centred, centred, 'b');
  let [trace, square] = [0, 0];
  for (let i = 0; i < n; i++) trace += kernel.data[i * n + i] / n;
  for (const v of kernel.data) square += (v / n) ** 2;
  const s = intensity(checked.shrinkage, { trace, square, n, d });
  // (a·XᵀX + b·I)⁻¹Xᵀ = Xᵀ(a·XXᵀ + b·I)⁻¹. The concepts are centred, so the kernel's null vector 1 may be given any
  // eigenvalue.
  const system = kernel.data.map((v) => ((1 - s) * v) / n + trace / n);
  for (let i = 0; i < n; i++) system[i * n + i] += (s * trace) / d;
  const dual = solveSymmetric({ data: system, rows: n, cols: n }, concepts);
  const scale = ({ data, ...shape }: Matrix<Float64Array>): Matrix<Float64Array> => ({
    data: data.map((v) => v / n),
    ...shape,
  });
  return assemble(
    means,
    scale(await largeProduct(centred, concepts, 'a')),
    scale(await largeProduct(centred, dual, 'a')),
    s,
    checked,
  );
}

/** One 0/1 column a class, for concepts of more than two classes. */
export function oneHot(labels: ArrayLike<number>, classes: number): Matrix<Float64Array> {
  const data = new Float64Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= classes)
      throw new RangeError(`labels must be integers from 0 to ${classes - 1}, got ${labels[i]} in row ${i}`);
    data[i * classes + labels[i]] = 1;
  }
  return { data, rows: labels.length, cols: classes };
}

/** @param cross Σxz (d × k); `solved` Σxx⁺Σxz. */
function assemble(
  mean: Float64Array,
  cross: Matrix<Float64Array>,
  solved: Matrix<Float64Array>,
  shrinkage: number,
  { svdTolerance }: Required<LeaceOptions>,
): Eraser {
  const { rows: d, cols: k } = cross;
  const inner = new Float64Array(k * k);
  for (let i = 0; i < d; i++)
    for (let a = 0; a < k; a++)
      for (let b = 0; b < k; b++)
        inner[a * k + b] +=
          (cross.data[i * k + a] * solved.data[i * k + b] + cross.data[i * k + b] * solved.data[i * k + a]) / 2;
  const { values, vectors } = symmetricEigen({ data: inner, rows: k, cols: k });
  const kept = [...values.keys()].filter((a) => values[a] > svdTolerance ** 2).reverse();
  const factor = (from: Matrix<Float64Array>): Matrix<Float64Array> => {
    const data = new Float64Array(kept.length * d);
    kept.forEach((a, r) => {
      const size = Math.sqrt(values[a]);
      for (let i = 0; i < d; i++)
        for (let c = 0; c < k; c++) data[r * d + i] += (from.data[i * k + c] * vectors.data[a * k + c]) / size;
    });
    return { data, rows: kept.length, cols: d };
  };
  return { method: 'leace', mean, left: factor(cross), right: factor(solved), shrinkage };
}

/**
 * A⁺·B for symmetric, positive semidefinite A: Cholesky, or where A is singular the pseudo-inverse from its
 * eigenvectors, as in the authors' implementation.
 */
function solveSymmetric(a: Matrix<Float64Array>, b: Matrix<Float64Array>): Matrix<Float64Array> {
  const { rows: n, cols: k } = b;
  const data = new Float64Array(n * k);
  const column = (c: number): Float64Array => Float64Array.from({ length: n }, (_, i) => b.data[i * k + c]);
  const set = (c: number, x: ArrayLike<number>): void => {
    for (let i = 0; i < n; i++) data[i * k + c] = x[i];
  };
  const factor = cholesky(a);
  if (factor !== null) {
    for (let c = 0; c < k; c++) set(c, choleskySolve(factor, column(c)));
    return { data, rows: n, cols: k };
  }
  const { values, vectors } = symmetricEigen(a);
  const floor = values[n - 1] * n * Number.EPSILON;
  for (let c = 0; c < k; c++) {
    const rhs = column(c);
    const x = new Float64Array(n);
    for (let r = 0; r < n; r++) {
      if (!(values[r] > floor)) continue;
      let along = 0;
      for (let i = 0; i < n; i++) along += vectors.data[r * n + i] * rhs[i];
      for (let i = 0; i < n; i++) x[i] += (along / values[r]) * vectors.data[r * n + i];
    }
    set(c, x);
  }
  return { data, rows: n, cols: k };
}

function intensity(
  shrinkage: number | 'optimal',
  { trace, square, n, d }: { trace: number; square: number; n: number; d: number },
): number {
  if (shrinkage !== 'optimal') return shrinkage;
  const anisotropy = square - trace ** 2 / d;
  return anisotropy > 0 ? Math.min(1, trace ** 2 / n / anisotropy) : 1;
}

function checkOptions({ shrinkage = 'optimal', svdTolerance = SVD_TOLERANCE }: LeaceOptions): Required<LeaceOptions> {
  if (shrinkage !== 'optimal' && !(shrinkage >= 0 && shrinkage <= 1))
    throw new RangeError(`shrinkage must be 'optimal' or lie in [0, 1], got ${shrinkage}`);
  if (!(svdTolerance >= 0)) throw new RangeError(`svdTolerance must be ≥ 0, got ${svdTolerance}`);
  return { shrinkage, svdTolerance };
}

function checkRows(x: Matrix, z: Matrix): void {
  requireFinite(x, 'the states');
  requireFinite(z, 'the concepts');
}

function needRows(n: number): void {
  if (n < 2)
    throw new PlumblineError('too-few-rows', `LEACE needs at least 2 rows, there are ${n}`, {
      hint: 'give the fitter rows of more than one scene',
    });
}
