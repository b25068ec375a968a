/** ONNX Runtime sessions on edited graphs. */
import { link, mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import type { GraphFile } from '../checkpoint/graph-file.ts';
import type { Feed, Feeds } from '../families/family.ts';
import { toHalves } from '../../core/formats/half.ts';
import { editOnnx, type GraphEdit } from '../onnx/edit.ts';
import { DATA_TYPE } from '../onnx/model.ts';
import { checkDevice, type Device, deviceUnavailable, providersOf } from './device.ts';

const LOG_ERRORS_ONLY = 3;
/** Threads that wait sleep instead of spinning: pictures are decoded at the same time, and other programs run too. */
const NO_SPINNING = { session: { intra_op: { allow_spinning: '0' } } };

function runtimeError(error: unknown, graph: GraphFile, doing: string): PlumblineError {
  const message = messageOf(error).split('\n')[0];
  return new PlumblineError('onnx-runtime', `ONNX Runtime can't ${doing} this graph: ${message}`, {
    where: graph.path,
    hint: 'the file may be damaged, or use operators that this version of ONNX Runtime lacks',
    cause: error,
  });
}

/** External data up to here is handed over as bytes; more is left for ONNX Runtime to map. */
const MAX_IN_MEMORY = 256 << 20;

async function loadWithWeights(
  graph: GraphFile,
  bytes: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  const { external, written } = graph;
  if (external.length === 0) return InferenceSession.create(bytes, options);
  if (written !== undefined) return InferenceSession.create(bytes, mapped(graph, options));
  const folder = dirname(graph.path);
  if (external.reduce((sum, file) => sum + file.bytes, 0) > MAX_IN_MEMORY) {
    const mapped = await loadMapped(graph, bytes, options);
    if (mapped !== null) return mapped;
  }
  const externalData = await Promise.all(
    external.map(async ({ location, bytes: size }) => ({
      path: location,
      data: await readAll(join(folder, location), size),
    })),
  );
  return InferenceSession.create(bytes, { ...options, externalData });
}

/**
 * Options for a graph without a file, whose external data ONNX Runtime maps from their folder. Large weights are left
 * where they are, in the order of the file: packed copies for the kernels are a tenth faster, and as large again.
 */
function mapped(
  { external, written }: GraphFile,
  options: InferenceSession.SessionOptions,
): InferenceSession.SessionOptions {
  const { session, ...extra } = options.extra as typeof NO_SPINNING;
  const large = external.reduce((sum, file) => sum + file.bytes, 0) > MAX_IN_MEMORY;
  return {
    ...options,
    extra: {
      ...extra,
      session: {
        ...session,
        model_external_initializers_file_folder_path: written!.folder,
        disable_prepacking: large ? '1' : '0',
      },
    },
  };
}

/**
 * Loads the edited graph from a file of its own beside hard links to the weights, in a folder that is removed
 * afterwards: within the checkpoint's, or where that can't be written to, among the system's temporary ones. Null where
 * neither can hold hard links to the weights (symbolic links are refused by ONNX Runtime).
 */
async function loadMapped(
  graph: GraphFile,
  bytes: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession | null> {
  for (const parent of [dirname(graph.path), tmpdir()]) {
    let folder: string | null = null;
    try {
      folder = await mkdtemp(join(parent, '.plumbline-'));
      for (const { location } of graph.external) {
        await mkdir(dirname(join(folder, location)), { recursive: true });
        await link(join(dirname(graph.path), location), join(folder, location));
      }
      await writeFile(join(folder, 'graph.onnx'), bytes);
    } catch {
      if (folder !== null) await rm(folder, { recursive: true, force: true });
      continue;
    }
    try {
      return await InferenceSession.create(join(folder, 'graph.onnx'), options);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  return null;
}

/** A file's bytes, also beyond the 2 GiB that `readFile` takes. */
async function readAll(path: string, size: number): Promise<Uint8Array> {
  try {
    const bytes = new Uint8Array(size);
    const file = await open(path);
    try {
      for (let at = 0; at < size;) {
        const { bytesRead } = await file.read(bytes, at, Math.min(size - at, 1 << 30), at);
        if (bytesRead === 0)
          throw new PlumblineError('file-changed', 'the file became shorter while it was read', {
            where: path,
            hint: 'run again when nothing writes to it',
          });
        at += bytesRead;
      }
    } finally {
      await file.close();
    }
    return bytes;
  } catch (error) {
    if (error instanceof RangeError)
      throw new PlumblineError('model-too-large', `${size} bytes of weights in one file don't fit into memory`, {
        where: path,
        hint: 'put the checkpoint on a file system that takes hard links, or free memory',
        cause: error,
      });
    throw fileError(error, path);
  }
}

/** A graph loaded after an edit. */
export interface GraphSession {
  readonly inputs: ReadonlySet<string>;
  run(feeds: Readonly<Record<string, Tensor>>, outputs?: readonly string[]): Promise<Readonly<Record<string, Tensor>>>;
  /**
   * Runs on numbers, which become tensors of the types that the graph declares; feeds that the graph doesn't take are
   * left out.
   * @param options.tensors inputs that are tensors already
   * @param options.outputs outputs to copy out; all when absent
   */
  feed(
    feeds: Feeds,
    options?: { readonly tensors?: Readonly<Record<string, Tensor>>; readonly outputs?: readonly string[] },
  ): Promise<Readonly<Record<string, Tensor>>>;
  release(): Promise<void>;
}

/**
 * Loads an edited graph.
 * @param threads threads inside an operator; by default one a core
 * @throws PlumblineError `onnx-runtime`, `device-unavailable`
 */
export async function openSession(
  graph: GraphFile,
  edit: GraphEdit,
  threads = availableParallelism(),
  device: Device = 'cpu',
): Promise<GraphSession> {
  checkDevice(device);
  const bytes = editOnnx(graph.path, graph.model, edit, graph.written?.bytes);
  const options: InferenceSession.SessionOptions = {
    executionProviders: providersOf(device),
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: NO_SPINNING,
    logSeverityLevel: LOG_ERRORS_ONLY,
  };
  let session: InferenceSession;
  try {
    session = await loadWithWeights(graph, bytes, options);
  } catch (error) {
    if (error instanceof PlumblineError) throw error;
    // The provider's own library, or what that needs in its turn.
    throw device !== 'cpu' && /provider|libcu|\.so|\.dll/i.test(messageOf(error))
      ? deviceUnavailable(device, messageOf(error).split('\n')[0], error)
      : runtimeError(error, graph, 'load');
  }
  const inputs = new Set(session.inputNames);
  const types = new Map(
    [...graph.model.graph.inputs, ...(edit.inputs ?? [])].map(({ name, dataType }) => [name, dataType]),
  );
  const run = async (
    feeds: Readonly<Record<string, Tensor>>,
    outputs?: readonly string[],
  ): Promise<Readonly<Record<string, Tensor>>> => {
    try {
      return await (outputs === undefined ? session.run(feeds) : session.run(feeds, outputs));
    } catch (error) {
      throw runtimeError(error, graph, 'run');
    }
  };
  return {
    inputs,
    run,
    feed: (feeds, { tensors = {}, outputs } = {}) =>
      run(
        {
          ...Object.fromEntries(
            Object.entries(feeds).flatMap(([name, feed]) =>
              inputs.has(name) ? [[name, tensorOf(feed, types.get(name) ?? 0, name, graph.path)]] : [],
            ),
          ),
          ...tensors,
        },
        outputs,
      ),
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
      throw new PlumblineError(
        'unsupported-type',
        `the input \`${name}\` is of ONNX type ${dataType}, which can't be fed`,
        { where, hint: 'export the graph with float32 or float16 inputs' },
      );
  }
}

export function floatTensor(data: Float32Array, dims: readonly number[]): Tensor {
  return new Tensor('float32', data, dims);
}

export function integerTensor(values: Iterable<number>, dims: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), dims);
}

/** The float32 values of an output. */
export function floatsOf(
  outputs: Readonly<Record<string, Tensor>>,
  name: string,
): { data: Float32Array; dims: readonly number[] } {
  const tensor = outputs[name];
  if (!(tensor.data instanceof Float32Array))
    throw new PlumblineError('unsupported-type', `the output \`${name}\` is ${tensor.type}, not float32`, {
      where: name,
      hint: 'export the graph with float32 inputs and outputs',
    });
  return { data: tensor.data, dims: tensor.dims };
}
