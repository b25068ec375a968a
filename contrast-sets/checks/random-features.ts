/**
 * Nonlinear features of mixed nuisance factors: numbers, categories, all products of two, and random ReLU units of
 * three.
 */
import { Random } from '../../core/random.ts';
import type { Matrix } from '../../core/matrix.ts';

export type Factors = Readonly<Record<string, number | string>>;

const RELU_UNITS = 512;
/**
 * Values of a category beyond the most frequent ones share a column: products of hundreds of columns would say nothing
 * and fill the memory.
 */
const MOST_LEVELS = 16;
/** Standardised values are clipped here, so that one outlier can't carry a feature. */
const CLIP = 3;

/**
 * Columns of the factors: numbers as they are, a category as one 0/1 column a value (one column if there are only two).
 * Constant columns are left out.
 */
function encode(rows: readonly Factors[], names: readonly string[]): Float64Array[] {
  const columns: Float64Array[] = [];
  for (const name of names) {
    const values = rows.map((row) => row[name]);
    if (values.every((value) => typeof value === 'number')) {
      columns.push(Float64Array.from(values));
      continue;
    }
    const counts = new Map<string, number>();
    for (const value of values) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
    const levels = [...counts.keys()].sort((a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1));
    const own = levels.length === 2 ? levels.slice(1) : levels.slice(0, MOST_LEVELS);
    for (const level of own) columns.push(Float64Array.from(values, (value) => (String(value) === level ? 1 : 0)));
  }
  return columns.map(standardised).filter((column) => column.some((value) => value !== 0));
}

function standardised(column: Float64Array): Float64Array {
  const mean = column.reduce((sum, v) => sum + v, 0) / column.length;
  const sd = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / column.length);
  return column.map((v) => (sd < 1e-9 * (1 + Math.abs(mean)) ? 0 : Math.max(-CLIP, Math.min(CLIP, (v - mean) / sd))));
}

/**
 * Standardised features of the named factors, n × d: the encoded factors, all their pairwise products and 512 units
 * relu(w·x + b) over three random columns. Standardisation uses all rows, which tells nothing about the labels.
 */
export function nonlinearFeatures(
  rows: readonly Factors[],
  names: readonly string[],
  seed: number,
): Matrix<Float64Array> {
  const base = encode(rows, names);
  const random = new Random(seed, 'random-features');
  const columns = [...base];
  for (let i = 0; i < base.length; i++)
    for (let j = 0; j < i; j++) columns.push(standardised(base[i].map((v, row) => v * base[j][row])));
  for (let unit = 0; unit < RELU_UNITS && base.length > 0; unit++) {
    const parts = [0, 1, 2].map(() => ({ column: random.pick(base), weight: random.normal() }));
    const bias = random.normal();
    columns.push(
      standardised(
        base[0].map((_, row) =>
          Math.max(
            0,
            parts.reduce((sum, { column, weight }) => sum + weight * column[row], bias),
          ),
        ),
      ),
    );
  }
  const data = new Float64Array(rows.length * columns.length);
  columns.forEach((column, j) => column.forEach((value, i) => (data[i * columns.length + j] = value)));
  return { data, rows: rows.length, cols: columns.length };
}
