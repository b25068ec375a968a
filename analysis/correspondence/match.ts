/**
 * Nearest patches by cosine (methods §4): for each patch of one view the patch of the other with the largest cosine,
 * ties to the lowest index; and, when asked for, the confidence max softmax(cos/τ). One ONNX Runtime graph, so that
 * only the winners leave it; rows are tiled, so that memory stays bounded for any grid.
 */
import { availableParallelism } from 'node:os';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { PlumblineError } from '../../core/errors.ts';
import type { Matrix } from '../../core/matrix.ts';
import { onnxModel, type OnnxNode } from '../../core/numerics/onnx-model.ts';
import { tensorOf } from '../../core/numerics/ort-products.ts';

/** Temperature of the confidence (methods §4). */
export const TAU = 0.07;
/** Cosines held at once: 16 MiB of float32 a buffer. */
const TILE_CELLS = 1 << 22;
/** Shortest length a state is divided by, as PyTorch's `normalize`: the cosine with a zero state is 0. */
const MIN_LENGTH = 1e-12;

export interface PatchMatches {
  /** Best patch of the second view for each patch of the first. */
  readonly index: Int32Array;
  /** Its cosine. */
  readonly cosine: Float32Array;
  /** Largest softmax(cos/τ) over the second view's patches; null when not asked for. */
  readonly confidence: Float32Array | null;
}

/** x → its rows' lengths, at least `MIN_LENGTH`, as a column. */
const lengths = (x: string): OnnxNode[] => [
  { op: 'Mul', inputs: [x, x], outputs: [`${x} squares`] },
  { op: 'ReduceSum', inputs: [`${x} squares`, 'last axis'], outputs: [`${x} sum`], attributes: { keepdims: 1 } },
  { op: 'Sqrt', inputs: [`${x} sum`], outputs: [`${x} root`] },
  { op: 'Max', inputs: [`${x} root`, 'least'], outputs: [`${x} length`] },
];

/**
 * The second view's states are normalised after the product: that touches a quarter fewer numbers, and the first view's
 * lengths don't move the maximum.
 */
function graph(confidence: boolean): Uint8Array {
  const nodes: OnnxNode[] = [
    ...lengths('a'),
    ...lengths('b'),
    { op: 'Reciprocal', inputs: ['b length'], outputs: ['b scale'] },
    { op: 'Transpose', inputs: ['b scale'], outputs: ['b scales'] },
    { op: 'Gemm', inputs: ['a', 'b'], outputs: ['products'], attributes: { transB: 1 } },
    { op: 'Mul', inputs: ['products', 'b scales'], outputs: ['projections'] },
    { op: 'ArgMax', inputs: ['projections'], outputs: ['best'], attributes: { axis: 1, keepdims: 1 } },
    { op: 'Cast', inputs: ['best'], outputs: ['index'], attributes: { to: 1 } },
    { op: 'GatherElements', inputs: ['projections', 'best'], outputs: ['largest'], attributes: { axis: 1 } },
    { op: 'Div', inputs: ['largest', 'a length'], outputs: ['cosine'] },
    { op: 'Concat', inputs: ['a sum', 'b sum'], outputs: ['sums'], attributes: { axis: 0 } },
  ];
  if (confidence) {
    nodes.push(
      { op: 'Mul', inputs: ['a length', 'tau'], outputs: ['a temperature'] },
      { op: 'Div', inputs: ['projections', 'a temperature'], outputs: ['logits'] },
      { op: 'Softmax', inputs: ['logits'], outputs: ['shares'], attributes: { axis: 1 } },
      { op: 'GatherElements', inputs: ['shares', 'best'], outputs: ['confidence'], attributes: { axis: 1 } },
    );
  }
  return onnxModel({
    nodes,
    elementType: 'float32',
    inputs: { a: ['m', 'd'], b: ['n', 'd'], least: [1, 1], ...(confidence && { tau: [1, 1] }) },
    outputs: ['index', 'cosine', 'sums', ...(confidence ? ['confidence'] : [])],
    constants: { 'last axis': [1] },
  });
}

const sessions = new Map<string, Promise<InferenceSession>>();
function session(confidence: boolean, threads: number): Promise<InferenceSession> {
  const key = `${confidence} ${threads}`;
  let opened = sessions.get(key);
  if (opened === undefined) {
    opened = InferenceSession.create(graph(confidence), { intraOpNumThreads: threads, interOpNumThreads: 1 });
    sessions.set(key, opened);
  }
  return opened;
}

const scalar = (value: number): Tensor => new Tensor('float32', Float32Array.of(value), [1, 1]);

export interface MatchOptions {
  /** Also give confidences; defaults to *true*. */
  readonly confidence?: boolean;
  /** Temperature of the confidence; defaults to *0.07*. */
  readonly tau?: number;
  /** Threads inside an operator; by default one a core. */
  readonly threads?: number;
}

/**
 * Matches each row of `a` (m × d) with a row of `b` (n × d) by cosine.
 * @throws PlumblineError `widths-differ`, `no-patches`, `not-finite`
 */
export async function matchPatches(
  a: Matrix<Float32Array>,
  b: Matrix<Float32Array>,
  { confidence = true, tau = TAU, threads = availableParallelism() }: MatchOptions = {},
): Promise<PatchMatches> {
  if (a.cols !== b.cols)
    throw new PlumblineError('widths-differ', `patch states of ${a.cols} and of ${b.cols} numbers can't be compared`, {
      hint: 'read both views from the same layer',
    });
  if (a.rows === 0 || b.rows === 0)
    throw new PlumblineError('no-patches', `${a.rows} patches in the first view, ${b.rows} in the second`, {
      hint: 'a view needs at least one patch',
    });
  if (!(tau > 0)) throw new RangeError(`tau must be positive: ${tau}`);
  const opened = await session(confidence, threads);
  const matches = {
    index: new Int32Array(a.rows),
    cosine: new Float32Array(a.rows),
    confidence: confidence ? new Float32Array(a.rows) : null,
  };
  const shared = { b: tensorOf(b), least: scalar(MIN_LENGTH), ...(confidence && { tau: scalar(tau) }) };
  const rows = Math.max(1, Math.floor(TILE_CELLS / b.rows));
  for (let start = 0; start < a.rows; start += rows) {
    const count = Math.min(rows, a.rows - start);
    const tile = tensorOf({
      data: a.data.subarray(start * a.cols, (start + count) * a.cols),
      rows: count,
      cols: a.cols,
    });
    const outputs = await opened.run({ a: tile, ...shared });
    for (const sum of outputs.sums.data as Float32Array)
      if (!Number.isFinite(sum))
        throw new PlumblineError('not-finite', 'a patch state is not finite, or too long to be measured', {
          hint: 'a NaN or an infinity in the checkpoint or its states: look at them with `plumbline inspect`',
        });
    matches.index.set(outputs.index.data as Float32Array, start);
    matches.cosine.set(outputs.cosine.data as Float32Array, start);
    matches.confidence?.set(outputs.confidence.data as Float32Array, start);
  }
  return matches;
}
