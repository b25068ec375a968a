/**
 * Large matrix products in float64 or float32 on all processors, on ONNX Runtime. For single products of many
 * megaflops; solvers that make thousands of small ones use `ort-products.ts`, which keeps to one thread.
 */
import { availableParallelism } from 'node:os';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Matrix } from '../matrix.ts';
import { onnxModel, type ElementType, type OnnxGraph, type OnnxNode } from './onnx-model.ts';

const sessions = new Map<string, Promise<InferenceSession>>();

/**
 * Runs a small graph whose inputs and outputs have one element type; its session is kept for the life of the process
 * under `name` and the type.
 *
 * @param inputs input name → matrix; all of one element type.
 */
export async function runGraph<T extends Float32Array | Float64Array>(
  name: string,
  graph: Omit<OnnxGraph, 'elementType' | 'inputs'>,
  inputs: Readonly<Record<string, Matrix<T>>>,
): Promise<Record<string, { readonly data: T; readonly dims: readonly number[] }>> {
  const elementType: ElementType = Object.values(inputs)[0].data instanceof Float32Array ? 'float32' : 'float64';
  const key = `${name} ${elementType}`;
  let session = sessions.get(key);
  if (session === undefined) {
    const dims = Object.fromEntries(Object.keys(inputs).map((input) => [input, [`${input} rows`, `${input} columns`]]));
    session = InferenceSession.create(onnxModel({ ...graph, elementType, inputs: dims }), {
      intraOpNumThreads: availableParallelism(),
      logSeverityLevel: 3,
      extra: { 'session.intra_op.allow_spinning': '0' },
    });
    sessions.set(key, session);
  }
  const feeds = Object.fromEntries(
    Object.entries(inputs).map(([input, { data, rows, cols }]) => [
      input,
      new Tensor(elementType, data as Float32Array, [rows, cols]),
    ]),
  );
  const results = await (await session).run(feeds);
  return Object.fromEntries(
    graph.outputs.map((output) => [output, { data: results[output].data as unknown as T, dims: results[output].dims }]),
  );
}

/** A·B, A·Bᵀ or Aᵀ·B. */
export async function largeProduct<T extends Float32Array | Float64Array>(
  a: Matrix<T>,
  b: Matrix<T>,
  transpose: 'none' | 'a' | 'b' = 'none',
): Promise<Matrix<T>> {
  const node: OnnxNode = {
    op: 'Gemm',
    inputs: ['a', 'b'],
    outputs: ['out'],
    attributes: { transA: transpose === 'a' ? 1 : 0, transB: transpose === 'b' ? 1 : 0 },
  };
  const { out } = await runGraph(`product ${transpose}`, { nodes: [node], outputs: ['out'] }, { a, b });
  return { data: out.data, rows: out.dims[0], cols: out.dims[1] };
}
