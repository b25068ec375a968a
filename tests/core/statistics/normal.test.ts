import { describe, expect, it } from 'vitest';
import { normalCdf, normalDensity, normalQuantile } from '../../../core/statistics/normal.ts';

describe('normal distribution', () => {
  // scipy.stats.norm.cdf, 1.16
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1.959963984540054, 0.025],
    [-3, 0.0013498980316300933],
    [-6.5, 4.016000583859118e-11],
    [-10, 7.619853024160525e-24],
    [7, 0.9999999999987201],
  ])('Φ(%f) = %f', (x, p) => {
    expect(Math.abs(normalCdf(x) - p)).toBeLessThan(1e-13);
    if (x < -6) expect(Math.abs(normalCdf(x) / p - 1)).toBeLessThan(1e-10);
  });

  it('the quantile inverts Φ, and the density is its slope', () => {
    for (const p of [1e-12, 1e-4, 0.01, 0.3, 0.5, 0.77, 0.999]) {
      expect(Math.abs(normalCdf(normalQuantile(p)) / p - 1)).toBeLessThan(1e-9);
      const x = normalQuantile(p);
      expect(Math.abs((normalCdf(x + 1e-4) - normalCdf(x - 1e-4)) / 2e-4 - normalDensity(x))).toBeLessThan(1e-8);
    }
    expect(() => normalQuantile(1)).toThrow('strictly between 0 and 1');
  });
});
