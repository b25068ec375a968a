import { describe, expect, it } from 'vitest';
import { Random } from '../../../core/random.ts';
import { groupMean } from '../../../core/statistics/group-mean.ts';
import { positiveMean } from '../../../core/statistics/positive-mean.ts';

const own = (n: number): string[] => Array.from({ length: n }, (_, i) => `s${i}`);

describe('mean of sizes', () => {
  it('covers 95 % of an exponential mean, where the plain interval lies low', () => {
    const misses = { low: 0, high: 0, plainLow: 0, plainHigh: 0 };
    for (let seed = 0; seed < 1000; seed++) {
      const random = new Random(seed, 'sizes');
      const values = Array.from({ length: 40 }, () => -Math.log(1 - random.next()));
      const [low, high] = positiveMean(values, own(40)).interval!;
      const [plainLow, plainHigh] = groupMean(values, own(40), random, [0, Infinity]).interval!;
      if (high < 1) misses.low++;
      if (low > 1) misses.high++;
      if (plainHigh < 1) misses.plainLow++;
      if (plainLow > 1) misses.plainHigh++;
    }
    // 1,000 simulations: binomial SD .007, so ±2 % is ±2.9 SD.
    expect((misses.low + misses.high) / 1000).toBeGreaterThan(0.03);
    expect((misses.low + misses.high) / 1000).toBeLessThan(0.07);
    expect(misses.plainLow).toBeGreaterThan(misses.low);
  });

  it('scales with its values, weighs rows alike and is not below 0', () => {
    const random = new Random(1);
    const values = Array.from({ length: 60 }, () => random.next() ** 4);
    const groups = values.map((_, i) => `s${i % 12}`);
    const [one, ten] = [
      positiveMean(values, groups),
      positiveMean(
        values.map((v) => 10 * v),
        groups,
      ),
    ];
    expect(one.value).toBeCloseTo(values.reduce((s, v) => s + v, 0) / 60, 12);
    expect(ten.interval![0]).toBeCloseTo(10 * one.interval![0], 10);
    expect(ten.interval![1]).toBeCloseTo(10 * one.interval![1], 10);
    expect(one.interval![0]).toBeGreaterThanOrEqual(0);
    expect(one).toMatchObject({
      n: 60,
      groups: 12,
      intervalKind: 'delete-one-group jackknife, above on the logarithm',
    });
  });

  it('says why it has no interval', () => {
    expect(positiveMean([], [])).toMatchObject({ value: null, note: 'no rows' });
    expect(positiveMean([0, 0], ['a', 'b'])).toMatchObject({
      value: 0,
      interval: null,
      note: 'no interval: every value is 0',
    });
    expect(positiveMean([1, 2], ['a', 'b'])).toMatchObject({
      value: 1.5,
      interval: null,
      note: expect.stringMatching(/needs 10 scenes, there are 2/) as string,
    });
    expect(positiveMean([...Array<number>(11).fill(0), 3], own(12))).toMatchObject({
      value: 0.25,
      interval: null,
      note: expect.stringMatching(/undefined without one of the scenes/) as string,
    });
    expect(() => positiveMean([-1], ['a'])).toThrow(/at least 0/);
    expect(() => positiveMean([1], [''])).toThrow(/no group id/);
  });
});
