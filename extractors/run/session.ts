/** ONNX Runtime sessions on edited graphs. */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import type { GraphFile } from '../checkpoint/graph-file.ts';
import type { Feed, Feeds } from '../families/family.ts';
import { toHalves } from '../../core/formats/half.ts';
import { editOnnx, type GraphEdit } from '../onnx/edit.ts';
import { DATA_TYPE } from '../onnx/model.ts';

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
  /** Runs on numbers, which become tensors of the types that the graph declares; feeds that the graph doesn't take are left out. */
  feed(feeds: Feeds): Promise<Readonly<Record<string, Tensor>>>;
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
  const inputs = new Set(session.inputNames);
  const types = new Map([...graph.model.graph.inputs, ...(edit.inputs ?? [])].map(({ name, dataType }) => [name, dataType]));
  const run = async (feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>> => {
    try {
      return await session.run(feeds);
    } catch (error) {
      throw runtimeError(error, graph, 'run');
    }
  };
  return {
    inputs,
    run,
    feed: (feeds) => run(Object.fromEntries(Object.entries(feeds).flatMap(([name, feed]) => (inputs.has(name) ? [[name, tensorOf(feed, types.get(name) ?? 0, name, graph.path)]] : [])))),
    release: () => session.release(),
  };
}

/** A tensor of the type that a graph declares. */
function tensorOf({ values, dims }: Feed, dataType: number, name: string, where: string): Tensor {
  switch (dataType) {
    case DATA_TYPE.float:
      return new Tensor('float32', values instanceof Float32Array ? values : Float32Array.from(values), dims);
    case DATA_TYPE.float16:
      return new Tensor('float16', toHalves(values instanceof Float32Array ? values : Float32Array.from(values)), dims);
    case DATA_TYPE.double:
      return new Tensor('float64', Float64Array.from(values), dims);
    case DATA_TYPE.int64:
      return new Tensor('int64', BigInt64Array.from(values as readonly number[], BigInt), dims);
    case DATA_TYPE.int32:
      return new Tensor('int32', Int32Array.from(values), dims);
    case DATA_TYPE.bool:
      return new Tensor('bool', Uint8Array.from(values), dims);
    case DATA_TYPE.uint8:
      return new Tensor('uint8', Uint8Array.from(values), dims);
    default:
      throw new PlumblineError('unsupported-type', `the input \`${name}\` is of ONNX type ${dataType}, which can't be fed`, { where, hint: 'export the graph with float32 or float16 inputs' });
  }
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
