/** Writes the few ONNX messages that are added to a model: nodes, typed values, small integer tensors. */

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
}

const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

/** `NodeProto` in the standard domain. */
export function encodeNode(node: NewNode): Uint8Array {
  const attributes = Object.entries(node.attributes ?? {}).map(([name, value]) => {
    const single = typeof value === 'number';
    const values = single ? [integerField(3, value)] : value.map((entry) => integerField(8, entry));
    return messageField(
      5,
      concatBytes([textField(1, name), ...values, integerField(20, single ? ATTRIBUTE_INT : ATTRIBUTE_INTS)]),
    );
  });
  const inputs = node.inputs.map((name) => textField(1, name));
  const outputs = node.outputs.map((name) => textField(2, name));
  return concatBytes([
    ...inputs,
    ...outputs,
    textField(3, `plumbline/${node.outputs[0]}`),
    textField(4, node.op),
    ...attributes,
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
