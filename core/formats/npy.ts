/**
 * The npy format (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), versions 1 to 3: a magic
 * word, a header that is a Python dictionary literal, then the elements. Object arrays hold pickles and are refused.
 */
import { PlumblineError } from '../errors.ts';
import { readBytes, type ByteSource } from './byte-source.ts';
import { ELEMENT_BYTES, elementCount, isFloating, type ElementType } from './elements.ts';
import { storedArray, type StoredArray } from './stored-array.ts';

export const NPY_MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
/** A header of this many bytes would name a type with thousands of fields. */
const MAX_HEADER = 1 << 20;
const MAX_LABEL_BYTES = 256 << 20;

/** Numpy's type codes. `V2` is how numpy stores ml_dtypes' bfloat16; `b1` is numpy's bool. */
const TYPES: Readonly<Record<string, ElementType>> = {
  f2: 'F16',
  f4: 'F32',
  f8: 'F64',
  V2: 'BF16',
  i1: 'I8',
  i2: 'I16',
  i4: 'I32',
  i8: 'I64',
  u1: 'U8',
  u2: 'U16',
  u4: 'U32',
  u8: 'U64',
  b1: 'BOOL',
};

/** An opened npy array: numbers through `numbers`, texts (or whole numbers as text) through `labels`. */
export interface NpyArray {
  readonly shape: readonly number[];
  /** Numpy's type, e.g. `<f4` or `<U12`. */
  readonly descr: string;
  /** Null for an array of texts. */
  readonly numbers: StoredArray | null;
  /**
   * Elements of a one-dimensional array as text: texts as they are, whole numbers in decimal.
   * @throws PlumblineError `not-labels`
   */
  labels(): Promise<string[]>;
}

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: readonly number[];
}

const corrupt = (where: string, what: string): PlumblineError =>
  new PlumblineError('corrupt-npy', `not a whole npy array: ${what}`, {
    where,
    hint: 'the file is cut off, damaged or of another kind: write it again with numpy.save',
  });

/** Parses the header's dictionary literal. */
function parseHeader(text: string, where: string): Header {
  const entry =
    /\s*(?:'(\w+)'|"(\w+)")\s*:\s*(?:'([^']*)'|"([^"]*)"|(True|False)|\(([\d\sL,]*)\)|(\[))\s*(?:,|(?=\s*\}))/y;
  const open = /^\s*\{/.exec(text);
  if (open === null) throw corrupt(where, 'its header is no dictionary');
  const found = new Map<string, { text?: string; flag?: boolean; tuple?: string; fields?: boolean }>();
  entry.lastIndex = open[0].length;
  for (;;) {
    const at = entry.lastIndex;
    const match = entry.exec(text);
    if (match === null) {
      if (!/^\s*\}\s*$/.test(text.slice(at)))
        throw corrupt(where, `its header can't be read from ${JSON.stringify(text.slice(at, at + 20))} on`);
      break;
    }
    const [, a, b, single, double, flag, tuple, list] = match;
    const name = a ?? b;
    if (list !== undefined)
      throw new PlumblineError('unsupported-type', 'the array has named fields; plain numbers were expected', {
        where,
        hint: 'save each field as an array of its own',
      });
    found.set(name, { text: single ?? double, flag: flag === undefined ? undefined : flag === 'True', tuple });
  }
  const descr = found.get('descr')?.text;
  const fortran = found.get('fortran_order')?.flag;
  const tuple = found.get('shape')?.tuple;
  if (descr === undefined || fortran === undefined || tuple === undefined)
    throw corrupt(where, 'its header lacks descr, fortran_order or shape');
  const sizes = tuple
    .split(',')
    .map((size) => size.trim().replace(/L$/, ''))
    .filter((size, i, all) => size !== '' || i < all.length - 1);
  if (tuple.trim() !== '' && !sizes.every((size) => /^\d{1,15}$/.test(size)))
    throw corrupt(where, `its header gives the shape (${tuple})`);
  return { descr, fortran, shape: tuple.trim() === '' ? [] : sizes.map(Number) };
}

async function readHeader(source: ByteSource): Promise<Header & { start: number }> {
  const { where } = source;
  if (source.size < 10) throw corrupt(where, `it has ${source.size} bytes`);
  const head = await readBytes(source, 0, 10);
  if (NPY_MAGIC.some((byte, i) => head[i] !== byte)) throw corrupt(where, "it doesn't begin with \\x93NUMPY");
  const version = head[6];
  if (version < 1 || version > 3 || head[7] !== 0)
    throw new PlumblineError('unsupported-npy', `npy version ${version}.${head[7]}; 1.0, 2.0 and 3.0 can be read`, {
      where,
      hint: 'write it again with numpy.save',
    });
  const wide = version > 1;
  const prefix = wide ? 12 : 10;
  if (source.size < prefix) throw corrupt(where, `it has ${source.size} bytes`);
  const lengths = new DataView((await readBytes(source, 8, prefix - 8)).buffer);
  const length = wide ? lengths.getUint32(0, true) : lengths.getUint16(0, true);
  if (length > Math.min(MAX_HEADER, source.size - prefix))
    throw corrupt(where, `it claims a header of ${length} bytes`);
  const bytes = await readBytes(source, prefix, length);
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes);
  return { ...parseHeader(text, where), start: prefix + length };
}

