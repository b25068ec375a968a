/**
 * Edits a model without decoding its weights: kept parts are copied as byte ranges, new nodes, inputs and outputs are
 * appended, and what the wanted outputs don't need is left out, since ONNX Runtime computes every node it is given.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import {
  concatBytes,
  encodeIntegers,
  encodeNode,
  encodeValue,
  fieldHead,
  messageField,
  type NewNode,
  type NewValue,
  textField,
} from './encode.ts';
import { fusedSum, SUM_OUTPUT } from './fused-sum.ts';
import { GRAPH, MODEL, type OnnxModel, type OnnxNode } from './model.ts';
import { type ByteSource, memorySource } from './source.ts';
import { fields, text } from './wire.ts';

export interface GraphEdit {
  /** The model's outputs after the edit: existing tensors or ones that `nodes` make. */
  readonly outputs: readonly NewValue[];
  readonly inputs?: readonly NewValue[];
  readonly nodes?: readonly NewNode[];
  /** New constants: name → 64-bit integers. */
  readonly integers?: Readonly<Record<string, readonly number[]>>;
  /** Node → new names for its inputs: rewires the existing graph through `nodes`. */
  readonly rewire?: ReadonlyMap<OnnxNode, ReadonlyMap<string, string>>;
  /** Copies of existing nodes with other inputs and outputs. */
  readonly clones?: readonly NodeClone[];
}

/** A copy of a node: its operator and attributes with these inputs and outputs, place by place. */
export interface NodeClone {
  readonly node: OnnxNode;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** Field numbers of `NodeProto`. */
const NODE = { input: 1, output: 2, name: 3 } as const;

/** Protobuf's own limit; weights beyond it must be external data. */
const MAX_MESSAGE = 2 ** 31 - 1;

/** Names of everything that is needed to compute `wanted` after the edit, and the kept nodes. */
function needed(model: OnnxModel, edit: GraphEdit): { nodes: Set<OnnxNode>; names: Set<string> } {
  const makers = new Map<string, OnnxNode | NewNode | NodeClone>();
  for (const node of [...model.graph.nodes, ...(edit.nodes ?? []), ...(edit.clones ?? [])])
    for (const output of node.outputs) if (output !== '') makers.set(output, node);
  for (const node of model.graph.nodes) {
    const sum = fusedSum(node);
    if (sum?.declared === false) makers.set(sum.name, node);
  }
  const nodes = new Set<OnnxNode>();
  const names = new Set<string>();
  const open = edit.outputs.map(({ name }) => name);
  while (open.length > 0) {
    const name = open.pop()!;
    if (name === '' || names.has(name)) continue;
    names.add(name);
    const maker = makers.get(name);
    if (maker === undefined) continue;
    if (!('captures' in maker)) {
      open.push(...maker.inputs);
      continue;
    }
    nodes.add(maker);
    const renames = edit.rewire?.get(maker);
    open.push(...maker.inputs.map((input) => renames?.get(input) ?? input), ...maker.captures);
  }
  return { nodes, names };
}

/** Bytes of a node with some inputs renamed; everything else is copied. */
function renameInputs(
  source: ByteSource,
  payload: number,
  end: number,
  renames: ReadonlyMap<string, string>,
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const field of fields(source, payload, end)) {
    const renamed = field.number === NODE.input ? renames.get(text(source, field)) : undefined;
    parts.push(renamed === undefined ? source.bytes(field.start, field.end).slice() : textField(NODE.input, renamed));
  }
  return concatBytes(parts);
}

/** Output names to append to a fused node, so that its sum is output 3. */
function sumFields(node: OnnxNode, sum: string): Uint8Array[] {
  return Array.from({ length: SUM_OUTPUT + 1 - node.outputs.length }, (_, i) =>
    textField(NODE.output, node.outputs.length + i === SUM_OUTPUT ? sum : ''),
  );
}

