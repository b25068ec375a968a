import { row, takeRows, type Matrix } from '../../core/matrix.ts';
import { dot } from '../../core/numerics/dot.ts';
import { largeProduct, runGraph } from '../../core/numerics/large-products.ts';
import { leadingEigen } from '../../core/numerics/leading-eigen.ts';
import { Random } from '../../core/random.ts';
import { symmetricEigen } from '../../core/numerics/symmetric-eigen.ts';

/** Directions carried beside the wanted ones. */
const SPARE = 3;
/**
 * Power steps from the directions of all rows. A direction half as strong as the wanted one fades by 2⁸ beside what the
 * group moved it by, which is a hundredth of a degree or less.
 */
const STEPS = 8;

/** The leading right singular vectors of rows about 0. */
export interface LeadingSpace {
  /** One unit vector a row. */
  readonly basis: Matrix<Float64Array>;
  /** Mean squares along the basis, and along the direction after it; descending. */
  readonly squares: Float64Array;
}

/** A space of all rows, and without each group of them. */
export interface JackknifedSpace {
  readonly all: LeadingSpace;
  readonly without: readonly LeadingSpace[];
}

/**
 * The `k` leading directions of the rows, and those without each group, all groups in one product a power step.
 * Rayleigh–Ritz in float64 at the end.
 *
 * @param x n × d.
 * @param groupOf group of each row, 0 … groups − 1.
 */
export async function jackknifedSpace(
  x: Matrix<Float64Array>,
  groupOf: ArrayLike<number>,
  groups: number,
  k: number,
): Promise<JackknifedSpace> {
  const { values, vectors } = await leadingEigen(x, k + 1);
  const wanted = Math.min(k, vectors.rows);
  const all = { basis: head(vectors, wanted), squares: values.map((value) => value / x.rows) };
  const start = widened(vectors, Math.min(k + 1 + SPARE, x.rows, x.cols));
  const width = start.rows;
  const columns = groups * width;
  const kept = { data: new Float32Array(x.rows * columns), rows: x.rows, cols: columns };
  for (let i = 0; i < x.rows; i++)
    for (let g = 0; g < groups; g++)
      if (groupOf[i] !== g) kept.data.fill(1, i * columns + g * width, i * columns + (g + 1) * width);
  const rows32 = { data: Float32Array.from(x.data), rows: x.rows, cols: x.cols };
  let bases = Array.from({ length: groups }, () => start);
  for (let step = 0; step < STEPS; step++) {
    const { out } = await runGraph('leave-out power step', STEP, { x: rows32, z: sideBySide(bases, x.cols), kept });
    bases = bases.map((_, g) =>
      orthonormal(blockOf(out.data, columns, g * width, width, x.cols), step === STEPS - 1 ? 2 : 1),
    );
  }
  const without: LeadingSpace[] = [];
  for (let g = 0; g < groups; g++) {
    const rest: number[] = [];
    for (let i = 0; i < x.rows; i++) if (groupOf[i] !== g) rest.push(i);
    without.push(await ritz(takeRows(x, rest), bases[g], wanted));
  }
  return { all, without };
}

/** With random directions after the given ones. */
function widened({ data, rows, cols }: Matrix<Float64Array>, count: number): Matrix<Float64Array> {
  const random = new Random(0, 'spare directions');
  const out = { data: new Float64Array(count * cols), rows: count, cols };
  out.data.set(data.subarray(0, Math.min(rows, count) * cols));
  for (let i = rows * cols; i < out.data.length; i++) out.data[i] = random.normal();
  return orthonormal(out, 2);
}

/** Xᵀ(kept ∘ XZ): a power step of every group's directions, the groups side by side. */
const STEP = {
  nodes: [
    { op: 'MatMul', inputs: ['x', 'z'], outputs: ['image'] },
    { op: 'Mul', inputs: ['image', 'kept'], outputs: ['masked'] },
    { op: 'Gemm', inputs: ['x', 'masked'], outputs: ['out'], attributes: { transA: 1 } },
  ],
  outputs: ['out'],
};

function sideBySide(bases: readonly Matrix<Float64Array>[], d: number): Matrix<Float32Array> {
  const width = bases[0].rows;
  const cols = bases.length * width;
  const data = new Float32Array(d * cols);
  bases.forEach((basis, g) => {
    for (let c = 0; c < width; c++) for (let j = 0; j < d; j++) data[j * cols + g * width + c] = basis.data[c * d + j];
  });
  return { data, rows: d, cols };
}

function blockOf(data: Float32Array, cols: number, from: number, width: number, d: number): Matrix<Float64Array> {
  const out = { data: new Float64Array(width * d), rows: width, cols: d };
  for (let j = 0; j < d; j++) for (let c = 0; c < width; c++) out.data[c * d + j] = data[j * cols + from + c];
  return out;
}

/**
 * Rows made orthonormal, in two passes to rounding (Kahan & Parlett); one that vanishes (rows of lower rank) stays 0.
 */
function orthonormal(basis: Matrix<Float64Array>, passes: number): Matrix<Float64Array> {
  for (let i = 0; i < basis.rows; i++) {
    const v = row(basis, i);
    const before = Math.sqrt(dot(v, v));
    for (let pass = 0; pass < passes; pass++) {
      for (let j = 0; j < i; j++) {
        const u = row(basis, j);
        const along = dot(u, v);
        for (let c = 0; c < v.length; c++) v[c] -= along * u[c];
      }
    }
    const size = Math.sqrt(dot(v, v));
    const scale = size > 1e-6 * before ? 1 / size : 0;
    for (let c = 0; c < v.length; c++) v[c] *= scale;
  }
  return basis;
}

async function ritz(x: Matrix<Float64Array>, directions: Matrix<Float64Array>, k: number): Promise<LeadingSpace> {
  const image = await largeProduct(x, directions, 'b');
  const { values, vectors } = symmetricEigen(await largeProduct(image, image, 'a'));
  const m = values.length;
  const top = { data: new Float64Array(k * m), rows: k, cols: m };
  for (let i = 0; i < k; i++) top.data.set(row(vectors, m - 1 - i), i * m);
  return {
    basis: await largeProduct(top, directions),
    squares: Float64Array.from({ length: Math.min(k + 1, m) }, (_, i) => Math.max(0, values[m - 1 - i]) / x.rows),
  };
}

function head({ data, cols }: Matrix<Float64Array>, rows: number): Matrix<Float64Array> {
  return { data: data.slice(0, rows * cols), rows, cols };
}
