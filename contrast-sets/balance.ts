/** Balanced random bits: which scene gets which answer. */
import type { Random } from '../core/random.ts';

/** Columns 3 and later of an 8-run orthogonal array, as sums of the first three. */
const SUMS = [0b011, 0b101, 0b110, 0b111];
const parity = (bits: number): number => (bits ^ (bits >> 1) ^ (bits >> 2)) & 1;

/**
 * `n` rows of `columns` ≤ 7 bits. Blocks of eight rows run through all combinations of the first three columns, and
 * every two columns are orthogonal within a block; the rows left over come in complementary pairs. So every column is
 * balanced to ±1, and the first three jointly as far as n allows.
 */
export function balancedBits(random: Random, n: number, columns: number): number[][] {
  if (!(columns <= 3 + SUMS.length)) throw new RangeError(`at most ${3 + SUMS.length} columns: ${columns}`);
  const rows: number[][] = [];
  while (n - rows.length >= 8) {
    // A sum's sign is drawn anew for each block, so that it is independent of the three over the whole set.
    const flips = Array.from({ length: columns }, () => random.integer(2));
    const block = Array.from({ length: 8 }, (_, run) =>
      Array.from({ length: columns }, (_, c) => (c < 3 ? (run >> c) & 1 : parity(run & SUMS[c - 3]) ^ flips[c])),
    );
    rows.push(...random.shuffle(block));
  }
  const rest = random.shuffle([0, 1, 2, 3]);
  for (let i = 0; rows.length < n; i++) {
    // Run and 7 − run are complements in the first three columns.
    const row = Array.from({ length: columns }, (_, c) => (c < 3 ? (rest[i] >> c) & 1 : random.integer(2)));
    rows.push(row);
    if (rows.length < n) rows.push(row.map((bit) => 1 - bit));
  }
  return random.shuffle(rows);
}
