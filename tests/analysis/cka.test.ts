import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cka, ckaEstimate } from '../../analysis/similarity/kernels.ts';
import { fromRows, takeRows, type Matrix } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import { orthonormal } from './planted.ts';
import { SLOW } from '../slow.ts';

const fixture = JSON.parse(readFileSync(new URL('../fixtures/shared/cka.json', import.meta.url), 'utf8')) as {
  x: number[][];
  y: number[][];
  biased: number;
  debiased: number;
};

function gaussian(n: number, d: number, random: Random): Matrix<Float64Array> {
  return { data: Float64Array.from({ length: n * d }, () => random.normal()), rows: n, cols: d };
}

describe('CKA', () => {
  const [x, y] = [fromRows(fixture.x), fromRows(fixture.y)];

  it('reproduces the shared fixture', async () => {
    expect(Math.abs((await cka(x, y))! - fixture.debiased)).toBeLessThan(1e-6);
    expect(Math.abs((await cka(x, y, { estimator: 'biased' }))! - fixture.biased)).toBeLessThan(1e-6);
  });

  it.each(['debiased', 'biased'] as const)(
    '%s: 1 with itself, unmoved by rotation, scale, offset and row order',
    async (estimator) => {
      const rotation = orthonormal(10, 10);
      const turned = fromRows(
        fixture.y.map((row) => rotation.map((axis) => 5 + 3 * axis.reduce((s, v, j) => s + v * row[j], 0))),
      );
      const order = new Random(1).shuffle(fixture.x.map((_, i) => i));
      const value = (await cka(x, y, { estimator }))!;
      expect(await cka(x, x, { estimator })).toBeCloseTo(1, 12);
      expect(await cka(x, turned, { estimator })).toBeCloseTo(value, 10);
      expect(await cka(takeRows(x, order), takeRows(y, order), { estimator })).toBeCloseTo(value, 10);
      expect(await cka(y, x, { estimator })).toBeCloseTo(value, 12);
    },
  );

  it('independent noise, n = 50, d = 1000: biased ≈ .95; debiased has mean 0 and SD ≈ .03', SLOW, async () => {
    const debiased: number[] = [];
    let biased = 0;
    for (let seed = 0; seed < 100; seed++) {
      const random = new Random(seed, 'cka');
      const [a, b] = [gaussian(50, 1000, random), gaussian(50, 1000, random)];
      debiased.push((await cka(a, b))!);
      if (seed < 10) biased += (await cka(a, b, { estimator: 'biased' }))! / 10;
    }
    const mean = debiased.reduce((s, v) => s + v, 0) / 100;
    const sd = Math.sqrt(debiased.reduce((s, v) => s + (v - mean) ** 2, 0) / 99);
    expect(Math.abs(mean)).toBeLessThan(0.01);
    // The SD of an SD over 100 draws is 7 %.
    expect(Math.abs(sd - 0.03)).toBeLessThan(0.01);
    expect(Math.abs(biased - 0.95)).toBeLessThan(0.01);
  });

  it('leave-one-scene-out sums are those of the rows left', async () => {
    // With 10 scenes the interval is value ± t·SE of values that can be computed the slow way.
    const groups = fixture.x.map((_, i) => `s${i % 10}`);
    const slow = await Promise.all(
      Array.from({ length: 10 }, async (_, g) => {
        const kept = groups.flatMap((_, i) => (i % 10 === g ? [] : [i]));
        return (await cka(takeRows(x, kept), takeRows(y, kept)))!;
      }),
    );
    const mean = slow.reduce((s, v) => s + v, 0) / 10;
    const se = Math.sqrt(0.9 * slow.reduce((s, v) => s + (v - mean) ** 2, 0));
    const { value, interval } = await ckaEstimate(x, y, groups);
    // Student's t with 9 degrees of freedom.
    expect(interval![1] - value!).toBeCloseTo(2.26216 * se, 4);
  });

  it('has intervals that cover 95 %', SLOW, async () => {
    // Linear-Gaussian y = x·diag(w) + ε: HSIC ratios follow from the covariances, Σxy = diag(w), Σx = I, Σy =
    // diag(w²+1).
    const w = [1.5, 1, 0.5, 0];
    const truth = w.reduce((s, v) => s + v * v, 0) / Math.sqrt(4 * w.reduce((s, v) => s + (v * v + 1) ** 2, 0));
    let covered = 0;
    const groups = Array.from({ length: 60 }, (_, i) => `s${i}`);
    for (let seed = 0; seed < 1000; seed++) {
      const random = new Random(seed, 'cka-cover');
      const a = gaussian(60, 4, random);
      const b = { ...a, data: a.data.map((value, i) => value * w[i % 4] + random.normal()) };
      const [low, high] = (await ckaEstimate(a, b, groups)).interval!;
      if (low <= truth && truth <= high) covered++;
    }
    // Binomial SD .007.
    expect(covered / 1000).toBeGreaterThan(0.93);
    expect(covered / 1000).toBeLessThan(0.97);
  });

  it('is undefined for a representation that does not vary, and refuses unequal rows', async () => {
    const constant = fromRows(Array.from({ length: 12 }, () => [1, 2]));
    const other = gaussian(12, 3, new Random(1));
    expect(await cka(constant, other)).toBeNull();
    expect(
      (
        await ckaEstimate(
          constant,
          other,
          Array.from({ length: 12 }, (_, i) => `s${i}`),
        )
      ).note,
    ).toBe('a representation does not vary');
    // The mean of a hundred .3 isn't .3 in binary: what is left is rounding, not variation.
    const third = fromRows(Array.from({ length: 100 }, () => [0.3, 0.6]));
    for (const estimator of ['debiased', 'biased'] as const)
      expect(await cka(third, gaussian(100, 2, new Random(1)), { estimator })).toBeNull();
    await expect(cka(constant, gaussian(5, 3, new Random(1)))).rejects.toThrow(/12 and 5 rows/);
    await expect(cka(gaussian(3, 2, new Random(1)), gaussian(3, 2, new Random(2)))).rejects.toThrow(/at least 4 rows/);
  });
});