/**
 * Opens an npy array that fills a source.
 * @throws PlumblineError `corrupt-npy`, `unsupported-npy`, `unsupported-type`
 */
export async function openNpy(source: ByteSource, name: string): Promise<NpyArray> {
  const { descr, fortran, shape, start } = await readHeader(source);
  const { where } = source;
  const match = /^([<>|=]?)([a-zA-Z])(\d{1,9})?$/.exec(descr);
  if (match === null || match[2] === 'O')
    throw new PlumblineError(
      'unsupported-type',
      match === null
        ? `the array is of the type ${descr}`
        : 'the array holds Python objects (pickles), which are not read',
      { where, hint: 'save plain numbers, or texts: array.astype(float) or array.astype(str)' },
    );
  const [, order, kind, digits] = match;
  const littleEndian = order !== '>';
  const type = Object.hasOwn(TYPES, kind + (digits ?? '')) ? TYPES[kind + (digits ?? '')] : undefined;
  const text = (kind === 'U' || kind === 'S') && digits !== undefined;
  if (type === undefined && !text)
    throw new PlumblineError(
      'unsupported-type',
      `the array is of the type ${descr}; float16, 32 and 64, bfloat16, integers, bool and texts can be read`,
      { where, hint: 'convert it with array.astype' },
    );
  const itemSize = type !== undefined ? ELEMENT_BYTES[type] : Number(digits) * (kind === 'U' ? 4 : 1);
  const count = elementCount(shape);
  // Texts of no characters take no bytes, so that a header could claim any number of them.
  if (
    !Number.isSafeInteger(count * Math.max(1, itemSize)) ||
    (itemSize === 0 && count > 0) ||
    start + count * itemSize !== source.size
  )
    throw corrupt(
      where,
      `it has ${source.size - start} bytes where the shape (${shape.join(', ')}) of ${descr} needs ${count * itemSize}`,
    );
  const numbers =
    type === undefined ? null : storedArray(source, { name, shape, type, littleEndian, fortran, start, where });
  return {
    shape,
    descr,
    numbers,
    async labels() {
      if (shape.length !== 1 || (type !== undefined && (isFloating(type) || type === 'BOOL')))
        throw new PlumblineError(
          'not-labels',
          `a one-dimensional array of texts or whole numbers was expected, this one is ${descr} of the shape (${shape.join(', ')})`,
          { where, hint: 'save the ids as numpy.array(ids), in the order of the rows' },
        );
      if (count * itemSize > MAX_LABEL_BYTES)
        throw new PlumblineError('array-too-large', `${count} labels of ${itemSize} bytes`, {
          where,
          hint: 'labels of at most 256 MiB in all can be read',
        });
      const bytes = await readBytes(source, start, count * itemSize);
      if (type !== undefined) return integerLabels(bytes, type, littleEndian, count);
      return Array.from({ length: count }, (_, i) =>
        textLabel(bytes.subarray(i * itemSize, (i + 1) * itemSize), kind === 'U', littleEndian, where),
      );
    },
  };
}

function integerLabels(bytes: Uint8Array, type: ElementType, littleEndian: boolean, count: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = ELEMENT_BYTES[type];
  const signed = type.startsWith('I');
  return Array.from({ length: count }, (_, i) => {
    let value = 0n;
    for (let j = 0; j < size; j++)
      value = (value << 8n) | BigInt(view.getUint8(i * size + (littleEndian ? size - 1 - j : j)));
    return String(signed ? BigInt.asIntN(8 * size, value) : value);
  });
}

/** A fixed-width text without its padding of zeros: UTF-32, or bytes of UTF-8. */
function textLabel(bytes: Uint8Array, wide: boolean, littleEndian: boolean, where: string): string {
  if (!wide) return new TextDecoder().decode(bytes).replace(/\0+$/, '');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = view.getUint32(at, littleEndian);
    if (point > 0x10ffff) throw corrupt(where, `a text holds the character ${point}, which isn't one of Unicode's`);
    text += String.fromCodePoint(point);
  }
  return text.replace(/\0+$/, '');
}
