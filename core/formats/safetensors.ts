/**
 * The safetensors format (https://github.com/huggingface/safetensors#format): 8 bytes with the header's length, a JSON
 * header, then the tensors' bytes without gaps. Written atomically; read one tensor at a time.
 */
import { z } from 'zod';
import { messageOf, PlumblineError } from '../errors.ts';
import { writeFileAtomic } from './atomic.ts';
import { openFileSource, readBytes, type ByteSource } from './byte-source.ts';
import { ELEMENT_BYTES, elementCount, isFloating, type ElementType } from './elements.ts';
import { issuesOf } from './json.ts';
import { storedArray, type StoredArray } from './stored-array.ts';

export interface TensorInfo {
  readonly type: ElementType;
  readonly shape: readonly number[];
  /** Byte range in the file. */
  readonly start: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface TensorToWrite {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array | BigInt64Array | Int32Array | Uint16Array | Uint8Array;
  /** What 16-bit data are; defaults to *U16*. */
  readonly type?: 'F16' | 'BF16' | 'U16';
}

/** The reference implementation's limit. */
const MAX_HEADER = 100_000_000;

function typeOf({ data, type = 'U16' }: TensorToWrite): ElementType {
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Float64Array) return 'F64';
  if (data instanceof BigInt64Array) return 'I64';
  if (data instanceof Uint16Array) return type;
  return data instanceof Int32Array ? 'I32' : 'U8';
}

/** Header bytes and tensor bytes in the order given, to be written one after the other; nothing is copied. */
export function encodeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set('__metadata__', metadata);
  let offset = 0;
  for (const tensor of tensors) {
    const { name, shape, data } = tensor;
    if (name === '__metadata__' || header.has(name))
      throw new RangeError(`tensor name \`${name}\` is reserved or used twice`);
    if (shape.reduce((product, size) => product * size, 1) !== data.length)
      throw new RangeError(`tensor \`${name}\`: shape [${shape.join(', ')}] for ${data.length} values`);
    header.set(name, { dtype: typeOf(tensor), shape, data_offsets: [offset, offset + data.byteLength] });
    offset += data.byteLength;
  }
  // Spaces after the JSON keep the data 8-byte aligned, as the reference implementation does. Object.fromEntries would
  // reorder integer-like names.
  const json = new TextEncoder().encode(
    `{${[...header].map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`,
  );
  const head = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(head.length - 8), true);
  head.set(json, 8);
  return [head, ...tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

/**
 * Writes a safetensors file, atomically. The platform is little-endian, as all that Node's binaries and ONNX Runtime
 * run on are.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeFileAtomic(path, encodeSafetensors(tensors, metadata));
}

const natural = z.number().int().nonnegative();
const entrySchema = z.object({ dtype: z.string(), shape: z.array(natural), data_offsets: z.tuple([natural, natural]) });

/**
 * Checks a header and places its tensors.
 * @param json the header's bytes
 * @param fileSize size of the whole file; tensors must fill what follows the header without gaps
 * @throws PlumblineError `corrupt-safetensors`
 */
export function parseSafetensorsHeader(json: Uint8Array, fileSize: number, where: string): SafetensorsHeader {
  const fail = (what: string): PlumblineError =>
    new PlumblineError('corrupt-safetensors', `not a whole safetensors file: ${what}`, {
      where,
      hint: 'the file is cut off or damaged: make it again',
    });
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (error) {
    throw fail(`its header is no JSON (${messageOf(error)})`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail('its header is no object');
  let metadata: Record<string, string> = {};
  const tensors = new Map<string, TensorInfo>();
  const base = 8 + json.length;
  for (const [name, raw] of Object.entries(value)) {
    if (name === '__metadata__') {
      if (!isTextMap(raw)) throw fail('its metadata is not a map from text to text');
      metadata = raw;
      continue;
    }
    const parsed = entrySchema.safeParse(raw);
    if (!parsed.success) throw fail(`tensor \`${name}\`: ${issuesOf(parsed.error)}`);
    const {
      dtype,
      shape,
      data_offsets: [start, end],
    } = parsed.data;
    if (!Object.hasOwn(ELEMENT_BYTES, dtype)) throw fail(`tensor \`${name}\` is of the unknown type ${dtype}`);
    const type = dtype as ElementType;
    const bytes = shape.reduce((product, size) => product * size, ELEMENT_BYTES[type]);
    if (end - start !== bytes) throw fail(`tensor \`${name}\` has ${end - start} bytes where its shape needs ${bytes}`);
    tensors.set(name, { type, shape, start: base + start, end: base + end });
  }
  let at = base;
  for (const [name, tensor] of [...tensors].sort(([, a], [, b]) => a.start - b.start || a.end - b.end)) {
    if (tensor.start !== at) throw fail(`tensor \`${name}\` starts at byte ${tensor.start}, expected ${at}`);
    at = tensor.end;
  }
  if (at !== fileSize) throw fail(`its tensors end at byte ${at} of ${fileSize}`);
  return { tensors, metadata };
}

function isTextMap(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === 'string')
  );
}

async function withFile<T>(path: string, use: (source: ByteSource) => Promise<T>): Promise<T> {
  const source = await openFileSource(path);
  try {
    return await use(source);
  } catch (error) {
    if (error instanceof PlumblineError && error.code === 'file-truncated')
      throw new PlumblineError('corrupt-safetensors', 'not a whole safetensors file: it ends early', {
        where: path,
        hint: 'the file is cut off: make it again',
      });
    throw error;
  } finally {
    await source.close();
  }
}

async function headerOf(source: ByteSource): Promise<SafetensorsHeader> {
  const { size, where } = source;
  const fail = (what: string): PlumblineError =>
    new PlumblineError('corrupt-safetensors', `not a safetensors file: ${what}`, {
      where,
      hint: 'the file is cut off or of another kind',
    });
  if (size < 8) throw fail(`it has ${size} bytes`);
  const head = await readBytes(source, 0, 8);
  const length = Number(new DataView(head.buffer).getBigUint64(0, true));
  if (length > Math.min(size - 8, MAX_HEADER)) throw fail(`it claims a header of ${length} bytes`);
  return parseSafetensorsHeader(await readBytes(source, 8, length), size, where);
}

/** Reads and checks the header of a safetensors file. */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  return withFile(path, headerOf);
}

