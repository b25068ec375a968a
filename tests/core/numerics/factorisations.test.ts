import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../../core/matrix.ts';
import { cholesky, choleskySolve } from '../../../core/numerics/cholesky.ts';
import { gram, outerGram } from '../../../core/numerics/gram.ts';
import { symmetricEigen } from '../../../core/numerics/symmetric-eigen.ts';
import { Random } from '../../../core/random.ts';

function gaussian(n: number, d: number, seed: number): Matrix<Float64Array> {
  const random = new Random(seed, 'factorisations');
  return { data: Float64Array.from({ length: n * d }, () => random.normal()), rows: n, cols: d };
}
const sizes = fc.record({ n: fc.integer({ min: 1, max: 24 }), d: fc.integer({ min: 1, max: 24 }), seed: fc.nat() });

describe('symmetricEigen', () => {
  it('A·v = λ·v with orthonormal v and ascending λ, full rank or not', () => {
    fc.assert(
      fc.property(sizes, ({ n, d, seed }) => {
        const a = gram(gaussian(n, d, seed));
        const { values, vectors } = symmetricEigen(a);
        // Backward stable: errors of a modest multiple of ε·‖A‖.
        const tolerance = 1e-13 * d * Math.max(1, values[d - 1]);
        for (let i = 0; i < d; i++) {
          const v = vectors.data.subarray(i * d, (i + 1) * d);
          for (let j = 0; j < d; j++) {
            const av = v.reduce((sum, value, k) => sum + value * a.data[j * d + k], 0);
            expect(Math.abs(av - values[i] * v[j])).toBeLessThan(tolerance);
            const product = v.reduce((sum, value, k) => sum + value * vectors.data[j * d + k], 0);
            expect(Math.abs(product - (i === j ? 1 : 0))).toBeLessThan(1e-13 * d);
          }
          if (i > 0) expect(values[i]).toBeGreaterThanOrEqual(values[i - 1]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('knows diag(3, 1, 2), the zero matrix and [[2, 1], [1, 2]]', () => {
    expect([...symmetricEigen({ data: Float64Array.of(3, 0, 0, 0, 1, 0, 0, 0, 2), rows: 3, cols: 3 }).values]).toEqual([
      1, 2, 3,
    ]);
    expect([...symmetricEigen({ data: new Float64Array(9), rows: 3, cols: 3 }).values]).toEqual([0, 0, 0]);
    const { values } = symmetricEigen({ data: Float64Array.of(2, 1, 1, 2), rows: 2, cols: 2 });
    expect(values[0]).toBeCloseTo(1, 14);
    expect(values[1]).toBeCloseTo(3, 14);
  });

  it('refuses NaN', () => {
    expect(() => symmetricEigen({ data: Float64Array.of(1, Number.NaN, Number.NaN, 1), rows: 2, cols: 2 })).toThrow(
      'hold NaN in row 0, column 1',
    );
  });
});

describe('cholesky', () => {
  it('solves positive definite systems', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(), (d, seed) => {
        const a = gram(gaussian(d + 10, d, seed));
        const x = Array.from({ length: d }, (_, j) => Math.sin(j + 1));
        const b = x.map((_, i) => x.reduce((sum, v, j) => sum + v * a.data[i * d + j], 0));
        choleskySolve(cholesky(a)!, b).forEach((v, j) => expect(v).toBeCloseTo(x[j], 9));
      }),
      { numRuns: 40 },
    );
  });

  it('returns null for singular, indefinite and NaN matrices', () => {
    expect(cholesky(gram(gaussian(3, 5, 1)))).toBeNull();
    expect(cholesky({ data: Float64Array.of(1, 2, 2, 1), rows: 2, cols: 2 })).toBeNull();
    expect(cholesky({ data: Float64Array.of(Number.NaN), rows: 1, cols: 1 })).toBeNull();
  });
});

describe('gram', () => {
  it('is XᵀX, XᵀDX and XXᵀ', () => {
    const x: Matrix = { data: Float32Array.of(1, 2, 3, 4, 5, 6), rows: 3, cols: 2 };
    expect([...gram(x).data]).toEqual([35, 44, 44, 56]);
    expect([...gram(x, [1, 0, 2]).data]).toEqual([51, 62, 62, 76]);
    expect([...outerGram(x).data]).toEqual([5, 11, 17, 11, 25, 39, 17, 39, 61]);
  });
});
