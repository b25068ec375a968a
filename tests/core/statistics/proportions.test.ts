import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlumblineError } from '../../../core/errors.ts';
import { Random } from '../../../core/random.ts';
import { clusteredProportion } from '../../../core/statistics/clustered-proportion.ts';
import { clusteredSe } from '../../../core/statistics/clustered-se.ts';
import { effectiveSize } from '../../../core/statistics/effective-size.ts';
import { newcombeDifference } from '../../../core/statistics/newcombe.ts';
import { wilsonInterval } from '../../../core/statistics/wilson.ts';

describe('Wilson', () => {
  it('gives the reference interval of methods §8', () => {
    const [low, high] = wilsonInterval(97 / 124, 124);
    expect(low).toBeCloseTo(0.702, 3);
    expect(high).toBeCloseTo(0.846, 3);
  });

  it('does not give [1, 1] for a perfect score, nor [0, 0] for none', () => {
    // The known closed forms at the ends: n/(n+z²) and z²/(n+z²).
    const z2 = 1.959963984540054 ** 2;
    expect(wilsonInterval(1, 50)).toEqual([expect.closeTo(50 / (50 + z2), 12), 1]);
    expect(wilsonInterval(0, 50)).toEqual([0, expect.closeTo(z2 / (50 + z2), 12)]);
  });

  it('holds the proportion, mirrors, and shrinks with n', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 1, max: 1e5, noNaN: true }), (p, n) => {
        const [low, high] = wilsonInterval(p, n);
        const [mirrorLow, mirrorHigh] = wilsonInterval(1 - p, n);
        const [closerLow, closerHigh] = wilsonInterval(p, 2 * n);
        expect(low).toBeLessThanOrEqual(p);
        expect(high).toBeGreaterThanOrEqual(p);
        expect(mirrorLow).toBeCloseTo(1 - high, 9);
        expect(mirrorHigh).toBeCloseTo(1 - low, 9);
        expect(closerLow).toBeGreaterThanOrEqual(low - 1e-12);
        expect(closerHigh).toBeLessThanOrEqual(high + 1e-12);
      }),
    );
  });

  it('refuses what is no proportion', () => {
    expect(() => wilsonInterval(1.2, 10)).toThrow(RangeError);
    expect(() => wilsonInterval(0.5, 0)).toThrow(RangeError);
  });
});

describe('clustered standard error', () => {
  it('is the formula on a worked case', () => {
    // Mean .5; cluster deviation sums +1, −1, 0: sqrt(3/2 · 2)/6.
    expect(clusteredSe([1, 1, 0, 0, 1, 0], ['a', 'a', 'b', 'b', 'c', 'c'])).toBeCloseTo(Math.sqrt(3) / 6, 12);
  });

  it('with one row a group is the usual standard error', () => {
    const values = [2, 5, 7, 1, 4];
    const mean = 3.8;
    const sd = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / 4);
    expect(clusteredSe(values, ['a', 'b', 'c', 'd', 'e'])).toBeCloseTo(sd / Math.sqrt(5), 12);
  });

  it('does not change when rows are duplicated inside their groups, unlike the naive one', () => {
    const values = [1, 0, 1, 1, 0, 1];
    const groups = ['a', 'b', 'c', 'd', 'e', 'f'];
    expect(clusteredSe([...values, ...values], [...groups, ...groups])).toBeCloseTo(clusteredSe(values, groups), 12);
  });

  it('refuses a missing group id', () => {
    expect(() => clusteredSe([1, 0], ['a', undefined])).toThrow(PlumblineError);
    expect(() => clusteredSe([1, 0], ['a', ''])).toThrow(/row 1 has no group id/);
  });
});

