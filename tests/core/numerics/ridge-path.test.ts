import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../../core/matrix.ts';
import { gram } from '../../../core/numerics/gram.ts';
import { fitRidgePath } from '../../../core/numerics/ridge-path.ts';
import { fitRidge } from '../../../core/numerics/ridge.ts';
import { tridiagonal } from '../../../core/numerics/symmetric-eigen.ts';
import { Random } from '../../../core/random.ts';

const random = new Random(6, 'ridge path');
const gaussian = (n: number, d: number): Matrix<Float64Array> => ({
  data: Float64Array.from({ length: n * d }, () => 1 + random.normal()),
  rows: n,
  cols: d,
});
const ALPHAS = [1e-3, 1, 50, 1e5];

describe('fitRidgePath', () => {
  it.each([
    ['primal', 40, 9],
    ['dual', 12, 30],
    ['square', 15, 15],
    ['one column', 10, 1],
  ])('%s: every target and alpha as the direct solution', async (_, n, d) => {
    const x = gaussian(n, d);
    const targets = gaussian(n, 3);
    const { weights, mean, targetMeans } = await fitRidgePath(x, targets, ALPHAS);
    for (let t = 0; t < 3; t++) {
      const y = Array.from({ length: n }, (_, i) => targets.data[i * 3 + t]);
      ALPHAS.forEach((alpha, a) => {
        const direct = fitRidge(x, y, { alpha });
        const size = Math.max(...direct.coefficients.map(Math.abs));
        // Condition numbers are up to 1e5 here: 1e-16 · 1e5, and some.
        direct.coefficients.forEach((w, j) =>
          expect(Math.abs(weights[t][a][j] - w)).toBeLessThan(1e-9 * Math.max(size, 1e-6)),
        );
        const intercept = targetMeans[t] - weights[t][a].reduce((sum, w, j) => sum + w * mean[j], 0);
        expect(intercept).toBeCloseTo(direct.intercept, 9);
      });
    }
  });

  it('is well posed with constant and duplicated columns, and with duplicated rows', async () => {
    const x = gaussian(30, 6);
    for (let i = 0; i < 30; i++) {
      x.data[i * 6 + 2] = 4;
      x.data[i * 6 + 3] = x.data[i * 6 + 1];
      if (i > 0 && i % 2 === 1) x.data.copyWithin(i * 6, (i - 1) * 6, i * 6);
    }
    const { weights } = await fitRidgePath(x, gaussian(30, 1), ALPHAS);
    for (const w of weights[0]) {
      expect(w.every(Number.isFinite)).toBe(true);
      expect(Math.abs(w[2])).toBeLessThan(1e-9);
      expect(w[3]).toBeCloseTo(w[1], 9);
    }
  });

  it('refuses NaN, and an alpha that is not positive', async () => {
    const x = gaussian(4, 2);
    await expect(fitRidgePath(x, gaussian(4, 1), [0])).rejects.toThrow('alpha must be a finite number > 0');
    x.data[3] = Number.NaN;
    await expect(fitRidgePath(x, gaussian(4, 1), [1])).rejects.toThrow('the features hold NaN in row 1, column 1');
  });
});

describe('tridiagonal', () => {
  it('rotates there and back, and keeps A', () => {
    const a = gram(gaussian(20, 8));
    const { diagonal, offDiagonal, rotate, rotateBack } = tridiagonal(a);
    const v = Float64Array.from({ length: 8 }, () => random.normal());
    rotateBack(rotate(v)).forEach((value, i) => expect(value).toBeCloseTo(v[i], 12));
    const u = rotate(v);
    const image = rotateBack(
      u.map(
        (value, i) =>
          diagonal[i] * value + (i > 0 ? offDiagonal[i] * u[i - 1] : 0) + (i < 7 ? offDiagonal[i + 1] * u[i + 1] : 0),
      ),
    );
    for (let i = 0; i < 8; i++)
      expect(image[i]).toBeCloseTo(
        v.reduce((sum, value, j) => sum + a.data[i * 8 + j] * value, 0),
        9,
      );
  });
});
