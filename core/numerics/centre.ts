import type { Matrix } from '../matrix.ts';

/** Copy in float64 with every column's mean subtracted, and the means. */
export function centreColumns(matrix: Matrix): { centred: Matrix<Float64Array>; means: Float64Array } {
  const { rows, cols } = matrix;
  const data = Float64Array.from(matrix.data);
  const means = columnMeans(matrix);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) data[i * cols + j] -= means[j];
  return { centred: { data, rows, cols }, means };
}

/**
 * Mean of every column. Sums are taken around the first row, so that large offsets cost no digits and a constant column
 * has exactly its value.
 */
export function columnMeans({ data, rows, cols }: Matrix): Float64Array {
  const sums = new Float64Array(cols);
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    const at = i * cols;
    for (let j = 0; j < cols; j++)
      sums[j] +=
        data[at + j] -
        data[j] +
        (data[at + cols + j] - data[j]) +
        (data[at + 2 * cols + j] - data[j] + (data[at + 3 * cols + j] - data[j]));
  }
  for (; i < rows; i++) for (let j = 0; j < cols; j++) sums[j] += data[i * cols + j] - data[j];
  return sums.map((sum, j) => data[j] + sum / rows);
}
