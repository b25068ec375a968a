/**
 * Standardisation as scikit-learn's `StandardScaler`: population standard deviation (ddof 0), constant columns centred
 * but not scaled.
 */
import { PlumblineError } from '../errors.ts';
import type { Matrix } from '../matrix.ts';

export interface Moments {
  readonly mean: Float64Array;
  /** Population standard deviation; 0 for a column that is constant on the rows used. */
  readonly sd: Float64Array;
}

/**
 * A spread below this share of the column's magnitude, 8 units in the last place of the element type, is rounding noise
 * and not signal.
 */
const CONSTANT_BELOW = { float32: 2 ** -20, float64: 2 ** -49 };

/**
 * Mean and standard deviation of every column over `rows` (default: all), accumulated in float64 around the first row
 * so that large offsets cost no digits.
 */
export function columnMoments(x: Matrix, rows?: ArrayLike<number>): Moments {
  const { cols: d, data } = x;
  const n = rows?.length ?? x.rows;
  if (n === 0) throw new RangeError('columnMoments needs at least one row');
  const base = (rows?.[0] ?? 0) * d;
  const noise = data instanceof Float32Array ? CONSTANT_BELOW.float32 : CONSTANT_BELOW.float64;
  const mean = new Float64Array(d);
  const sd = new Float64Array(d);
  const start = (i: number): number => (rows === undefined ? i : rows[i]) * d;
  // Four rows a pass over the sums, added one after the other as a single row would be.
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const [a, b, c, e] = [start(i), start(i + 1), start(i + 2), start(i + 3)];
    for (let j = 0; j < d; j++) {
      const origin = data[base + j];
      const [p, q, r, s] = [data[a + j] - origin, data[b + j] - origin, data[c + j] - origin, data[e + j] - origin];
      mean[j] = mean[j] + p + q + r + s;
      sd[j] = sd[j] + p * p + q * q + r * r + s * s;
    }
  }
  for (; i < n; i++) {
    const at = start(i);
    for (let j = 0; j < d; j++) {
      const v = data[at + j] - data[base + j];
      mean[j] += v;
      sd[j] += v * v;
    }
  }
  for (let j = 0; j < d; j++) {
    const shift = mean[j] / n;
    mean[j] = data[base + j] + shift;
    const spread = Math.sqrt(Math.max(0, sd[j] / n - shift * shift));
    const magnitude = Math.max(Math.abs(data[base + j]), Math.abs(mean[j]));
    sd[j] = spread > noise * magnitude ? spread : 0;
  }
  return { mean, sd };
}

/** (x − mean) / sd column by column, as a float64 copy; constant columns become x − mean. */
export function standardise(x: Matrix, { mean, sd }: Moments): Matrix<Float64Array> {
  const { rows: n, cols: d } = x;
  const data = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < d; j++) data[i * d + j] = (x.data[i * d + j] - mean[j]) / (sd[j] || 1);
  }
  return { data, rows: n, cols: d };
}

/** Throws `not-finite` naming the first NaN or infinity of `x`; `what` names the matrix in the message. */
export function requireFinite(x: Matrix, what: string): void {
  for (let i = 0; i < x.data.length; i++) {
    if (!Number.isFinite(x.data[i])) {
      throw new PlumblineError(
        'not-finite',
        `${what} hold ${x.data[i]} in row ${Math.floor(i / x.cols)}, column ${i % x.cols}`,
        {
          hint: 'Find out where the value was made (a checkpoint with NaN weights, a float16 overflow) or leave the row out.',
        },
      );
    }
  }
}
