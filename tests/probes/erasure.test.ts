import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromRows, takeRows, type Matrix } from '../../core/matrix.ts';
import { fitLogistic } from '../../core/numerics/logistic.ts';
import { Random } from '../../core/random.ts';
import { erase } from '../../probes/erasure/eraser.ts';
import { fitInlp } from '../../probes/erasure/inlp.ts';
import { fitLeace, LeaceFitter, oneHot } from '../../probes/erasure/leace.ts';
import { randomEraser } from '../../probes/erasure/random-directions.ts';

/** Gaussian rows, correlated between columns; class c shifts column c. */
function planted(
  n: number,
  d: number,
  classes: number,
  { shift = 1, seed = 1 } = {},
): { x: Matrix<Float64Array>; labels: number[]; z: Matrix<Float64Array> } {
  const random = new Random(seed, 'erasure');
  const labels = Array.from({ length: n }, (_, i) => i % classes);
  const x = fromRows(
    labels.map((label) => {
      const row = Float64Array.from({ length: d }, () => random.normal());
      for (let j = 1; j < d; j++) row[j] += 0.5 * row[j - 1];
      row[label] += shift;
      return row;
    }),
  );
  return { x, labels, z: classes === 2 ? fromRows(labels.map((label) => [label])) : oneHot(labels, classes) };
}

const largest = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
const coefficient = (x: Matrix, labels: readonly number[]): number =>
  largest(fitLogistic(x, labels, { C: 1 }).coefficients.data);
const distance = (a: Matrix<Float64Array>, b: Matrix<Float64Array>): number =>
  largest(a.data.map((v, k) => v - b.data[k]));

describe('LEACE', () => {
  it.each([2, 3])(
    'leaves a fresh logistic probe nothing: n 2,048, d 128, %i classes (theorem 3.1)',
    async (classes) => {
      const { x, labels, z } = planted(2048, 128, classes);
      expect(coefficient(x, labels)).toBeGreaterThan(0.1);
      for (const shrinkage of [0, 'optimal'] as const) {
        const eraser = await fitLeace(x, z, { shrinkage });
        expect(eraser.left.rows).toBe(classes - 1);
        // Methods §5's bound; the covariance that is left is rounding, 1e-16, and the solver stops at its own rounding.
        expect(coefficient(await erase(x, eraser), labels)).toBeLessThan(1e-4);
      }
    },
  );

  it('agrees with numpy in float64, wide, tall, shrunk and singular', async () => {
    const cases = JSON.parse(readFileSync(new URL('../fixtures/analysis/leace.json', import.meta.url), 'utf8')) as {
      n: number;
      d: number;
      k: number;
      option: number | 'optimal';
      shrinkage: number;
      rank: number;
      erased: number[][];
      sum: number;
    }[];
    expect(cases).toHaveLength(6);
    for (const { n, d, k, option, shrinkage, rank, erased, sum } of cases) {
      let state = 1000 + d;
      const data = Float64Array.from(
        { length: n * d },
        () => (2 * (state = (state * 48271) % 2147483647)) / 2147483647 - 1,
      );
      const labels = Array.from({ length: n }, (_, i) => i % Math.max(k, 2));
      for (let i = 0; i < n; i++) {
        data[i * d + 2] += 3 * data[i * d + 1] + 5;
        data[i * d] += labels[i];
      }
      const eraser = await fitLeace(
        { data, rows: n, cols: d },
        k === 1 ? fromRows(labels.map((v) => [v])) : oneHot(labels, k),
        { shrinkage: option },
      );
      const mine = await erase({ data, rows: n, cols: d }, eraser);
      expect(eraser.shrinkage).toBeCloseTo(shrinkage, 12);
      expect(eraser.left.rows).toBe(rank);
      // Condition numbers up to 1e3: float64 leaves eleven digits.
      erased.forEach((row, i) => row.forEach((v, j) => expect(Math.abs(mine.data[i * d + j] - v)).toBeLessThan(1e-11)));
      expect(Math.abs(mine.data.reduce((s, v) => s + Math.abs(v), 0) - sum)).toBeLessThan(1e-9);
    }
  });

  it('streams: batches of any size give the whole, to rounding', async () => {
    const { x, z } = planted(300, 12, 3, { seed: 4 });
    for (let i = 0; i < x.data.length; i += 12) x.data[i + 5] += 1000;
    const whole = await erase(x, await fitLeace(x, z));
    const fitter = new LeaceFitter({ width: 12, concepts: 3 });
    let from = 0;
    for (const size of [1, 7, 0, 120, 2, 170]) {
      const rows = Array.from({ length: size }, (_, i) => from + i);
      await fitter.update(takeRows(x, rows), takeRows(z, rows));
      from += size;
    }
    expect(from).toBe(300);
    // The offset of 1,000 costs three of float64's digits.
    expect(distance(await erase(x, fitter.eraser()), whole)).toBeLessThan(1e-9);
  });

  it('moves the states less than the orthogonal projection with the same guarantee, and not again once erased', async () => {
    const { x, labels, z } = planted(400, 10, 2, { shift: 2 });
    const eraser = await fitLeace(x, z, { shrinkage: 0 });
    const erased = await erase(x, eraser);
    const cost = (y: Matrix<Float64Array>): number => y.data.reduce((sum, v, k) => sum + (v - x.data[k]) ** 2, 0);
    // The orthogonal projection along the difference of means erases as well (it zeroes the cross-covariance) but moves
    // the states in the wrong metric.
    const means = [0, 1].map((label) =>
      Float64Array.from(
        { length: 10 },
        (_, j) => labels.reduce((s, l, i) => s + (l === label ? x.data[i * 10 + j] : 0), 0) / 200,
      ),
    );
    const difference = means[1].map((v, j) => v - means[0][j]);
    const size = Math.hypot(...difference);
    const unit = { data: difference.map((v) => v / size), rows: 1, cols: 10 };
    const orthogonal = await erase(x, { ...eraser, left: unit, right: unit });
    expect(coefficient(orthogonal, labels)).toBeLessThan(1e-4);
    expect(cost(erased)).toBeLessThan(cost(orthogonal));
    // Idempotent: what is erased stays erased.
    expect(distance(await erase(erased, eraser), erased)).toBeLessThan(1e-10);
    expect((await fitLeace(erased, z)).left.rows).toBe(0);
  });

  it('does not mind the order of rows, constant columns or duplicates; refuses NaN and single rows', async () => {
    const { x, z } = planted(60, 6, 2, { seed: 3 });
    const order = new Random(1).shuffle(Array.from({ length: 60 }, (_, i) => i));
    const plain = await erase(x, await fitLeace(x, z));
    const permuted = await erase(takeRows(x, order), await fitLeace(takeRows(x, order), takeRows(z, order)));
    expect(distance(takeRows(plain, order), permuted)).toBeLessThan(1e-12);
    for (let i = 0; i < 60; i++) x.data[i * 6 + 5] = 7;
    const twice = [...order, ...order];
    const withConstant = await erase(x, await fitLeace(takeRows(x, twice), takeRows(z, twice), { shrinkage: 0 }));
    for (let i = 0; i < 60; i++) expect(withConstant.data[i * 6 + 5]).toBeCloseTo(7, 12);
    expect(coefficient(withConstant, Array.from(z.data))).toBeLessThan(1e-4);
    x.data[3] = NaN;
    await expect(fitLeace(x, z)).rejects.toThrow(/the states hold NaN in row 0, column 3/);
    await expect(fitLeace(takeRows(x, [1]), takeRows(z, [1]))).rejects.toThrow(/at least 2 rows/);
    await expect(fitLeace(x, z, { shrinkage: 2 })).rejects.toThrow(/shrinkage/);
    await expect(fitLeace(x, takeRows(z, [1, 2]))).rejects.toThrow(/60 states, but 2 rows/);
    expect(() => oneHot([0, 3], 3)).toThrow(/from 0 to 2/);
  });
});

