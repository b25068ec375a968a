/** Float32 matrix products on ONNX Runtime, and the sessions of the small graphs that the solvers run there. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Matrix } from '../matrix.ts';
import { onnxModel, type OnnxNode } from './onnx-model.ts';

/**
 * One thread: the operations are so small that waking a second for each costs as much as it saves. Callers with more to
 * do run several threads of JavaScript.
 */
const OPTIONS: InferenceSession.SessionOptions = { intraOpNumThreads: 1 };
const sessions = new Map<string, Promise<InferenceSession>>();

/** The session of a graph, made on first use and kept for the life of the process. */
export function openSession(name: string, model: () => Uint8Array): Promise<InferenceSession> {
  let session = sessions.get(name);
  if (session === undefined) {
    session = InferenceSession.create(model(), OPTIONS);
    sessions.set(name, session);
  }
  return session;
}

/** XᵀX, d × d. */
export function gramProduct(x: Matrix<Float32Array>): Promise<Matrix<Float32Array>> {
  return run('gram', [{ op: 'Gemm', inputs: ['a', 'a'], outputs: ['out'], attributes: { transA: 1 } }], { a: x });
}

/** XᵀX (`columns`) or XXᵀ (`rows`) in float64. */
export async function exactGram(x: Matrix<Float64Array>, over: 'columns' | 'rows'): Promise<Matrix<Float64Array>> {
  const attributes: Record<string, number> = over === 'columns' ? { transA: 1 } : { transB: 1 };
  const model = (): Uint8Array =>
    onnxModel({
      nodes: [{ op: 'Gemm', inputs: ['a', 'a'], outputs: ['out'], attributes }],
      elementType: 'float64',
      inputs: { a: ['n', 'd'] },
      outputs: ['out'],
    });
  const session = await openSession(`exact gram of ${over}`, model);
  const { out } = await session.run({ a: new Tensor('float64', x.data, [x.rows, x.cols]) });
  return { data: out.data as Float64Array, rows: out.dims[0], cols: out.dims[1] };
}

/** A·B. */
export function product(a: Matrix<Float32Array>, b: Matrix<Float32Array>): Promise<Matrix<Float32Array>> {
  return run('product', [{ op: 'MatMul', inputs: ['a', 'b'], outputs: ['out'] }], { a, b });
}

/** Xᵀ(X·B) without forming XᵀX. */
export function gramTimes(x: Matrix<Float32Array>, b: Matrix<Float32Array>): Promise<Matrix<Float32Array>> {
  const nodes = [
    { op: 'MatMul', inputs: ['a', 'b'], outputs: ['image'] },
    { op: 'Gemm', inputs: ['a', 'image'], outputs: ['out'], attributes: { transA: 1 } },
  ];
  return run('gram times', nodes, { a: x, b });
}

/** Float32 tensor over a matrix' memory. */
export function tensorOf({ data, rows, cols }: Matrix<Float32Array>): Tensor {
  return new Tensor('float32', data, [rows, cols]);
}

async function run(
  name: string,
  nodes: readonly OnnxNode[],
  operands: Record<string, Matrix<Float32Array>>,
): Promise<Matrix<Float32Array>> {
  const inputs = Object.fromEntries(Object.keys(operands).map((key) => [key, [`${key} rows`, `${key} columns`]]));
  const session = await openSession(name, () => onnxModel({ nodes, elementType: 'float32', inputs, outputs: ['out'] }));
  const { out } = await session.run(
    Object.fromEntries(Object.entries(operands).map(([key, matrix]) => [key, tensorOf(matrix)])),
  );
  return { data: out.data as Float32Array, rows: out.dims[0], cols: out.dims[1] };
}
