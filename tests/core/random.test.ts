import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../core/random.ts';

/** Chi-square upper bound at p ≈ 1e-6 by Wilson–Hilferty. */
const chiSquareBound = (df: number): number => df * (1 - 2 / (9 * df) + 4.75 * Math.sqrt(2 / (9 * df))) ** 3;

describe('Random', () => {
  it('gives the same numbers for the same seed and labels, and other numbers for others', () => {
    const draw = (...args: ConstructorParameters<typeof Random>): number[] => {
      const random = new Random(...args);
      return Array.from({ length: 8 }, () => random.uint32());
    };
    expect(draw(7, 'scene', 12)).toEqual(draw(7, 'scene', 12));
    expect(draw(7, 'scene', 12)).not.toEqual(draw(7, 'scene', 13));
    expect(draw(7, 'scene', 12)).not.toEqual(draw(8, 'scene', 12));
    expect(draw(7, 1)).not.toEqual(draw(7, '1'));
  });

  it('is uniform over integers, also across neighbouring seeds and labels', () => {
    const bins = new Array<number>(16).fill(0);
    const n = 64_000;
    for (let seed = 0; seed < n / 16; seed++) {
      const random = new Random(seed, 'x');
      for (let i = 0; i < 16; i++) bins[random.integer(16)]++;
    }
    const expected = n / 16;
    const chi = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chi).toBeLessThan(chiSquareBound(15));
  });

  it('has no correlation between the first draws of neighbouring labels', () => {
    const n = 20_000;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (new Random(1, i).next() - 0.5) * (new Random(1, i + 1).next() - 0.5);
    // SD of the mean product of two uniforms is 1/(12·√n); five of them.
    expect(Math.abs(sum / n)).toBeLessThan(5 / (12 * Math.sqrt(n)));
  });

  it('draws normals with mean 0 and variance 1', () => {
    const random = new Random(3);
    const n = 40_000;
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      const x = random.normal();
      sum += x;
      squares += x * x;
    }
    expect(Math.abs(sum / n)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(squares / n - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
  });

  it('keeps its promises for any seed', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 1000 }), (seed, n) => {
        const random = new Random(seed);
        const next = random.next();
        const integer = random.integer(n);
        const values = Array.from({ length: 12 }, (_, i) => i);
        expect(next >= 0 && next < 1).toBe(true);
        expect(Number.isInteger(integer) && integer >= 0 && integer < n).toBe(true);
        expect(random.shuffle(values).sort((a, b) => a - b)).toEqual(values);
      }),
    );
  });
});
