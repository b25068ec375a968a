/**
 * CKA between all pairs of many representations at once (definition: `kernels.ts`), without ever holding a whole kernel: a
 * block of every kernel is made at a time, and all pairs of blocks are multiplied in one product. Only the lower
 * triangle is made. Memory grows with representations × 512 × 1,024.
 *
 * Kernels need not be centred before they are multiplied: with u = X·m, m the mean row and c = m·m, centring K = XXᵀ
 * gives K_ij − u_i − u_j + c, and the product of two such kernels is Σ K_ij·L_ij − 2n·Σ u_i·v_i + n²·c·e. That saves a
 * copy of X where the subtraction costs no digits, which is where the mean row is no longer than rows are spread.
 */
import { PlumblineError } from '../../core/errors.ts';
import type { Matrix } from '../../core/matrix.ts';
import { runGraph } from '../../core/numerics/large-products.ts';
import type { OnnxNode } from '../../core/numerics/onnx-model.ts';
import { columnMeans } from '../../core/numerics/centre.ts';
import { dot } from '../../core/numerics/dot.ts';
import { columnMoments } from '../../core/numerics/standardise.ts';
import type { CkaOptions } from './kernels.ts';

/** Largest blocks off the diagonal, and on it. Small ones on it waste little on the upper triangle. */
const BLOCK = { rows: 512, columns: 1024, diagonal: 128 };

/**
 * Products run in the representations' own element type, float32 or float64 (float64 as soon as one is); sums over
 * strips in float64. Float32 is right to about 1e-5.
 *
 * @param representations n × d₁, n × d₂, … of the same rows.
 * @returns symmetric; null where a representation does not vary.
 * @throws {PlumblineError} `not-finite`; {RangeError} when row numbers differ, or there are fewer than 4 rows.
 */
export async function ckaMatrix(
  representations: readonly Matrix[],
  { estimator = 'debiased' }: CkaOptions = {},
): Promise<(number | null)[][]> {
  const count = representations.length;
  if (count === 0) return [];
  const n = representations[0].rows;
  if (representations.some(({ rows }) => rows !== n))
    throw new RangeError(
      `representations of the same rows are needed: ${representations.map(({ rows }) => rows).join(', ')} rows`,
    );
  if (n < 4) throw new RangeError(`CKA needs at least 4 rows: ${n}`);
  const wide = representations.some(({ data }) => data instanceof Float64Array);
  const kernels = await Promise.all(representations.map((matrix, l) => kernelOf(matrix, wide, l)));
  const products = await kernelProducts(kernels.map(({ x }) => x));
  const diagonals = kernels.map(({ diagonal }) => diagonal);
  const traces = diagonals.map((diagonal) => diagonal.reduce((sum, v) => sum + v, 0));
  // Rows of a centred kernel sum to 0, so that those of the kernel without its diagonal sum to −K_ii.
  const hsic = (k: number, l: number): number => {
    const [one, two] = [kernels[k], kernels[l]];
    const product =
      products[k * count + l] - 2 * n * dot(one.alongMean, two.alongMean) + n ** 2 * one.meanSquare * two.meanSquare;
    if (estimator === 'biased') return product / (n - 1) ** 2;
    const onDiagonal = dot(diagonals[k], diagonals[l]);
    return (
      (product - onDiagonal + (traces[k] * traces[l]) / ((n - 1) * (n - 2)) - (2 / (n - 2)) * onDiagonal) /
      (n * (n - 3))
    );
  };
  const own = kernels.map((_, k) => hsic(k, k));
  return kernels.map((_, k) =>
    kernels.map((_, l) =>
      own[k] > 0 && own[l] > 0
        ? k === l
          ? 1
          : hsic(Math.max(k, l), Math.min(k, l)) / Math.sqrt(own[k] * own[l])
        : null,
    ),
  );
}

/** What a linear kernel is made from. */
interface Kernel {
  /** Centred or as given. */
  readonly x: Matrix;
  /** u of `x`; 0 where it is centred. */
  readonly alongMean: Float64Array;
  /** c of `x`. */
  readonly meanSquare: number;
  /** Of the centred kernel. */
  readonly diagonal: Float64Array;
}

