import { PlumblineError } from '../core/errors.ts';
import { row, type Matrix } from '../core/matrix.ts';
import { columnMeans } from '../core/numerics/centre.ts';
import { leadingEigen } from '../core/numerics/leading-eigen.ts';

const COMPONENTS = 3;

export interface PrincipalComponents {
  /** Share of the total variance, largest first. */
  readonly explainedVariance: Float64Array;
  /** One unit vector a row; its largest entry is positive. */
  readonly components: Matrix<Float64Array>;
  /** n × components, about the mean. */
  readonly scores: Matrix<Float64Array>;
}

/**
 * Principal components of centred, unscaled rows, as scikit-learn's `PCA`.
 *
 * @param matrix n × d, at least two different rows.
 * @throws {PlumblineError} `no-variance` when all rows are equal.
 */
export async function principalComponents(matrix: Matrix, count = COMPONENTS): Promise<PrincipalComponents> {
  const { values, vectors, scores, total } = await leadingEigen(matrix, count, columnMeans(matrix));
  if (!(total > 0))
    throw new PlumblineError('no-variance', 'principal components need rows that differ', {
      hint: 'choose a layer or a selection that depends on the question',
    });
  for (let k = 0; k < vectors.rows; k++) {
    const vector = row(vectors, k);
    const largest = vector.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    if (largest >= 0) continue;
    for (let j = 0; j < vector.length; j++) vector[j] = -vector[j];
    for (let i = 0; i < scores.rows; i++) scores.data[i * scores.cols + k] *= -1;
  }
  return { explainedVariance: values.map((value) => value / total), components: vectors, scores };
}
