/**
 * The safetensors format (https://github.com/huggingface/safetensors#format): 8 bytes with the header's length, a JSON header, then the tensors'
 * bytes without gaps. Written atomically; read one tensor at a time.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, PlumblineError } from '../errors.ts';
import { writeFileAtomic } from './atomic.ts';
import { fileError } from './file-errors.ts';
import { issuesOf } from './json.ts';

const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 } as const;
export type TensorType = keyof typeof BYTES;

export interface TensorInfo {
  readonly type: TensorType;
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
  readonly data: Float32Array | Float64Array | BigInt64Array | Int32Array | Uint8Array;
}

/** The reference implementation's limit. */
const MAX_HEADER = 100_000_000;

function typeOf(data: TensorToWrite['data']): TensorType {
  if (data instanceof Float32Array) return 'F32';
  if (data instanceof Float64Array) return 'F64';
  if (data instanceof BigInt64Array) return 'I64';
  return data instanceof Int32Array ? 'I32' : 'U8';
}

/** Header bytes and tensor bytes in the order given, to be written one after the other; nothing is copied. */
export function encodeSafetensors(tensors: readonly TensorToWrite[], metadata: Readonly<Record<string, string>> = {}): Uint8Array[] {
  const header = new Map<string, unknown>();
  if (Object.keys(metadata).length > 0) header.set('__metadata__', metadata);
  let offset = 0;
  for (const { name, shape, data } of tensors) {
    if (name === '__metadata__' || header.has(name)) throw new RangeError(`tensor name \`${name}\` is reserved or used twice`);
    if (shape.reduce((product, size) => product * size, 1) !== data.length) throw new RangeError(`tensor \`${name}\`: shape [${shape.join(', ')}] for ${data.length} values`);
    header.set(name, { dtype: typeOf(data), shape, data_offsets: [offset, offset + data.byteLength] });
    offset += data.byteLength;
  }
  // Spaces after the JSON keep the data 8-byte aligned, as the reference implementation does. Object.fromEntries would reorder integer-like names.
  const json = new TextEncoder().encode(`{${[...header].map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`).join(',')}}`);
  const head = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(head.length - 8), true);
  head.set(json, 8);
  return [head, ...tensors.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))];
}

/** Writes a safetensors file, atomically. The platform is little-endian, as all that Node's binaries and ONNX Runtime run on are. */
export async function writeSafetensors(path: string, tensors: readonly TensorToWrite[], metadata: Readonly<Record<string, string>> = {}): Promise<void> {
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
  const fail = (what: string): PlumblineError => new PlumblineError('corrupt-safetensors', `not a whole safetensors file: ${what}`, { where, hint: 'the file is cut off or damaged: make it again' });
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
    const { dtype, shape, data_offsets: [start, end] } = parsed.data;
    if (!Object.hasOwn(BYTES, dtype)) throw fail(`tensor \`${name}\` is of the unknown type ${dtype}`);
    const type = dtype as TensorType;
    const bytes = shape.reduce((product, size) => product * size, BYTES[type]);
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
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((entry) => typeof entry === 'string');
}

async function readExactly(file: FileHandle, target: Uint8Array, position: number, where: string): Promise<void> {
  for (let got = 0; got < target.length; ) {
    const { bytesRead } = await file.read(target, got, Math.min(target.length - got, 1 << 30), position + got);
    if (bytesRead === 0) throw new PlumblineError('corrupt-safetensors', 'not a whole safetensors file: it ends early', { where, hint: 'the file is cut off: make it again' });
    got += bytesRead;
  }
}

async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch (error) {
    throw fileError(error, path);
  }
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** Reads and checks the header of a safetensors file. */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  return withFile(path, async (file) => {
    const { size } = await file.stat();
    const fail = (what: string): PlumblineError => new PlumblineError('corrupt-safetensors', `not a safetensors file: ${what}`, { where: path, hint: 'the file is cut off or of another kind' });
    if (size < 8) throw fail(`it has ${size} bytes`);
    const head = new Uint8Array(8);
    await readExactly(file, head, 0, path);
    const length = Number(new DataView(head.buffer).getBigUint64(0, true));
    if (length > Math.min(size - 8, MAX_HEADER)) throw fail(`it claims a header of ${length} bytes`);
    const json = new Uint8Array(length);
    await readExactly(file, json, 8, path);
    return parseSafetensorsHeader(json, size, path);
  });
}

/**
 * Reads a floating-point tensor as float32; F16, BF16 and F64 are converted.
 * @param into target of exactly the tensor's number of values; made when not given
 */
export async function readFloats(path: string, name: string, header?: SafetensorsHeader, into?: Float32Array): Promise<Float32Array> {
  const info = (header ?? (await readSafetensorsHeader(path))).tensors.get(name);
  if (info === undefined) throw new PlumblineError('tensor-not-found', `no tensor \`${name}\` in the file`, { where: path, hint: 'check the name' });
  const count = info.shape.reduce((product, size) => product * size, 1);
  const target = into ?? new Float32Array(count);
  if (target.length !== count) throw new RangeError(`target holds ${target.length} values, tensor \`${name}\` has ${count}`);
  await withFile(path, async (file) => {
    if (info.type === 'F32') return readExactly(file, new Uint8Array(target.buffer, target.byteOffset, target.byteLength), info.start, path);
    const bytes = new Uint8Array(info.end - info.start);
    await readExactly(file, bytes, info.start, path);
    widen(new DataView(bytes.buffer), info.type, target, path, name);
  });
  return target;
}

function widen(view: DataView, type: TensorType, target: Float32Array, path: string, name: string): void {
  const n = target.length;
  if (type === 'F64') for (let i = 0; i < n; i++) target[i] = view.getFloat64(8 * i, true);
  else if (type === 'F16') for (let i = 0; i < n; i++) target[i] = halfToFloat(view.getUint16(2 * i, true));
  else if (type === 'BF16') {
    const bits = new Uint32Array(target.buffer, target.byteOffset, n);
    for (let i = 0; i < n; i++) bits[i] = view.getUint16(2 * i, true) << 16;
  } else throw new PlumblineError('not-float', `tensor \`${name}\` is of type ${type}, a floating-point one was expected`, { where: path, hint: 'store hidden states as F32, F16 or BF16' });
}

/** The value of IEEE 754 half-precision bits. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