describe('effective size', () => {
  it('is the number of items for independent items, of scenes for copies', () => {
    const random = new Random(3);
    const scores = Array.from({ length: 4000 }, () => (random.coin(0.7) ? 1 : 0));
    const own = scores.map((_, i) => `s${i}`);
    const independent = clusteredProportion(scores, own);
    // C/(C−1) inflates the variance by one part in 4,000.
    expect(independent.nEff).toBeCloseTo(4000 - 1, 6);
    const copied = clusteredProportion([...scores, ...scores], [...own, ...own]);
    expect(copied.nEff).toBeCloseTo(4000 - 1, 6);
    expect(copied.estimate).toMatchObject({ n: 8000, groups: 4000 });
  });

  it('never exceeds the items, and is the number of scenes where SE is 0 or unknown', () => {
    expect(effectiveSize({ accuracy: 0.5, standardError: 1e-4, items: 100, scenes: 50 })).toBe(100);
    expect(effectiveSize({ accuracy: 1, standardError: 0, items: 100, scenes: 50 })).toBe(50);
    expect(effectiveSize({ accuracy: 0.5, standardError: Number.NaN, items: 2, scenes: 1 })).toBe(1);
    // One of two orders right in every scene: deviation sums are 0, although the accuracy is .5.
    const alternating = Array.from({ length: 300 }, (_, i) => i % 2);
    expect(
      clusteredProportion(
        alternating,
        alternating.map((_, i) => `s${Math.floor(i / 2)}`),
      ).nEff,
    ).toBe(150);
  });

  it('covers 95 % for correlated pairs of items', () => {
    // 200 scenes, two items each, ICC .5, p = .8. 1,000 simulations: binomial SD .0069, so ±2 % is ±2.9 SD.
    let covered = 0;
    const groups = Array.from({ length: 400 }, (_, i) => `s${Math.floor(i / 2)}`);
    for (let seed = 0; seed < 1000; seed++) {
      const random = new Random(seed, 'coverage');
      const scores: boolean[] = [];
      for (let s = 0; s < 200; s++) {
        const shared = random.coin(0.5);
        const first = random.coin(0.8);
        scores.push(first, shared ? first : random.coin(0.8));
      }
      const [low, high] = clusteredProportion(scores, groups).estimate.interval!;
      if (low <= 0.8 && 0.8 <= high) covered++;
    }
    expect(covered / 1000).toBeGreaterThan(0.93);
    expect(covered / 1000).toBeLessThan(0.97);
  });

  it('says so when there are no items', () => {
    expect(clusteredProportion([], []).estimate).toMatchObject({ value: null, interval: null, note: 'no items' });
  });
});

describe('Newcombe', () => {
  it('gives the published interval', () => {
    // Newcombe 1998, table II, example (a): 56/70 − 48/80, method 10: .0524 to .3339.
    const { value, interval } = newcombeDifference(
      { value: 56 / 70, interval: wilsonInterval(56 / 70, 70) },
      { value: 48 / 80, interval: wilsonInterval(48 / 80, 80) },
    );
    expect(value).toBeCloseTo(0.2, 12);
    expect(interval[0]).toBeCloseTo(0.0524, 4);
    expect(interval[1]).toBeCloseTo(0.3339, 4);
  });

  it.each([
    [0.5, 0.5],
    [0.97, 0.2],
    [0.9, 0.9],
  ])('on n_eff covers 95 % ± 2 % of the gap %s − %s, two correlated questions a scene', (consistent, counter) => {
    // 1,000 simulations: binomial SD .007.
    let covered = 0;
    const groups = Array.from({ length: 200 }, (_, i) => `s${i >> 1}`);
    for (let seed = 0; seed < 1000; seed++) {
      const random = new Random(seed, 'gap');
      const [a, b] = [consistent, counter].map((rate) => {
        const right = groups.map(() => random.coin(rate));
        for (let i = 0; i < right.length; i += 2) if (random.coin()) right[i + 1] = right[i];
        const { value, interval } = clusteredProportion(right, groups).estimate;
        return { value: value!, interval: interval! };
      });
      const [low, high] = newcombeDifference(a, b).interval;
      if (low <= consistent - counter && consistent - counter <= high) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(930);
    expect(covered).toBeLessThanOrEqual(970);
  });

  it('is antisymmetric and stays in [−1, 1]', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(40), (a, b) => {
        const p = { value: a / 40, interval: wilsonInterval(a / 40, 40) };
        const q = { value: b / 40, interval: wilsonInterval(b / 40, 40) };
        const [low, high] = newcombeDifference(p, q).interval;
        const [swappedLow, swappedHigh] = newcombeDifference(q, p).interval;
        expect(low).toBeCloseTo(-swappedHigh, 12);
        expect(high).toBeCloseTo(-swappedLow, 12);
        expect(low).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(high).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });
});
