/** Element types of stored arrays, and how their bytes become JavaScript numbers. */
import { halfTable } from './half.ts';

/** Bytes of one element, by the names that safetensors uses. */
export const ELEMENT_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;
export type ElementType = keyof typeof ELEMENT_BYTES;

/** Whether values of a type are floating-point numbers. */
export const isFloating = (type: ElementType): boolean =>
  type === 'F64' || type === 'F32' || type === 'F16' || type === 'BF16';

/** Number of elements of a shape; not a safe integer when the shape is absurd. */
export const elementCount = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/**
 * Widens or narrows `into.length` elements to the numbers of `into`. 64-bit integers beyond 2^53 are rounded; F64
 * values beyond float32's range become infinities in a Float32Array.
 * @param bytes exactly the elements' bytes
 */
export function decodeElements(
  bytes: Uint8Array,
  type: ElementType,
  littleEndian: boolean,
  into: Float32Array | Float64Array,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const n = into.length;
  const each = (read: (at: number) => number): void => {
    const step = ELEMENT_BYTES[type];
    for (let i = 0; i < n; i++) into[i] = read(i * step);
  };
  switch (type) {
    case 'F32':
      if (littleEndian && into instanceof Float32Array)
        new Uint8Array(into.buffer, into.byteOffset, into.byteLength).set(bytes);
      else each((at) => view.getFloat32(at, littleEndian));
      return;
    case 'F64':
      return each((at) => view.getFloat64(at, littleEndian));
    case 'F16': {
      const values = halfTable();
      return each((at) => values[view.getUint16(at, littleEndian)]);
    }
    case 'BF16': {
      const single = new Float32Array(1);
      const bits = new Uint32Array(single.buffer);
      return each((at) => {
        bits[0] = view.getUint16(at, littleEndian) << 16;
        return single[0];
      });
    }
    case 'I64':
      return each((at) => Number(view.getBigInt64(at, littleEndian)));
    case 'U64':
      return each((at) => Number(view.getBigUint64(at, littleEndian)));
    case 'I32':
      return each((at) => view.getInt32(at, littleEndian));
    case 'U32':
      return each((at) => view.getUint32(at, littleEndian));
    case 'I16':
      return each((at) => view.getInt16(at, littleEndian));
    case 'U16':
      return each((at) => view.getUint16(at, littleEndian));
    case 'I8':
      return each((at) => view.getInt8(at));
    case 'U8':
    case 'BOOL':
      return each((at) => view.getUint8(at));
  }
}
