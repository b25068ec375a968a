import { row, type Matrix } from '../matrix.ts';
import type { Random } from '../random.ts';

/** With 499 draws, "above the 475th smallest" is an exact 5 % test. */
export const SIGN_FLIP_DRAWS = 499;
/** Rows whose signed sums are tabulated together; a draw then costs one addition for a block instead of one for a row. */
const BLOCK = 7;

/**
 * Σ_g s_g·x_g under random signs, one sign a row: the null of "the rows share no direction". A row is a scene's sum, so that a flip turns
 * the whole scene.
 *
 * Signs depend only on the stream and the number of rows: the same seed gives the same flips at every layer, so the maximum over
 * layers within a draw is a draw of the peak's null (Westfall & Young 1993).
 *
 * @param sums G × d, one row a scene.
 * @returns draws × d, one signed sum a row.
 */
export function signFlippedSums(sums: Matrix, random: Random, draws = SIGN_FLIP_DRAWS): Matrix<Float64Array> {
  const { rows, cols } = sums;
  const totals = new Float64Array(draws * cols);
  const table = new Float64Array((1 << BLOCK) * cols);
  for (let start = 0; start < rows; start += BLOCK) {
    const size = Math.min(BLOCK, rows - start);
    tabulateSignedSums(sums, start, size, table);
    for (let draw = 0; draw < draws; draw++) {
      const from = (random.uint32() >>> (32 - size)) * cols;
      const to = draw * cols;
      let j = 0;
      // Unrolled: a quarter off the running time of the whole axis geometry.
      for (; j + 3 < cols; j += 4) {
        totals[to + j] += table[from + j];
        totals[to + j + 1] += table[from + j + 1];
        totals[to + j + 2] += table[from + j + 2];
        totals[to + j + 3] += table[from + j + 3];
      }
      for (; j < cols; j++) totals[to + j] += table[from + j];
    }
  }
  return { data: totals, rows: draws, cols };
}

/** Row `mask` of the table: the sum of the block's rows, negated where the mask's bit is set. */
function tabulateSignedSums(sums: Matrix, start: number, size: number, table: Float64Array): void {
  const { cols } = sums;
  table.fill(0, 0, cols);
  for (let r = 0; r < size; r++) {
    const values = row(sums, start + r);
    for (let j = 0; j < cols; j++) table[j] += values[j];
  }
  for (let r = 0; r < size; r++) {
    const values = row(sums, start + r);
    const half = 1 << r;
    for (let mask = 0; mask < half; mask++) {
      const from = mask * cols;
      const to = (mask + half) * cols;
      for (let j = 0; j < cols; j++) table[to + j] = table[from + j] - 2 * values[j];
    }
  }
}

/**
 * Upper 5 % point of null draws: the ⌈.95(N+1)⌉-th smallest, so that exceeding it is a test of level ≤ 5 %
 * (Phipson & Smyth 2010, https://doi.org/10.2202/1544-6115.1585).
 *
 * @throws {RangeError} below 19 draws, where no such point exists.
 */
export function nullUpper95(draws: ArrayLike<number>): number {
  const rank = Math.ceil(0.95 * (draws.length + 1));
  if (rank > draws.length) throw new RangeError(`at least 19 null draws are needed: ${draws.length}`);
  return Float64Array.from(draws).sort()[rank - 1];
}
