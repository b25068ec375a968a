/** Writes npy arrays as numpy does, for the readers' tests. */

export interface NpyToWrite {
  readonly descr: string;
  readonly shape: readonly number[];
  /** Elements' bytes, in the order in which they are stored. */
  readonly data: Uint8Array;
  readonly fortran?: boolean;
  readonly version?: 1 | 2 | 3;
}

export function npyBytes({ descr, shape, data, fortran = false, version = 1 }: NpyToWrite): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const literal = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${tuple}), }`;
  const prefix = version === 1 ? 10 : 12;
  const padded = literal.padEnd(Math.ceil((prefix + literal.length + 1) / 64) * 64 - prefix - 1) + '\n';
  const bytes = new Uint8Array(prefix + padded.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  const view = new DataView(bytes.buffer);
  if (version === 1) view.setUint16(8, padded.length, true);
  else view.setUint32(8, padded.length, true);
  bytes.set(new TextEncoder().encode(padded), prefix);
  bytes.set(data, prefix + padded.length);
  return bytes;
}

/** Bytes of the elements of a numeric type. */
export function elementBytes(descr: string, values: readonly number[]): Uint8Array {
  const little = !descr.startsWith('>');
  const type = descr.slice(1);
  const size = Number(type.slice(1));
  const bytes = new Uint8Array(values.length * size);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    const at = i * size;
    if (type === 'f4') view.setFloat32(at, value, little);
    else if (type === 'f8') view.setFloat64(at, value, little);
    else if (type === 'i8') view.setBigInt64(at, BigInt(value), little);
    else if (type === 'u8') view.setBigUint64(at, BigInt(value), little);
    else if (type === 'i4') view.setInt32(at, value, little);
    else if (type === 'u4') view.setUint32(at, value, little);
    else if (type === 'i2') view.setInt16(at, value, little);
    else if (type === 'u2') view.setUint16(at, value, little);
    else if (type === 'i1') view.setInt8(at, value);
    else view.setUint8(at, value);
  });
  return bytes;
}

/** Texts as numpy's `<U`: UTF-32, padded with zeros to the longest. */
export function textBytes(texts: readonly string[], little = true): { descr: string; data: Uint8Array } {
  const points = texts.map((text) => Array.from(text, (character) => character.codePointAt(0)!));
  const width = Math.max(1, ...points.map((list) => list.length));
  const data = new Uint8Array(texts.length * width * 4);
  const view = new DataView(data.buffer);
  points.forEach((list, i) => list.forEach((point, j) => view.setUint32((i * width + j) * 4, point, little)));
  return { descr: `${little ? '<' : '>'}U${width}`, data };
}
