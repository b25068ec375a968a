/** An array in a file, read in pieces as float32 or float64, whatever type it is stored in. */
import { PlumblineError } from '../errors.ts';
import { readBytes, type ByteSource } from './byte-source.ts';
import { decodeElements, ELEMENT_BYTES, elementCount, type ElementType } from './elements.ts';

export interface StoredArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  /** File, and the array's name in it, for errors. */
  readonly where: string;
  /** Fills `into` with elements from `offset` on, counted in C order (last axis fastest). */
  read(offset: number, into: Float32Array | Float64Array): Promise<void>;
}

/** Bytes read at once. */
const PIECE = 8 << 20;
/** Largest array whose axes are stored in the other order: it is read whole before its first row can be given. */
export const MAX_FORTRAN_BYTES = 2 ** 31;

interface Layout {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: ElementType;
  readonly littleEndian: boolean;
  /** First axis fastest. */
  readonly fortran: boolean;
  /** Position of the first element in the source. */
  readonly start: number;
  readonly where: string;
}

/** An array that lies in a source from `start` on. */
export function storedArray(
  source: ByteSource,
  { name, shape, type, littleEndian, fortran, start, where }: Layout,
): StoredArray {
  const count = elementCount(shape);
  const step = ELEMENT_BYTES[type];
  const readPlain = async (offset: number, into: Float32Array | Float64Array): Promise<void> => {
    const most = PIECE / step;
    for (let done = 0; done < into.length; done += most) {
      const part = into.subarray(done, Math.min(into.length, done + most));
      decodeElements(
        await readBytes(source, start + (offset + done) * step, part.length * step),
        type,
        littleEndian,
        part,
      );
    }
  };
  let whole: Promise<Float64Array | Float32Array> | undefined;
  const readTransposed = async (offset: number, into: Float32Array | Float64Array): Promise<void> => {
    if (count * 8 > MAX_FORTRAN_BYTES)
      throw new PlumblineError(
        'array-too-large',
        `an array of ${count} numbers in Fortran order can't be read in pieces`,
        { where, hint: 'save it in C order: numpy.ascontiguousarray(array)' },
      );
    whole ??= (async () => {
      const values = type === 'F64' ? new Float64Array(count) : new Float32Array(count);
      await readPlain(0, values);
      return values;
    })();
    const values = await whole;
    const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)));
    const index = unravel(offset, shape);
    for (let i = 0; i < into.length; i++) {
      let at = 0;
      for (let axis = 0; axis < shape.length; axis++) at += index[axis] * strides[axis];
      into[i] = values[at];
      advance(index, shape);
    }
  };
  const read = fortran && shape.filter((size) => size > 1).length > 1 ? readTransposed : readPlain;
  return {
    name,
    shape,
    type,
    where,
    read(offset, into) {
      if (offset + into.length > count)
        throw new RangeError(`elements ${offset} to ${offset + into.length} of ${count}`);
      return read(offset, into);
    },
  };
}

/** Indices of element `offset` in C order. */
function unravel(offset: number, shape: readonly number[]): number[] {
  const index = new Array<number>(shape.length);
  let rest = offset;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index[axis] = rest % shape[axis];
    rest = Math.floor(rest / shape[axis]);
  }
  return index;
}

function advance(index: number[], shape: readonly number[]): void {
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (++index[axis] < shape[axis]) return;
    index[axis] = 0;
  }
}