describe('INLP and random directions', () => {
  it('INLP takes out what a probe finds; as many random directions do not', async () => {
    const { x, labels } = planted(600, 24, 2, { shift: 2.5 });
    const eraser = fitInlp(x, labels);
    expect(eraser.left.rows).toBeGreaterThan(0);
    expect(eraser.left.rows).toBeLessThanOrEqual(16);
    // Orthonormal directions.
    for (let a = 0; a < eraser.left.rows; a++) {
      for (let b = 0; b <= a; b++) {
        const product = Array.from(
          { length: 24 },
          (_, j) => eraser.left.data[a * 24 + j] * eraser.left.data[b * 24 + j],
        ).reduce((s, v) => s + v, 0);
        expect(product).toBeCloseTo(a === b ? 1 : 0, 10);
      }
    }
    const right = (y: Matrix): number => {
      const { coefficients, intercepts } = fitLogistic(y, labels, { C: 1 });
      return (
        labels.filter(
          (label, i) =>
            intercepts[0] + coefficients.data.reduce((s, w, j) => s + w * y.data[i * 24 + j], 0) > 0 === (label === 1),
        ).length / 600
      );
    };
    expect(right(x)).toBeGreaterThan(0.85);
    // .5 + 1.96 binomial standard errors is INLP's own stopping rule, on standardised states.
    expect(right(await erase(x, eraser))).toBeLessThan(0.56);
    const control = randomEraser(x, { rank: 1, random: new Random(5) });
    expect(right(await erase(x, control))).toBeGreaterThan(0.85);
    expect(() => randomEraser(x, { rank: 25, random: new Random(1) })).toThrow(/from 0 to 24/);
  });

  it('INLP takes at least two directions out of three classes, and refuses one class', async () => {
    const { x, labels } = planted(300, 8, 3, { shift: 3 });
    const eraser = fitInlp(x, labels);
    // The smallest probe on three shifted classes needs two directions.
    expect(eraser.left.rows).toBeGreaterThanOrEqual(2);
    expect((await erase(x, eraser)).data.every(Number.isFinite)).toBe(true);
    expect(() =>
      fitInlp(
        x,
        labels.map(() => 0),
      ),
    ).toThrow(/every class/);
  });
});