/** Bytes of a node with other inputs and outputs, under another name; operator and attributes are copied. */
function cloneNode(source: ByteSource, payload: number, end: number, { inputs, outputs }: NodeClone): Uint8Array {
  const parts = [
    ...inputs.map((name) => textField(NODE.input, name)),
    ...outputs.map((name) => textField(NODE.output, name)),
    textField(NODE.name, `plumbline/${outputs[0]}`),
  ];
  const replaced = new Set<number>(Object.values(NODE));
  for (const field of fields(source, payload, end))
    if (!replaced.has(field.number)) parts.push(source.bytes(field.start, field.end).slice());
  return concatBytes(parts);
}

/**
 * The edited model as the bytes of an ONNX file; external data stays external.
 * Inputs of the original model that are no longer needed are dropped, like the nodes and weights.
 * @param model as read from `path` and unchanged since
 * @param bytes the whole file, where it needn't be read
 */
export function editOnnx(
  path: string,
  model: OnnxModel,
  edit: GraphEdit,
  bytes: Uint8Array = readWhole(path, model),
): Uint8Array {
  const source = memorySource(path, bytes);
  const { nodes, names } = needed(model, edit);
  const parts: Uint8Array[] = [];
  const counters = new Map<number, number>();
  const nodeFields = model.graph.fields.filter(({ number }) => number === GRAPH.node);
  for (const field of model.graph.fields) {
    const index = counters.get(field.number) ?? 0;
    counters.set(field.number, index + 1);
    const copy = (): void => void parts.push(bytes.subarray(field.start, field.end));
    if (field.number === GRAPH.output || field.number === GRAPH.valueInfo) continue;
    if (field.number === GRAPH.node) {
      const node = model.graph.nodes[index];
      if (!nodes.has(node)) continue;
      const renames = edit.rewire?.get(node);
      const sum = fusedSum(node);
      const declare = sum?.declared === false && names.has(sum.name);
      if (renames === undefined && !declare) copy();
      else
        parts.push(
          messageField(
            GRAPH.node,
            concatBytes([
              renameInputs(source, field.payload, field.end, renames ?? new Map<string, string>()),
              ...(declare ? sumFields(node, sum.name) : []),
            ]),
          ),
        );
    } else if (field.number === GRAPH.initializer) {
      if (names.has(model.graph.initializers[index].name)) copy();
    } else if (field.number === GRAPH.input) {
      if (names.has(model.graph.inputs[index].name)) copy();
    } else copy();
  }
  for (const clone of edit.clones ?? []) {
    if (!clone.outputs.some((name) => names.has(name))) continue;
    const field = nodeFields[model.graph.nodes.indexOf(clone.node)];
    parts.push(messageField(GRAPH.node, cloneNode(source, field.payload, field.end, clone)));
  }
  for (const node of edit.nodes ?? [])
    if (node.outputs.some((name) => names.has(name))) parts.push(messageField(GRAPH.node, encodeNode(node)));
  for (const [name, values] of Object.entries(edit.integers ?? {}))
    if (names.has(name)) parts.push(messageField(GRAPH.initializer, encodeIntegers(name, values)));
  for (const value of edit.inputs ?? [])
    if (names.has(value.name)) parts.push(messageField(GRAPH.input, encodeValue(value)));
  for (const value of edit.outputs) parts.push(messageField(GRAPH.output, encodeValue(value)));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const rest = model.fields.map((field) => bytes.subarray(field.start, field.end));
  return concatBytes([...rest, fieldHead(MODEL.graph, length), ...parts]);
}

function readWhole(path: string, model: OnnxModel): Uint8Array {
  if (model.size > MAX_MESSAGE)
    throw new PlumblineError('model-too-large', `${model.size} bytes in one file, more than protobuf allows`, {
      where: path,
      hint: 'export the model with external data',
    });
  const bytes = new Uint8Array(model.size);
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    throw fileError(error, path);
  }
  try {
    let got = 0;
    while (got < bytes.length) {
      const count = readSync(descriptor, bytes, got, Math.min(bytes.length - got, 1 << 30), got);
      if (count === 0)
        throw new PlumblineError('file-changed', 'the file became shorter while it was read', {
          where: path,
          hint: 'run again when nothing writes to it',
        });
      got += count;
    }
  } finally {
    closeSync(descriptor);
  }
  return bytes;
}
