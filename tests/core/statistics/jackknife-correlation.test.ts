import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/random.ts';
import { jackknifeCorrelation } from '../../../core/statistics/jackknife-correlation.ts';
import { jackknifeInterval } from '../../../core/statistics/jackknife.ts';

/** Pearson's r from n, Σa, Σb, Σa², Σb², Σab. */
const pearson = ([n, a, b, aa, bb, ab]: readonly number[]): number =>
  (n * ab - a * b) / Math.sqrt((n * aa - a * a) * (n * bb - b * b));

describe('jackknife of a correlation on Fisher’s scale', () => {
  it('covers 95 % of a Gaussian correlation, its misses more even than the plain interval’s', () => {
    for (const r of [0, 0.85]) {
      const misses = [0, 0, 0, 0];
      for (let seed = 0; seed < 1000; seed++) {
        const random = new Random(seed, 'fisher');
        const rows = Array.from({ length: 40 }, () => {
          const a = random.normal();
          const b = r * a + Math.sqrt(1 - r * r) * random.normal();
          return [1, a, b, a * a, b * b, a * b];
        });
        const total = rows.reduce((sum, row) => sum.map((v, k) => v + row[k]));
        const without = rows.map((row) => pearson(total.map((v, k) => v - row[k])));
        [jackknifeCorrelation(pearson(total), without), jackknifeInterval(pearson(total), without)].forEach(
          ({ interval }, kind) => {
            if (interval![1] < r) misses[2 * kind]++;
            if (interval![0] > r) misses[2 * kind + 1]++;
          },
        );
      }
      // 1,000 simulations: binomial SD .007, so ±2 % is ±2.9 SD.
      expect((misses[0] + misses[1]) / 1000).toBeGreaterThan(0.03);
      expect((misses[0] + misses[1]) / 1000).toBeLessThan(0.07);
      if (r > 0) expect(Math.abs(misses[0] - misses[1])).toBeLessThan(Math.abs(misses[2] - misses[3]));
    }
  });

  it('stays inside [−1, 1], is the plain one at the ends, and passes on why there is none', () => {
    const near = Array.from({ length: 12 }, (_, i) => 0.97 + 0.03 * Math.sin(i));
    const { interval } = jackknifeCorrelation(0.99, near);
    expect(interval![1]).toBeLessThan(1);
    expect(interval![0]).toBeGreaterThan(-1);
    expect(
      jackknifeCorrelation(
        1,
        near.map(() => 1),
      ).interval,
    ).toEqual([1, 1]);
    expect(jackknifeCorrelation(0.5, [0.5, 0.5]).note).toMatch(/needs 10 scenes/);
  });
});
