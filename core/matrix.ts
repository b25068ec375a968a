/** A dense row-major matrix. Hidden states are float32; statistics over them accumulate in float64. */
export interface Matrix<T extends Float32Array | Float64Array = Float32Array | Float64Array> {
  readonly data: T;
  readonly rows: number;
  readonly cols: number;
}

/** View of row `i`; shares memory. */
export function row<T extends Float32Array | Float64Array>(matrix: Matrix<T>, i: number): T {
  return matrix.data.subarray(i * matrix.cols, (i + 1) * matrix.cols) as T;
}

/** Copy of the given rows, in the given order. */
export function takeRows<T extends Float32Array | Float64Array>(
  matrix: Matrix<T>,
  indices: readonly number[],
): Matrix<T> {
  const data = new (matrix.data.constructor as new (length: number) => T)(indices.length * matrix.cols);
  indices.forEach((index, i) => data.set(row(matrix, index), i * matrix.cols));
  return { data, rows: indices.length, cols: matrix.cols };
}

/** Float64 matrix from nested arrays; throws when the rows differ in length. */
export function fromRows(rows: readonly ArrayLike<number>[]): Matrix<Float64Array> {
  const cols = rows[0]?.length ?? 0;
  const data = new Float64Array(rows.length * cols);
  rows.forEach((values, i) => {
    if (values.length !== cols) throw new RangeError(`row ${i} has ${values.length} columns, row 0 has ${cols}`);
    data.set(values, i * cols);
  });
  return { data, rows: rows.length, cols };
}
