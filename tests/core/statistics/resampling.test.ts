import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromRows, row } from '../../../core/matrix.ts';
import { Random } from '../../../core/random.ts';
import { clusterBootstrapMean } from '../../../core/statistics/cluster-bootstrap.ts';
import { holm } from '../../../core/statistics/holm.ts';
import { jackknifeInterval } from '../../../core/statistics/jackknife.ts';
import { flippedSquares, nullUpper95, signFlips } from '../../../core/statistics/sign-flip.ts';
import { studentT95 } from '../../../core/statistics/student-t.ts';

describe("Student's t", () => {
  it('agrees with tables', () => {
    for (const [df, t] of [
      [5, 2.57058],
      [10, 2.22814],
      [30, 2.04227],
      [100, 1.98397],
      [1e9, 1.959964],
    ] as const)
      expect(Math.abs(studentT95(df) - t)).toBeLessThan(1e-3);
    expect(() => studentT95(2)).toThrow(RangeError);
  });
});

describe('jackknife', () => {
  it('of a mean is the t interval of the mean', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8];
    const n = values.length;
    const total = values.reduce((a, b) => a + b, 0);
    const mean = total / n;
    const se = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (n - 1) / n);
    const { interval } = jackknifeInterval(
      mean,
      values.map((v) => (total - v) / (n - 1)),
    );
    expect(interval![0]).toBeCloseTo(mean - studentT95(n - 1) * se, 10);
    expect(interval![1]).toBeCloseTo(mean + studentT95(n - 1) * se, 10);
  });

  it('cuts to the range and names the reason for having no interval', () => {
    const spread = Array.from({ length: 20 }, (_, i) => 0.98 + 0.002 * i);
    expect(jackknifeInterval(0.999, spread, [-1, 1]).interval![1]).toBe(1);
    expect(jackknifeInterval(0.5, [0.5, 0.6]).note).toMatch(/needs 10 scenes, there are 2/);
    expect(jackknifeInterval(0.5, [...spread, null]).note).toMatch(/undefined without one of the scenes/);
  });
});

describe('sign flips', () => {
  const random = new Random(5);
  const rows = fromRows(Array.from({ length: 23 }, () => Array.from({ length: 6 }, () => random.normal())));

  it('are ±1, fair and of many patterns', () => {
    const signs = signFlips(15, new Random(1), 400);
    expect(new Set(signs.data)).toEqual(new Set([1, -1]));
    expect(new Set(Array.from({ length: 400 }, (_, draw) => row(signs, draw).join())).size).toBeGreaterThan(390);
    // 6,000 fair coins: 4 SD of their mean are .052.
    expect(Math.abs(signs.data.reduce((s, v) => s + v, 0) / 6000)).toBeLessThan(0.052);
  });

  it('give the squared norms of the signed sums, unbiased: their mean is the sum of squared norms', async () => {
    const signs = signFlips(23, new Random(2), 4000);
    const squares = await flippedSquares(rows, signs);
    for (const draw of [0, 1, 3999]) {
      const sum = Array.from({ length: 6 }, (_, j) =>
        row(signs, draw).reduce((s, sign, g) => s + sign * rows.data[g * 6 + j], 0),
      );
      expect(squares[draw]).toBeCloseTo(
        sum.reduce((s, v) => s + v * v, 0),
        10,
      );
    }
    const mean = squares.reduce((s, v) => s + v, 0) / 4000;
    const standardError = Math.sqrt((squares.reduce((s, v) => s + v * v, 0) / 4000 - mean ** 2) / 4000);
    expect(Math.abs(mean - rows.data.reduce((s, v) => s + v * v, 0))).toBeLessThan(4 * standardError);
  });

  it('repeat for the same seed and differ for another', () => {
    const draw = (seed: number): Float64Array => signFlips(23, new Random(seed), 20).data;
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('threshold is the ⌈.95(N+1)⌉-th smallest', () => {
    expect(nullUpper95(Array.from({ length: 99 }, (_, i) => 99 - i))).toBe(95);
    expect(nullUpper95(Array.from({ length: 19 }, (_, i) => i))).toBe(18);
    expect(() => nullUpper95([1, 2, 3])).toThrow(RangeError);
  });
});

describe('cluster bootstrap', () => {
  it('covers the mean of correlated rows', () => {
    // 60 groups of three with a shared part; 300 simulations have a binomial SD of .013. A percentile interval of 60
    // groups covers about 94 %: −3 SD is .90.
    let covered = 0;
    const groups = Array.from({ length: 180 }, (_, i) => `g${Math.floor(i / 3)}`);
    for (let seed = 0; seed < 300; seed++) {
      const random = new Random(seed, 'bootstrap');
      let shared = 0;
      const values = groups.map((_, i) => (shared = i % 3 === 0 ? random.normal() : shared) + 0.5 * random.normal());
      const [low, high] = clusterBootstrapMean(values, groups, random).interval!;
      if (low <= 0 && 0 <= high) covered++;
    }
    expect(covered / 300).toBeGreaterThan(0.9);
    expect(covered / 300).toBeLessThan(0.98);
  });

  it('is refused below 50 groups', () => {
    const estimate = clusterBootstrapMean([1, 2, 3], ['a', 'b', 'c'], new Random(0));
    expect(estimate).toMatchObject({ value: 2, interval: null, groups: 3 });
    expect(estimate.note).toMatch(/needs 50 scenes, there are 3/);
  });
});

describe('Holm', () => {
  it('gives the textbook adjustment', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual(
      [0.03, 0.06, 0.06, 0.02].map((p) => expect.closeTo(p, 12) as number),
    );
  });

  it('lies between the p-value and Bonferroni, and keeps the order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 }), (p) => {
        const adjusted = holm(p);
        p.forEach((value, i) => {
          expect(adjusted[i]).toBeGreaterThanOrEqual(value);
          expect(adjusted[i]).toBeLessThanOrEqual(Math.min(1, p.length * value) + 1e-12);
          p.forEach((other, j) => {
            if (value < other) expect(adjusted[i]).toBeLessThanOrEqual(adjusted[j]);
          });
        });
      }),
    );
    expect(() => holm([1.5])).toThrow(RangeError);
  });
});
