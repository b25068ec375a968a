/**
 * The untrained control: the same graph with the numbers of every weight tensor in another order. Shapes, types, scales
 * and the distribution of the values stay; what was learnt is gone. A probe that does as well here read the
 * architecture and the pictures, not the training.
 *
 * Only floating-point tensors with at least two axes are shuffled (matrices, convolutions, embeddings); vectors (norms,
 * biases) keep their order, so that the numbers keep their scale and nothing overflows. Quantised matrices (8- and
 * 4-bit integers of at least two axes) are shuffled byte by byte within their tensor; their scales stay.
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { copyFile, mkdtemp, open, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import { Random } from '../../core/random.ts';
import type { Checkpoint } from '../checkpoint/open.ts';
import { graphsOf, openCheckpoint } from '../checkpoint/open.ts';
import type { GraphFile } from '../checkpoint/graph-file.ts';
import { tensorsOf } from './read.ts';
import type { OnnxTensor } from './model.ts';

/**
 * Bytes of a number, by `TensorProto.DataType`: float, uint8, int8, float16, double, bfloat16. Others (indices, sizes,
 * flags) are left alone.
 */
const SHUFFLED: Readonly<Record<number, number>> = { 1: 4, 2: 1, 3: 1, 10: 2, 11: 8, 16: 2 };

/** Ops whose own tensors are tables of sines and cosines. */
const ROTARY = new Set(['RotaryEmbedding', 'GroupQueryAttention']);

/**
 * Writes a copy of a checkpoint with reshuffled weights.
 * @param out folder of the copy; must not be the checkpoint's own
 * @returns the copy, opened
 * @throws PlumblineError `weights-not-raw` for weights that aren't stored as bytes
 */
export async function reshuffleWeights(checkpoint: Checkpoint, out: string, seed: number): Promise<Checkpoint> {
  const from = resolve(checkpoint.directory);
  const to = resolve(out);
  if (to === from)
    throw new PlumblineError('same-folder', 'the copy would take the place of the checkpoint', {
      where: out,
      hint: 'give another folder',
    });
  for (const file of await smallFiles(from, checkpoint)) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    copyFileSync(join(from, file), join(to, file));
  }
  const graphs = graphsOf(checkpoint);
  // Weights that are read themselves; those of graphs that are files lie beside them and are copied above.
  const weights = graphs.flatMap(({ written, external }) =>
    written === undefined ? [] : external.map(({ file }) => file),
  );
  for (const file of new Set(weights)) await copyFile(join(from, file), join(to, file));
  for (const graph of graphs) await reshuffleGraph(graph, from, to, seed);
  const description =
    checkpoint.family === 'described' ? checkpoint.files.find((file) => /\.(ya?ml|json)$/.test(file)) : undefined;
  return openCheckpoint(to, description === undefined ? {} : { model: join(to, description) });
}

/** Does something with a reshuffled copy, named `NAME-untrained-SEED`, which is removed afterwards. */
export async function withUntrained<T>(
  checkpoint: Checkpoint,
  seed: number,
  use: (copy: Checkpoint) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-untrained-'));
  try {
    const name = `${checkpoint.name}-untrained-${seed}`;
    const copy = await reshuffleWeights(checkpoint, join(folder, name), seed);
    return await use({ ...copy, name });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Files that results depend on, and whatever else a tokenizer or processor needs beside them: everything but weights.
 */
async function smallFiles(directory: string, checkpoint: Checkpoint): Promise<string[]> {
  const beside = (await readdir(directory)).filter((name) => /\.(json|jinja|txt|model|ya?ml)$/.test(name));
  return [...new Set([...checkpoint.files, ...beside])].filter((file) => !/\.safetensors$|\.bin$/.test(file));
}

async function reshuffleGraph(graph: GraphFile, from: string, to: string, seed: number): Promise<void> {
  const target = join(to, graph.file);
  if (graph.written === undefined) await copyFile(join(from, graph.file), target);
  const folder = dirname(graph.file);
  const fileOf = (location: string): string =>
    graph.external.find((one) => one.location === location)?.file ?? join(folder, location);
  const seen = new Set<string>();
  const tables = new Set(graph.model.graph.nodes.filter(({ op }) => ROTARY.has(op)).flatMap(({ inputs }) => inputs));
  for (const tensor of tensorsOf(graph.model.graph)) {
    const size = SHUFFLED[tensor.dataType];
    const count = tensor.dims.reduce((product, edge) => product * edge, 1);
    // Vectors keep their order, also those that are stored with axes of one.
    if (size === undefined || Math.max(...tensor.dims) === count || count < 2 || tables.has(tensor.name)) continue;
    const raw = tensor.raw;
    if (raw === null)
      throw new PlumblineError('weights-not-raw', `the weights \`${tensor.name}\` are stored as single numbers`, {
        where: graph.path,
        hint: 'save the model once with onnx.save, which stores bytes',
      });
    // What a written graph holds itself isn't learnt.
    if (raw.file === null && graph.written !== undefined) continue;
    const path = raw.file === null ? target : join(to, fileOf(raw.file));
    // Weights that two graphs or names share are shuffled once.
    const place = `${path}@${raw.start}`;
    if (seen.has(place)) continue;
    seen.add(place);
    await shuffleBytes(
      path,
      raw.start,
      await lengthOf(path, tensor, raw.start, raw.length),
      size,
      new Random(seed, `reshuffle ${graph.file} ${tensor.name || place.slice(to.length)}`),
    );
  }
}

async function lengthOf(
  path: string,
  { dims, dataType }: OnnxTensor,
  start: number,
  stated: number | null,
): Promise<number> {
  const bytes = stated ?? dims.reduce((product, edge) => product * edge, 1) * SHUFFLED[dataType];
  const { size } = await stat(path);
  if (start + bytes > size)
    throw new PlumblineError('corrupt-onnx', `weights reach to byte ${start + bytes} of ${size}`, {
      where: path,
      hint: 'the file is cut off: download or export it again',
    });
  return bytes;
}

/** Fisher–Yates over the numbers of one tensor, in place. */
async function shuffleBytes(path: string, start: number, length: number, size: number, random: Random): Promise<void> {
  let file;
  try {
    file = await open(path, 'r+');
  } catch (error) {
    throw fileError(error, path);
  }
  try {
    const bytes = new Uint8Array(length);
    await file.read(bytes, 0, length, start);
    // A mask has two values, and is not learnt.
    if (hasFewValues(bytes, size)) return;
    const swap = new Uint8Array(size);
    for (let i = Math.floor(length / size) - 1; i > 0; i--) {
      const j = random.integer(i + 1);
      swap.set(bytes.subarray(i * size, (i + 1) * size));
      bytes.copyWithin(i * size, j * size, (j + 1) * size);
      bytes.set(swap, j * size);
    }
    await file.write(bytes, 0, length, start);
  } catch (error) {
    throw fileError(error, path);
  } finally {
    await file.close();
  }
}

function hasFewValues(bytes: Uint8Array, size: number): boolean {
  const values = new Set<string>();
  for (let at = 0; at < bytes.length && values.size < 3; at += size) values.add(bytes.subarray(at, at + size).join());
  return values.size < 3;
}
