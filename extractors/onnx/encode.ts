/** Writes ONNX messages: nodes, typed values, small tensors, tensors whose bytes lie in another file, whole models. */
import { GRAPH, MODEL } from './model.ts';

const encoder = new TextEncoder();

/** A varint of a non-negative integer below 2^53, or of a negative 32-bit one. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    const low = Number(rest & 0x7fn);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 0x80);
  } while (rest !== 0n);
  return Uint8Array.from(bytes);
}

export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Tag and length of a length-delimited field whose payload of `length` bytes follows. */
export function fieldHead(number: number, length: number): Uint8Array {
  return concatBytes([varint(number * 8 + 2), varint(length)]);
}

export function messageField(number: number, payload: Uint8Array): Uint8Array {
  return concatBytes([fieldHead(number, payload.length), payload]);
}

export function textField(number: number, value: string): Uint8Array {
  return messageField(number, encoder.encode(value));
}

export function integerField(number: number, value: number): Uint8Array {
  return concatBytes([varint(number * 8), varint(value)]);
}

export interface NewNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Integer attributes, single or lists. */
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
  readonly floats?: Readonly<Record<string, number>>;
  readonly strings?: Readonly<Record<string, string>>;
  /** Defaults to the standard one. */
  readonly domain?: string;
}

/** `AttributeProto.AttributeType`. */
const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** A field of four bytes. */
function floatField(number: number, value: number): Uint8Array {
  return concatBytes([varint(number * 8 + 5), new Uint8Array(Float32Array.of(value).buffer)]);
}

/** `NodeProto`. */
export function encodeNode(node: NewNode): Uint8Array {
  const attribute = (name: string, values: readonly Uint8Array[], type: number): Uint8Array =>
    messageField(5, concatBytes([textField(1, name), ...values, integerField(20, type)]));
  const attributes = [
    ...Object.entries(node.attributes ?? {}).map(([name, value]) =>
      typeof value === 'number'
        ? attribute(name, [integerField(3, value)], ATTRIBUTE.int)
        : attribute(
            name,
            value.map((entry) => integerField(8, entry)),
            ATTRIBUTE.ints,
          ),
    ),
    ...Object.entries(node.floats ?? {}).map(([name, value]) =>
      attribute(name, [floatField(2, value)], ATTRIBUTE.float),
    ),
    ...Object.entries(node.strings ?? {}).map(([name, value]) =>
      attribute(name, [textField(4, value)], ATTRIBUTE.string),
    ),
  ];
  const inputs = node.inputs.map((name) => textField(1, name));
  const outputs = node.outputs.map((name) => textField(2, name));
  return concatBytes([
    ...inputs,
    ...outputs,
    textField(3, `plumbline/${node.outputs[0]}`),
    textField(4, node.op),
    ...attributes,
    ...(node.domain === undefined ? [] : [textField(7, node.domain)]),
  ]);
}

export interface NewValue {
  readonly name: string;
  readonly dataType: number;
  /** Fixed sizes, or names of free ones; left out when not known. */
  readonly shape?: readonly (number | string)[];
}

/** `ValueInfoProto` of a tensor. */
export function encodeValue(value: NewValue): Uint8Array {
  const dimensions = value.shape?.map((size) =>
    messageField(1, typeof size === 'number' ? integerField(1, size) : textField(2, size)),
  );
  const shape = dimensions === undefined ? [] : [messageField(2, concatBytes(dimensions))];
  const tensor = concatBytes([integerField(1, value.dataType), ...shape]);
  return concatBytes([textField(1, value.name), messageField(2, messageField(1, tensor))]);
}

/** `TensorProto` of 64-bit integers, one-dimensional. */
export function encodeIntegers(name: string, values: readonly number[]): Uint8Array {
  const data = new Uint8Array(8 * values.length);
  const view = new DataView(data.buffer);
  values.forEach((value, i) => view.setBigInt64(8 * i, BigInt(value), true));
  return concatBytes([integerField(1, values.length), integerField(2, 7), textField(8, name), messageField(9, data)]);
}

/** `TensorProto` of float32 numbers or 64-bit integers of any shape; no axes for a scalar. */
export function encodeTensor(name: string, dims: readonly number[], values: Float32Array | BigInt64Array): Uint8Array {
  return concatBytes([
    ...dims.map((size) => integerField(1, size)),
    integerField(2, values instanceof Float32Array ? 1 : 7),
    textField(8, name),
    messageField(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength)),
  ]);
}

/** A tensor's bytes in another file. */
export interface ExternalTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  /** Relative to the model's folder. */
  readonly location: string;
  readonly start: number;
  readonly length: number;
}

/** `TensorProto` whose values lie in another file, at any byte. */
export function encodeExternal({ name, dims, dataType, location, start, length }: ExternalTensor): Uint8Array {
  const entries = { location, offset: `${start}`, length: `${length}` };
  return concatBytes([
    ...dims.map((size) => integerField(1, size)),
    integerField(2, dataType),
    textField(8, name),
    ...Object.entries(entries).map(([key, value]) =>
      messageField(13, concatBytes([textField(1, key), textField(2, value)])),
    ),
    integerField(14, 1),
  ]);
}

export interface NewModel {
  readonly name: string;
  readonly irVersion: number;
  /** Domain → version; the standard domain is `''`. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly nodes: readonly NewNode[];
  /** Encoded tensors. */
  readonly initializers: readonly Uint8Array[];
  readonly inputs: readonly NewValue[];
  readonly outputs: readonly NewValue[];
}

/** `ModelProto`: the bytes of an `.onnx` file. */
export function encodeModel(model: NewModel): Uint8Array {
  const graph = concatBytes([
    ...model.nodes.map((node) => messageField(GRAPH.node, encodeNode(node))),
    textField(GRAPH.name, model.name),
    ...model.initializers.map((tensor) => messageField(GRAPH.initializer, tensor)),
    ...model.inputs.map((value) => messageField(GRAPH.input, encodeValue(value))),
    ...model.outputs.map((value) => messageField(GRAPH.output, encodeValue(value))),
  ]);
  return concatBytes([
    integerField(MODEL.irVersion, model.irVersion),
    textField(MODEL.producer, 'plumbline'),
    messageField(MODEL.graph, graph),
    ...Object.entries(model.opsets).map(([domain, version]) =>
      messageField(MODEL.opset, concatBytes([textField(1, domain), integerField(2, version)])),
    ),
  ]);
}
