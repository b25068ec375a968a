/** ONNX Runtime sessions on edited graphs. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import type { GraphFile } from '../checkpoint/graph-file.ts';
import { editOnnx, type GraphEdit } from '../onnx/edit.ts';

const LOG_ERRORS_ONLY = 3;
/** Threads that wait sleep instead of spinning: pictures are decoded at the same time, and other programs run too. */
const NO_SPINNING = { session: { intra_op: { allow_spinning: '0' } } };

function runtimeError(error: unknown, graph: GraphFile, doing: string): PlumblineError {
  const message = messageOf(error).split('\n')[0];
  return new PlumblineError('onnx-runtime', `ONNX Runtime can't ${doing} this graph: ${message}`, { where: graph.path, hint: 'the file may be damaged, or use operators that this version of ONNX Runtime lacks', cause: error });
}

/** A graph loaded after an edit. */
export interface GraphSession {
  readonly inputs: ReadonlySet<string>;
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}

/**
 * Loads an edited graph.
 * @param threads threads inside an operator; by default one a core
 */
export async function openSession(graph: GraphFile, edit: GraphEdit, threads = availableParallelism()): Promise<GraphSession> {
  const bytes = editOnnx(graph.path, graph.model, edit);
  const externalData = await Promise.all(
    graph.external.map(async ({ location }) => {
      const path = join(dirname(graph.path), location);
      try {
        return { path: location, data: await readFile(path) };
      } catch (error) {
        throw fileError(error, path);
      }
    }),
  );
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(bytes, { intraOpNumThreads: threads, interOpNumThreads: 1, extra: NO_SPINNING, logSeverityLevel: LOG_ERRORS_ONLY, ...(externalData.length > 0 ? { externalData } : {}) });
  } catch (error) {
    throw runtimeError(error, graph, 'load');
  }
  return {
    inputs: new Set(session.inputNames),
    async run(feeds) {
      try {
        return await session.run(feeds);
      } catch (error) {
        throw runtimeError(error, graph, 'run');
      }
    },
    release: () => session.release(),
  };
}

export function floatTensor(data: Float32Array, dims: readonly number[]): Tensor {
  return new Tensor('float32', data, dims);
}

export function integerTensor(values: Iterable<number>, dims: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
}

/** The float32 values of an output. */
export function floatsOf(outputs: Readonly<Record<string, Tensor>>, name: string): { data: Float32Array; dims: readonly number[] } {
  const tensor = outputs[name];
  if (!(tensor.data instanceof Float32Array)) throw new PlumblineError('unsupported-type', `the output \`${name}\` is ${tensor.type}, not float32`, { where: name, hint: 'export the graph with float32 inputs and outputs' });
  return { data: tensor.data, dims: tensor.dims };
}