/** A safetensors file held open, its tensors read in pieces. */
export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly arrays: readonly StoredArray[];
  close(): Promise<void>;
}

/** Opens a safetensors file; close it after use. */
export async function openSafetensors(path: string): Promise<SafetensorsFile> {
  const source = await openFileSource(path);
  try {
    const { tensors, metadata } = await headerOf(source);
    const arrays = [...tensors].map(([name, { type, shape, start }]) =>
      storedArray(source, { name, shape, type, littleEndian: true, fortran: false, start, where: `${path}:${name}` }),
    );
    return { metadata, arrays, close: () => source.close() };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/**
 * Reads a floating-point tensor as float32; F16, BF16 and F64 are converted.
 * @param into target of exactly the tensor's number of values; made when not given
 */
export async function readFloats(
  path: string,
  name: string,
  header?: SafetensorsHeader,
  into?: Float32Array,
): Promise<Float32Array> {
  const info = (header ?? (await readSafetensorsHeader(path))).tensors.get(name);
  if (info === undefined)
    throw new PlumblineError('tensor-not-found', `no tensor \`${name}\` in the file`, {
      where: path,
      hint: 'check the name',
    });
  const { type, shape, start } = info;
  const count = elementCount(shape);
  const target = into ?? new Float32Array(count);
  if (target.length !== count)
    throw new RangeError(`target holds ${target.length} values, tensor \`${name}\` has ${count}`);
  if (!isFloating(type))
    throw new PlumblineError('not-float', `tensor \`${name}\` is of type ${type}, a floating-point one was expected`, {
      where: path,
      hint: 'store hidden states as F32, F16 or BF16',
    });
  await withFile(path, (source) =>
    storedArray(source, { name, shape, type, littleEndian: true, fortran: false, start, where: path }).read(0, target),
  );
  return target;
}
