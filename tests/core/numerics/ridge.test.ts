import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromRows, type Matrix } from '../../../core/matrix.ts';
import { fitRidge } from '../../../core/numerics/ridge.ts';
import { columnMoments, standardise } from '../../../core/numerics/standardise.ts';
import { Random } from '../../../core/random.ts';

const random = new Random(5, 'ridge test');
const gaussian = (n: number, d: number): Matrix<Float64Array> => ({
  data: Float64Array.from({ length: n * d }, () => random.normal()),
  rows: n,
  cols: d,
});

describe('fitRidge', () => {
  it("reproduces scikit-learn's coefficients to 1e-6", () => {
    const fixture = JSON.parse(readFileSync(new URL('../../fixtures/shared/linear.json', import.meta.url), 'utf8')) as {
      x: number[][];
      ridge: { alpha: number; target_values: number[]; coef: number[]; intercept: number };
    };
    const x = fromRows(fixture.x);
    const { alpha, target_values, coef, intercept } = fixture.ridge;
    const fit = fitRidge(standardise(x, columnMoments(x)), target_values, { alpha });
    for (const [j, v] of coef.entries()) expect(Math.abs(fit.coefficients[j] - v)).toBeLessThan(1e-6);
    expect(Math.abs(fit.intercept - intercept)).toBeLessThan(1e-6);
  });

  it.each([
    ['n > d', 30, 8],
    ['n < d', 8, 30],
  ])('satisfies the normal equations, %s', (_, n, d) => {
    const x = gaussian(n, d);
    const y = Array.from({ length: n }, () => random.normal() + 4);
    const { coefficients, intercept } = fitRidge(x, y, { alpha: 0.7 });
    const residual = y.map(
      (v, i) => v - intercept - coefficients.reduce((sum, w, j) => sum + w * x.data[i * d + j], 0),
    );
    expect(Math.abs(residual.reduce((a, b) => a + b))).toBeLessThan(1e-10);
    for (let j = 0; j < d; j++) {
      const gradient = residual.reduce((sum, r, i) => sum + r * x.data[i * d + j], 0);
      expect(Math.abs(gradient - 0.7 * coefficients[j])).toBeLessThan(1e-10);
    }
  });

  it('recovers a noiseless line exactly at alpha 0, and refuses dependent columns there', () => {
    const x = gaussian(20, 3);
    const y = Array.from({ length: 20 }, (_, i) => 2 + 3 * x.data[i * 3] - x.data[i * 3 + 2]);
    const { coefficients, intercept } = fitRidge(x, y, { alpha: 0 });
    [3, 0, -1].forEach((w, j) => expect(coefficients[j]).toBeCloseTo(w, 10));
    expect(intercept).toBeCloseTo(2, 10);
    for (let i = 0; i < 20; i++) x.data[i * 3 + 1] = 2 * x.data[i * 3];
    expect(() => fitRidge(x, y, { alpha: 0 })).toThrow('linearly dependent');
    expect(fitRidge(x, y, { alpha: 1e-6 }).coefficients.every(Number.isFinite)).toBe(true);
  });

  it('refuses NaN in features and targets', () => {
    const x = gaussian(4, 2);
    expect(() => fitRidge(x, [1, 2, Number.NaN, 4], { alpha: 1 })).toThrow('the targets hold NaN in row 2');
    x.data[3] = Infinity;
    expect(() => fitRidge(x, [1, 2, 3, 4], { alpha: 1 })).toThrow('the features hold Infinity in row 1, column 1');
  });
});
