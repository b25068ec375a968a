/**
 * Writes small ONNX models by hand, so that ONNX Runtime can serve as the engine for the heavy matrix products
 * (design.md). Only what the numerics here need: nodes with int, float and int-list attributes, dynamic inputs, int64
 * constants. Field numbers are those of onnx.proto3 (https://github.com/onnx/onnx).
 */
export type ElementType = 'float32' | 'float64';

export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Whole numbers are written as ints, wrap a number as `{float}` for a float attribute. */
  readonly attributes?: Readonly<Record<string, number | { readonly float: number }>>;
}

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly elementType: ElementType;
  /** Input name → its dimensions; a string is a dynamic dimension. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: readonly string[];
  /** One-dimensional int64 constants, such as the axes of a reduction. */
  readonly constants?: Readonly<Record<string, readonly number[]>>;
}

const IR_VERSION = 8;
const OPSET = 17;
const DATA_TYPE = { float32: 1, float64: 11, int64: 7 } as const;
const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;

/** The bytes of a `ModelProto`, ready for `InferenceSession.create`. */
export function onnxModel(graph: OnnxGraph): Uint8Array {
  const parts: Uint8Array[] = graph.nodes.map((node) => field(1, nodeProto(node)));
  parts.push(field(2, text('plumbline')));
  for (const [name, values] of Object.entries(graph.constants ?? {})) {
    const raw = new Uint8Array(new BigInt64Array(values.map(BigInt)).buffer);
    parts.push(
      field(5, concat([integer(1, values.length), integer(2, DATA_TYPE.int64), field(8, text(name)), field(9, raw)])),
    );
  }
  for (const [name, dims] of Object.entries(graph.inputs))
    parts.push(field(11, valueInfo(name, graph.elementType, dims)));
  for (const name of graph.outputs) parts.push(field(12, valueInfo(name, graph.elementType)));
  return concat([integer(1, IR_VERSION), field(8, integer(2, OPSET)), field(7, concat(parts))]);
}

function nodeProto(node: OnnxNode): Uint8Array {
  const parts = [
    ...node.inputs.map((name) => field(1, text(name))),
    ...node.outputs.map((name) => field(2, text(name))),
    field(4, text(node.op)),
  ];
  for (const [name, value] of Object.entries(node.attributes ?? {})) {
    const body =
      typeof value === 'number'
        ? concat([integer(3, value), integer(20, ATTRIBUTE_INT)])
        : concat([float(2, value.float), integer(20, ATTRIBUTE_FLOAT)]);
    parts.push(field(5, concat([field(1, text(name)), body])));
  }
  return concat(parts);
}

function valueInfo(name: string, type: ElementType, dims?: readonly (number | string)[]): Uint8Array {
  const shape = dims?.map((dim) => field(1, typeof dim === 'number' ? integer(1, dim) : field(2, text(dim))));
  const tensor = concat([integer(1, DATA_TYPE[type]), ...(shape === undefined ? [] : [field(2, concat(shape))])]);
  return concat([field(1, text(name)), field(2, field(1, tensor))]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

const integer = (number: number, value: number): Uint8Array => concat([varint(number * 8), varint(value)]);
const field = (number: number, bytes: Uint8Array): Uint8Array =>
  concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
const float = (number: number, value: number): Uint8Array =>
  concat([varint(number * 8 + 5), new Uint8Array(new Float32Array([value]).buffer)]);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    out.set(part, offset);
    offset += part.length;
  }
  return out;
}