async function kernelOf(matrix: Matrix, wide: boolean, index: number): Promise<Kernel> {
  const { rows: n, cols, data } = matrix;
  const mean = columnMeans(matrix);
  const meanSquare = dot(mean, mean);
  const alongMean = new Float64Array(n);
  const diagonal = new Float64Array(n);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const at = i * cols;
    // Two sums of each, so that one addition need not wait for the other.
    let [along, square, oddAlong, oddSquare] = [0, 0, 0, 0];
    let j = 0;
    for (; j + 2 <= cols; j += 2) {
      const v = data[at + j];
      const w = data[at + j + 1];
      along += v * mean[j];
      square += v * v;
      oddAlong += w * mean[j + 1];
      oddSquare += w * w;
    }
    if (j < cols) {
      along += data[at + j] * mean[j];
      square += data[at + j] ** 2;
    }
    along += oddAlong;
    square += oddSquare;
    alongMean[i] = along;
    diagonal[i] = square - 2 * along + meanSquare;
    squares += square;
  }
  if (!Number.isFinite(squares))
    throw new PlumblineError('not-finite', `representation ${index} holds NaN or infinity`, {
      hint: 'look for NaN weights or a float16 overflow in the checkpoint',
    });
  if (2 * meanSquare > squares / n) return centredKernel(matrix, wide);
  const sameType = wide === data instanceof Float64Array;
  return { x: sameType ? matrix : { data: Float64Array.from(data), rows: n, cols }, alongMean, meanSquare, diagonal };
}

/** From columns about their means; those that vary by rounding only become 0. */
async function centredKernel(matrix: Matrix, wide: boolean): Promise<Kernel> {
  const { rows, cols } = matrix;
  const { mean, sd } = columnMoments(matrix);
  const typed = (values: ArrayLike<number>): Float32Array | Float64Array =>
    wide ? Float64Array.from(values) : Float32Array.from(values);
  const graph = { nodes: [{ op: 'Sub', inputs: ['x', 'mean'], outputs: ['centred'] }], outputs: ['centred'] };
  const given = wide && !(matrix.data instanceof Float64Array) ? { ...matrix, data: typed(matrix.data) } : matrix;
  const { data } = (await runGraph('about the mean', graph, { x: given, mean: { data: typed(mean), rows: 1, cols } }))
    .centred;
  for (let j = 0; j < cols; j++) if (sd[j] === 0) for (let i = 0; i < rows; i++) data[i * cols + j] = 0;
  const diagonal = Float64Array.from({ length: rows }, (_, i) => {
    const centred = data.subarray(i * cols, (i + 1) * cols);
    return dot(centred, centred);
  });
  return { x: { data, rows, cols }, alongMean: new Float64Array(rows), meanSquare: 0, diagonal };
}

/** Σ_ij K_ij·L_ij of all pairs, K = XXᵀ of each x. */
async function kernelProducts(x: readonly Matrix[]): Promise<Float64Array> {
  const count = x.length;
  const nodes: OnnxNode[] = x.flatMap((_, l) => [
    { op: 'Gemm', inputs: [`a${l}`, `b${l}`], outputs: [`kernel${l}`], attributes: { transB: 1 } },
    { op: 'Reshape', inputs: [`kernel${l}`, 'flat'], outputs: [`flat${l}`] },
  ]);
  nodes.push({ op: 'Concat', inputs: x.map((_, l) => `flat${l}`), outputs: ['all'], attributes: { axis: 0 } });
  nodes.push({ op: 'Gemm', inputs: ['all', 'all'], outputs: ['out'], attributes: { transB: 1 } });
  const graph = { nodes, outputs: ['out'], constants: { flat: [1, -1] } };
  const slice = ({ data, cols }: Matrix, [from, to]: Range): Matrix => ({
    data: data.subarray(from * cols, to * cols),
    rows: to - from,
    cols,
  });
  const sums = new Float64Array(count * count);
  for (const { rows, columns } of triangle([0, x[0].rows])) {
    const inputs = Object.fromEntries(
      x.flatMap((matrix, l) => [
        [`a${l}`, slice(matrix, rows)],
        [`b${l}`, slice(matrix, columns)],
      ]),
    );
    const { out } = await runGraph(`kernel blocks ${count}`, graph, inputs);
    const weight = rows === columns ? 1 : 2;
    for (let k = 0; k < sums.length; k++) sums[k] += weight * out.data[k];
  }
  return sums;
}

type Range = readonly [from: number, to: number];

interface Block {
  readonly rows: Range;
  readonly columns: Range;
}

/** Blocks that cover the lower triangle; those on the diagonal have one range for both. */
function triangle(range: Range): Block[] {
  const [from, to] = range;
  if (to - from <= BLOCK.diagonal) return [{ rows: range, columns: range }];
  const middle = (from + to) >> 1;
  return [...triangle([from, middle]), ...rectangle([middle, to], [from, middle]), ...triangle([middle, to])];
}

function rectangle(rows: Range, columns: Range): Block[] {
  const halves = ([from, to]: Range): Range[] => [
    [from, (from + to) >> 1],
    [(from + to) >> 1, to],
  ];
  if (rows[1] - rows[0] > BLOCK.rows) return halves(rows).flatMap((half) => rectangle(half, columns));
  if (columns[1] - columns[0] > BLOCK.columns) return halves(columns).flatMap((half) => rectangle(rows, half));
  return [{ rows, columns }];
}
