/**
 * CKA between all pairs of many representations at once (definition: `cka.ts`), without ever holding a whole kernel: a strip of rows of every kernel is made at a time, and all
 * pairs of strips are multiplied in one product. Only the lower triangle is made. Memory grows with representations × 256 × 2,048.
 */
import { PlumblineError } from '../core/errors.ts';
import type { Matrix } from '../core/matrix.ts';
import { runGraph } from '../core/numerics/large-products.ts';
import type { OnnxNode } from '../core/numerics/onnx-model.ts';
import { columnMoments } from '../core/numerics/standardise.ts';
import type { CkaOptions } from './cka.ts';

const STRIP = 256;
const CHUNK = 2048;

/**
 * Products run in the representations' own element type, float32 or float64 (float64 as soon as one is); sums over strips in float64. Float32 is right to about 1e-5.
 *
 * @param representations n × d₁, n × d₂, … of the same rows.
 * @returns symmetric; null where a representation does not vary.
 * @throws {PlumblineError} `not-finite`; {RangeError} when row numbers differ, or there are fewer than 4 rows.
 */
export async function ckaMatrix(representations: readonly Matrix[], { estimator = 'debiased' }: CkaOptions = {}): Promise<(number | null)[][]> {
  const count = representations.length;
  if (count === 0) return [];
  const n = representations[0].rows;
  if (representations.some(({ rows }) => rows !== n)) throw new RangeError(`representations of the same rows are needed: ${representations.map(({ rows }) => rows).join(', ')} rows`);
  if (n < 4) throw new RangeError(`CKA needs at least 4 rows: ${n}`);
  const wide = representations.some(({ data }) => data instanceof Float64Array);
  const centred = representations.map((matrix, l) => centre(matrix, wide, l));
  const products = await kernelProducts(centred);
  const diagonals = centred.map(squaredNorms);
  const traces = diagonals.map((diagonal) => diagonal.reduce((sum, v) => sum + v, 0));
  // Rows of a centred kernel sum to 0, so that those of the kernel without its diagonal sum to −K_ii.
  const hsic = (k: number, l: number): number => {
    const product = products[k * count + l];
    if (estimator === 'biased') return product / (n - 1) ** 2;
    let onDiagonal = 0;
    for (let i = 0; i < n; i++) onDiagonal += diagonals[k][i] * diagonals[l][i];
    return (product - onDiagonal + (traces[k] * traces[l]) / ((n - 1) * (n - 2)) - (2 / (n - 2)) * onDiagonal) / (n * (n - 3));
  };
  const own = centred.map((_, k) => hsic(k, k));
  return centred.map((_, k) => centred.map((_, l) => (own[k] > 0 && own[l] > 0 ? (k === l ? 1 : hsic(Math.max(k, l), Math.min(k, l)) / Math.sqrt(own[k] * own[l])) : null)));
}

/** Columns about their means; those that vary by rounding only become 0. */
function centre(matrix: Matrix, wide: boolean, index: number): Matrix {
  const { rows, cols } = matrix;
  const { mean, sd } = columnMoments(matrix);
  const data = wide ? new Float64Array(rows * cols) : new Float32Array(rows * cols);
  for (let i = 0, k = 0; i < rows; i++) for (let j = 0; j < cols; j++, k++) data[k] = sd[j] > 0 ? matrix.data[k] - mean[j] : 0;
  if (!mean.every(Number.isFinite) || !sd.every(Number.isFinite)) throw new PlumblineError('not-finite', `representation ${index} holds NaN or infinity`, { hint: 'look for NaN weights or a float16 overflow in the checkpoint' });
  return { data, rows, cols };
}

function squaredNorms({ data, rows, cols }: Matrix): Float64Array {
  const out = new Float64Array(rows);
  for (let i = 0, k = 0; i < rows; i++) {
    let sum = 0;
    for (let j = 0; j < cols; j++, k++) sum += data[k] * data[k];
    out[i] = sum;
  }
  return out;
}

/** Σ_ij K_ij·L_ij of all pairs. */
async function kernelProducts(x: readonly Matrix[]): Promise<Float64Array> {
  const count = x.length;
  const n = x[0].rows;
  const nodes: OnnxNode[] = x.flatMap((_, l) => [
    { op: 'Gemm', inputs: [`a${l}`, `b${l}`], outputs: [`kernel${l}`], attributes: { transB: 1 } },
    { op: 'Reshape', inputs: [`kernel${l}`, 'flat'], outputs: [`flat${l}`] },
  ]);
  nodes.push({ op: 'Concat', inputs: x.map((_, l) => `flat${l}`), outputs: ['all'], attributes: { axis: 0 } });
  nodes.push({ op: 'Gemm', inputs: ['all', 'all'], outputs: ['out'], attributes: { transB: 1 } });
  const graph = { nodes, outputs: ['out'], constants: { flat: [1, -1] } };
  const slice = ({ data, cols }: Matrix, from: number, to: number): Matrix => ({ data: data.subarray(from * cols, to * cols), rows: to - from, cols });
  const sums = new Float64Array(count * count);
  for (let start = 0; start < n; start += STRIP) {
    const end = Math.min(n, start + STRIP);
    const parts: [number, number, 1 | 2][] = [[start, end, 1]];
    for (let from = 0; from < start; from += CHUNK) parts.push([from, Math.min(start, from + CHUNK), 2]);
    for (const [from, to, weight] of parts) {
      const inputs = Object.fromEntries(x.flatMap((matrix, l) => [[`a${l}`, slice(matrix, start, end)], [`b${l}`, slice(matrix, from, to)]]));
      const { out } = await runGraph(`kernel strips ${count}`, graph, inputs);
      for (let k = 0; k < sums.length; k++) sums[k] += weight * out.data[k];
    }
  }
  return sums;
}
