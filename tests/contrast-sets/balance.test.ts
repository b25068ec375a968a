import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { Random } from '../../core/random.ts';
import { balancedBits } from '../../contrast-sets/balance.ts';

describe('balancedBits', () => {
  it('balances every column to ±1, for any number of rows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 0, max: 1e6 }),
        (n, columns, seed) => {
          const rows = balancedBits(new Random(seed, 'test'), n, columns);
          expect(rows).toHaveLength(n);
          for (let c = 0; c < columns; c++)
            expect(Math.abs(2 * rows.filter((row) => row[c] === 1).length - n)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('makes any two columns, and the first three jointly, exactly independent over multiples of eight', () => {
    const rows = balancedBits(new Random(3, 'test'), 200, 6);
    for (let a = 0; a < 6; a++) {
      for (let b = 0; b < a; b++) expect(rows.filter((row) => row[a] === row[b])).toHaveLength(100);
    }
    const triples = new Map<string, number>();
    for (const row of rows) triples.set(row.slice(0, 3).join(''), (triples.get(row.slice(0, 3).join('')) ?? 0) + 1);
    expect([...triples.values()]).toEqual(Array(8).fill(25));
  });

  it('leaves no fixed relation between a later column and the first three', () => {
    const rows = balancedBits(new Random(4, 'test'), 800, 6);
    const agree = rows.filter((row) => (row[0] ^ row[1]) === row[3]).length;
    // One sign a block of eight, 100 blocks: standard deviation 40.
    expect(Math.abs(agree - 400)).toBeLessThan(160);
  });
});
