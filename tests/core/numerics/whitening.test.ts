import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../../core/matrix.ts';
import { correlationOf, inverseFactor, Whitenings } from '../../../core/numerics/whitening.ts';
import { Random } from '../../../core/random.ts';

function features(n: number, d: number): Matrix<Float32Array> {
  const random = new Random(3, 'whitening test', n, d);
  return {
    data: Float32Array.from({ length: n * d }, (_, k) => random.normal() / (1 + (k % d) / 10)),
    rows: n,
    cols: d,
  };
}

/** XᵀX/n + τI in float64. */
function shiftedCorrelation({ data, rows: n, cols: d }: Matrix<Float32Array>, shift: number): Matrix<Float64Array> {
  const out = new Float64Array(d * d);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < d; j++) for (let k = 0; k < d; k++) out[j * d + k] += (data[i * d + j] * data[i * d + k]) / n;
  for (let j = 0; j < d; j++) out[j * d + j] += shift;
  return { data: out, rows: d, cols: d };
}

/** Largest element of R·A·Rᵀ − I. */
function distanceFromWhite(r: Matrix, a: Matrix<Float64Array>): number {
  const d = a.rows;
  const ra = new Float64Array(d * d);
  for (let i = 0; i < d; i++)
    for (let k = 0; k <= i; k++) for (let j = 0; j < d; j++) ra[i * d + j] += r.data[i * d + k] * a.data[k * d + j];
  let worst = 0;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      let sum = i === j ? -1 : 0;
      for (let k = 0; k <= j; k++) sum += ra[i * d + k] * r.data[j * d + k];
      worst = Math.max(worst, Math.abs(sum));
    }
  }
  return worst;
}

describe('inverseFactor', () => {
  it.each([1, 60, 97, 250])(
    '%i columns: the inverse of the Cholesky factor, whether in one piece or by halves',
    async (d) => {
      const a = shiftedCorrelation(features(2 * d, d), 0.01);
      // Float64 with a condition below 1e3.
      expect(distanceFromWhite((await inverseFactor(a))!, a)).toBeLessThan(1e-11);
    },
  );

  it('finds a matrix that is not positive definite', async () => {
    const a = shiftedCorrelation(features(300, 200), 0.01);
    a.data[150 * 200 + 150] = -1;
    expect(await inverseFactor(a)).toBeNull();
  });
});

describe('Whitenings', () => {
  it('whitens the shifted correlation, also with fewer rows than columns', async () => {
    for (const [n, d] of [
      [300, 120],
      [40, 130],
    ]) {
      const x = features(n, d);
      const whitenings = new Whitenings(await correlationOf(x));
      const { transposed } = await whitenings.of(-1);
      // The factor is kept in float32, and so is the correlation: 6e-8 of elements of about 1, at a condition of about
      // 1/shift = 64.
      expect(distanceFromWhite(transposed, shiftedCorrelation(x, 1 / 64))).toBeLessThan(1e-4);
    }
  });

  it('puts near shifts in one cell, and leaves a cell only upwards and by a margin', async () => {
    const whitenings = new Whitenings(await correlationOf(features(10, 4)));
    expect(whitenings.cell(0.9)).toBe(whitenings.cell(1.1));
    expect(whitenings.cell(100)).toBeGreaterThan(whitenings.cell(1));
    expect(whitenings.outgrown(0, 10)).toBe(false);
    expect(whitenings.outgrown(0, 1 / 1000)).toBe(false);
    expect(whitenings.outgrown(0, 64)).toBe(true);
  });

  it('survives duplicated columns at the smallest shift', async () => {
    const x = features(100, 30);
    for (let i = 0; i < 100; i++) for (let j = 15; j < 30; j++) x.data[i * 30 + j] = x.data[i * 30 + j - 15];
    const { transposed } = await new Whitenings(await correlationOf(x)).of(-10);
    expect(transposed.data.every(Number.isFinite)).toBe(true);
  });
});
