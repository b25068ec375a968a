import type { Matrix } from '../matrix.ts';

/** Copy in float64 with every column's mean subtracted, and the means. */
export function centreColumns(matrix: Matrix): { centred: Matrix<Float64Array>; means: Float64Array } {
  const { rows, cols } = matrix;
  const data = Float64Array.from(matrix.data);
  const means = new Float64Array(cols);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) means[j] += data[i * cols + j];
  for (let j = 0; j < cols; j++) means[j] /= rows;
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) data[i * cols + j] -= means[j];
  return { centred: { data, rows, cols }, means };
}
