/** Reads the structure of an ONNX model; weights are stepped over. */
import { PlumblineError } from '../../core/errors.ts';
import {
  GRAPH,
  MODEL,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './model.ts';
import { type ByteSource, FileSource } from './source.ts';
import { corrupt, expectWire, type Field, fields, integers, text } from './wire.ts';

const MAX_DEPTH = 16;
const MAX_NODES = 2_000_000;

/**
 * Structure of the ONNX model in `source`: nodes, inputs, outputs, names and shapes of weights, and the byte range of
 * each.
 * @throws PlumblineError `corrupt-onnx` when the bytes are no whole ONNX model
 */
export function readOnnx(source: ByteSource): OnnxModel {
  const graphRanges: Field[] = [];
  const rest: Field[] = [];
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  let irVersion = 0;
  let producer = '';
  rejectOtherKinds(source);
  for (const field of fields(source, 0, source.size)) {
    if (field.number === MODEL.graph) {
      expectWire(source, field, 2);
      graphRanges.push(field);
      continue;
    }
    rest.push(field);
    if (field.number === MODEL.irVersion) irVersion = field.value;
    else if (field.number === MODEL.producer) producer = text(source, field);
    else if (field.number === MODEL.opset) readPair(source, field, (domain, version) => opsets.set(domain, version));
    else if (field.number === MODEL.metadata) {
      const parts = ['', ''];
      for (const part of fields(source, field.payload, field.end))
        if (part.number <= 2) parts[part.number - 1] = text(source, part);
      metadata.set(parts[0], parts[1]);
    }
  }
  if (graphRanges.length === 0) throw corrupt(source, 'it holds no graph');
  const graph = readGraph(source, graphRanges, 0);
  checkWhole(source, graph);
  const external = new Set([...tensorsOf(graph)].map((tensor) => tensor.external).filter((file) => file !== null));
  return {
    source: source.name,
    size: source.size,
    irVersion,
    producer,
    opsets,
    metadata,
    graph,
    fields: rest,
    externalFiles: [...external].sort(),
  };
}

/** All weights of a graph and its subgraphs, those of Constant nodes included. */
export function* tensorsOf(graph: OnnxGraph): Generator<OnnxTensor> {
  yield* graph.initializers;
  for (const { attributes } of graph.nodes) {
    for (const { tensor, graph: inner } of attributes.values()) {
      if (tensor !== null) yield tensor;
      if (inner !== null) yield* tensorsOf(inner);
    }
  }
}

/** {@link readOnnx} on a file. */
export function readOnnxFile(path: string): OnnxModel {
  const source = new FileSource(path);
  try {
    return readOnnx(source);
  } finally {
    source.close();
  }
}

function rejectOtherKinds(source: ByteSource): void {
  if (source.size === 0) throw corrupt(source, 'it is empty');
  const head = new TextDecoder('latin1').decode(source.bytes(0, Math.min(40, source.size)));
  if (head.startsWith('version https://git-lfs'))
    throw new PlumblineError('git-lfs-pointer', 'is a Git LFS pointer, not the file itself', {
      where: source.name,
      hint: 'run `git lfs pull` in its repository',
    });
}

function readPair(source: ByteSource, field: Field, use: (domain: string, version: number) => void): void {
  expectWire(source, field, 2);
  let domain = '';
  let version = 0;
  for (const part of fields(source, field.payload, field.end)) {
    if (part.number === 1) domain = text(source, part);
    else if (part.number === 2) version = part.value;
  }
  use(domain === 'ai.onnx' ? '' : domain, version);
}

function checkWhole(source: ByteSource, graph: OnnxGraph): void {
  if (graph.outputs.length === 0) throw corrupt(source, 'its graph has no output');
  const known = new Set<string>();
  for (const { name } of [...graph.inputs, ...graph.initializers]) known.add(name);
  for (const node of graph.nodes) for (const output of node.outputs) known.add(output);
  const missing = graph.outputs.find(({ name }) => !known.has(name));
  if (missing !== undefined) throw corrupt(source, `nothing in its graph makes the output \`${missing.name}\``);
}

function readGraph(source: ByteSource, ranges: readonly Field[], depth: number): OnnxGraph {
  if (depth > MAX_DEPTH) throw corrupt(source, `its subgraphs are nested more than ${MAX_DEPTH} deep`);
  const nodes: OnnxNode[] = [];
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const initializers: OnnxTensor[] = [];
  const valueInfo: OnnxValue[] = [];
  const all: Field[] = [];
  let name = '';
  for (const range of ranges) {
    for (const field of fields(source, range.payload, range.end)) {
      all.push(field);
      if (field.number === GRAPH.node) nodes.push(readNode(source, field, depth));
      else if (field.number === GRAPH.name) name = text(source, field);
      else if (field.number === GRAPH.initializer) initializers.push(readTensor(source, field));
      else if (field.number === GRAPH.input) inputs.push(readValue(source, field));
      else if (field.number === GRAPH.output) outputs.push(readValue(source, field));
      else if (field.number === GRAPH.valueInfo) valueInfo.push(readValue(source, field));
      if (nodes.length > MAX_NODES) throw corrupt(source, `its graph has more than ${MAX_NODES} nodes`);
    }
  }
  return { name, nodes, inputs, outputs, initializers, valueInfo, fields: all };
}

function readNode(source: ByteSource, field: Field, depth: number): OnnxNode {
  expectWire(source, field, 2);
  const inputs: string[] = [];
  const outputs: string[] = [];
  const attributes = new Map<string, OnnxAttribute>();
  const captures = new Set<string>();
  let name = '';
  let op = '';
  let domain = '';
  for (const part of fields(source, field.payload, field.end)) {
    if (part.number === 1) inputs.push(text(source, part));
    else if (part.number === 2) outputs.push(text(source, part));
    else if (part.number === 3) name = text(source, part);
    else if (part.number === 4) op = text(source, part);
    else if (part.number === 5) readAttribute(source, part, depth, attributes, captures);
    else if (part.number === 7) domain = text(source, part);
  }
  return { name, op, domain: domain === 'ai.onnx' ? '' : domain, inputs, outputs, attributes, captures: [...captures] };
}

function readAttribute(
  source: ByteSource,
  field: Field,
  depth: number,
  attributes: Map<string, OnnxAttribute>,
  captures: Set<string>,
): void {
  expectWire(source, field, 2);
  let name = '';
  let i: number | null = null;
  const ints: number[] = [];
  let tensor: OnnxTensor | null = null;
  let graph: OnnxGraph | null = null;
  for (const part of fields(source, field.payload, field.end)) {
    if (part.number === 1) name = text(source, part);
    else if (part.number === 3) i = part.value;
    else if (part.number === 5) tensor = readTensor(source, part);
    else if (part.number === 8) integers(source, part, ints);
    else if (part.number === 6 || part.number === 11) {
      expectWire(source, part, 2);
      graph = readGraph(source, [part], depth + 1);
      for (const used of freeNames(graph)) captures.add(used);
    }
  }
  attributes.set(name, { i, ints, tensor, graph });
}

/** Tensors that a subgraph uses but does not make. */
function freeNames(graph: OnnxGraph): string[] {
  const own = new Set<string>();
  for (const { name } of [...graph.inputs, ...graph.initializers]) own.add(name);
  for (const node of graph.nodes) for (const output of node.outputs) own.add(output);
  const used = [
    ...graph.nodes.flatMap((node) => [...node.inputs, ...node.captures]),
    ...graph.outputs.map(({ name }) => name),
  ];
  return used.filter((name) => name !== '' && !own.has(name));
}

/**
 * Fields of `TensorProto` that hold values, and those of them that are plain bytes: raw_data, packed float_data and
 * double_data.
 */
const VALUE_FIELDS = new Set([4, 5, 6, 7, 9, 10, 11]);
const BYTE_FIELDS = new Set([4, 9, 10]);

function byteNumber(source: ByteSource, [key, value]: readonly string[], name: string): number {
  const bytes = Number(value);
  if (/^\d{1,16}$/.test(value) && Number.isSafeInteger(bytes)) return bytes;
  throw corrupt(source, `the weights \`${name}\` name the ${key} \`${value}\` in another file`);
}

function readTensor(source: ByteSource, field: Field): OnnxTensor {
  expectWire(source, field, 2);
  const dims: number[] = [];
  let name = '';
  let dataType = 0;
  let byteLength = 0;
  let location: string | null = null;
  let external = false;
  let inside: OnnxTensor['raw'] = null;
  let offset = 0;
  let length: number | null = null;
  for (const part of fields(source, field.payload, field.end)) {
    if (part.number === 1) integers(source, part, dims);
    else if (part.number === 2) dataType = part.value;
    else if (part.number === 8) name = text(source, part);
    else if (part.number === 14) external = part.value === 1;
    else if (part.number === 13) {
      expectWire(source, part, 2);
      const pair = ['', ''];
      for (const entry of fields(source, part.payload, part.end))
        if (entry.number <= 2) pair[entry.number - 1] = text(source, entry);
      if (pair[0] === 'location') location = pair[1];
      else if (pair[0] === 'offset') offset = byteNumber(source, pair, name);
      else if (pair[0] === 'length') length = byteNumber(source, pair, name);
    } else if (VALUE_FIELDS.has(part.number)) {
      byteLength += part.end - part.payload;
      // Packed floats and doubles are the same bytes as raw data.
      if (part.wire === 2 && BYTE_FIELDS.has(part.number))
        inside = { file: null, start: part.payload, length: part.end - part.payload };
    }
  }
  if (external && location === null)
    throw corrupt(source, `the weights \`${name}\` are said to lie in another file, which is not named`);
  const raw = external ? { file: location, start: offset, length } : inside?.length === byteLength ? inside : null;
  return { name, dims, dataType, byteLength, external: external ? location : null, raw };
}

function readValue(source: ByteSource, field: Field): OnnxValue {
  expectWire(source, field, 2);
  let name = '';
  let dataType = 0;
  let shape: (number | string)[] | null = null;
  for (const part of fields(source, field.payload, field.end)) {
    if (part.number === 1) name = text(source, part);
    if (part.number !== 2) continue;
    expectWire(source, part, 2);
    for (const kind of fields(source, part.payload, part.end)) {
      if (kind.number !== 1) continue;
      expectWire(source, kind, 2);
      for (const entry of fields(source, kind.payload, kind.end)) {
        if (entry.number === 1) dataType = entry.value;
        else if (entry.number === 2) shape = readShape(source, entry);
      }
    }
  }
  return { name, dataType, shape };
}

function readShape(source: ByteSource, field: Field): (number | string)[] {
  expectWire(source, field, 2);
  const shape: (number | string)[] = [];
  for (const dimension of fields(source, field.payload, field.end)) {
    if (dimension.number !== 1) continue;
    expectWire(source, dimension, 2);
    let size: number | string = '';
    for (const part of fields(source, dimension.payload, dimension.end)) {
      if (part.number === 1) size = part.value;
      else if (part.number === 2) size = text(source, part);
    }
    shape.push(size);
  }
  return shape;
}
