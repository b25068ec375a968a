/**
 * The protobuf wire format (https://protobuf.dev/programming-guides/encoding/): fields of a message as byte ranges,
 * nothing copied.
 */
import { PlumblineError } from '../../core/errors.ts';
import type { ByteSource } from './source.ts';

/** One field. `start` is at the tag, `payload` at the value, `end` after it. */
export interface Field {
  readonly number: number;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  readonly wire: number;
  /** A varint's value as a signed 64-bit integer, rounded past 2^53; 0 for other wire types. */
  readonly value: number;
  readonly start: number;
  readonly payload: number;
  readonly end: number;
}

export function corrupt(source: ByteSource, what: string): PlumblineError {
  return new PlumblineError('corrupt-onnx', `not a whole ONNX file: ${what}`, {
    where: source.name,
    hint: 'the file is cut off or damaged: download or export it again',
  });
}

/** Reads one varint at `at`, not past `limit`; returns its value and the offset after it. */
function varint(source: ByteSource, at: number, limit: number): { value: number; next: number } {
  const bytes = source.bytes(at, Math.min(at + 10, limit));
  let low = 0;
  let high = 0;
  for (let i = 0; i < bytes.length; i++) {
    const part = bytes[i] & 0x7f;
    const shift = 7 * i;
    if (shift < 28) low |= part << shift;
    else if (shift === 28) {
      low |= part << 28;
      high |= part >> 4;
    } else high |= part << (shift - 32);
    if (bytes[i] < 0x80) return { value: (high | 0) * 2 ** 32 + (low >>> 0), next: at + i + 1 };
  }
  throw corrupt(
    source,
    bytes.length < 10 ? `it ends inside a number at byte ${at}` : `a number at byte ${at} has no end`,
  );
}

/** The fields of the message in `[start, end)`. */
export function* fields(source: ByteSource, start: number, end: number): Generator<Field> {
  let at = start;
  while (at < end) {
    const tag = varint(source, at, end);
    const number = Math.floor(tag.value / 8);
    const wire = tag.value & 7;
    if (number < 1 || number > 536870911) throw corrupt(source, `byte ${at} starts no field`);
    let payload = tag.next;
    let next: number;
    let value = 0;
    if (wire === 0) {
      const read = varint(source, payload, end);
      value = read.value;
      next = read.next;
    } else if (wire === 1) next = payload + 8;
    else if (wire === 5) next = payload + 4;
    else if (wire === 2) {
      const length = varint(source, payload, end);
      payload = length.next;
      if (length.value < 0) throw corrupt(source, `a field at byte ${at} has a negative length`);
      next = payload + length.value;
    } else throw corrupt(source, `byte ${at} starts no field`);
    if (next > end)
      throw corrupt(source, `a field at byte ${at} claims ${next - payload} bytes where ${end - payload} are left`);
    yield { number, wire, value, start: at, payload, end: next };
    at = next;
  }
}

const decoder = new TextDecoder();
const MAX_TEXT = 1 << 20;

/** A string field. */
export function text(source: ByteSource, field: Field): string {
  expectWire(source, field, 2);
  if (field.end - field.payload > MAX_TEXT)
    throw corrupt(source, `a name at byte ${field.start} is ${field.end - field.payload} bytes long`);
  return decoder.decode(source.bytes(field.payload, field.end));
}

/** Appends the integers of a repeated integer field, packed or not, to `values`. */
export function integers(source: ByteSource, field: Field, values: number[]): void {
  if (field.wire === 0) {
    values.push(field.value);
    return;
  }
  expectWire(source, field, 2);
  for (let at = field.payload; at < field.end;) {
    const read = varint(source, at, field.end);
    values.push(read.value);
    at = read.next;
  }
}

export function expectWire(source: ByteSource, field: Field, wire: number): void {
  if (field.wire !== wire)
    throw corrupt(source, `field ${field.number} at byte ${field.start} has wire type ${field.wire}, expected ${wire}`);
}
