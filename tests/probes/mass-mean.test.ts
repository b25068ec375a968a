import { describe, expect, it } from 'vitest';
import { fromRows, type Matrix } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import { massMean, massMeanProbabilities, whitenedMassMean } from '../../probes/mass-mean.ts';

const square = fromRows([
  [3, 1],
  [1, 1],
  [3, 3],
  [1, 3],
  [-3, 0],
  [-1, 0],
  [-3, 2],
  [-1, 2],
]);
const labels = [1, 1, 1, 1, 0, 0, 0, 0];

/** Two Gaussian classes with a strongly correlated covariance and means ±(1, 0, 0). */
function gaussianClasses(n: number): { x: Matrix<Float64Array>; labels: number[] } {
  const random = new Random(2, 'mass mean');
  const y = Array.from({ length: n }, (_, i) => i % 2);
  const data = y.flatMap((label) => {
    const common = 2 * random.normal();
    return [common + random.normal() + (label === 1 ? 1 : -1), common + random.normal(), random.normal()];
  });
  return { x: { data: Float64Array.from(data), rows: n, cols: 3 }, labels: y };
}

describe('massMean', () => {
  it('is the difference of the class means', () => {
    const { direction, midpoint } = massMean(square, labels);
    expect([...direction]).toEqual([4, 1]);
    expect([...midpoint]).toEqual([0, 1.5]);
  });
});

describe('whitenedMassMean', () => {
  it('is Σ⁻¹θ with the pooled within-class covariance', () => {
    // Within-class scatter is diag(8, 8), over n − 2 = 6.
    const { direction } = whitenedMassMean(square, labels);
    expect(direction[0]).toBeCloseTo(4 / (8 / 6), 12);
    expect(direction[1]).toBeCloseTo(1 / (8 / 6), 12);
  });

  it('finds the Bayes direction where the plain difference does not', () => {
    const { x, labels: y } = gaussianClasses(4000);
    // Σ = [[5, 4], [4, 5]] ⊕ 1 and θ = (2, 0, 0): Σ⁻¹θ = (10, −8, 0)/9.
    const { direction } = whitenedMassMean(x, y);
    [10 / 9, -8 / 9, 0].forEach((v, j) => expect(Math.abs(direction[j] - v)).toBeLessThan(0.1));
    const right = (probabilities: Float64Array): number =>
      y.filter((label, i) => probabilities[i] > 0.5 === (label === 1)).length / y.length;
    const plain = right(massMeanProbabilities(x, massMean(x, y)));
    const whitened = right(massMeanProbabilities(x, whitenedMassMean(x, y)));
    expect(whitened).toBeGreaterThan(plain + 0.03);
  });

  it('gives probabilities that a linear map of the features leaves alone', () => {
    const { x, labels: y } = gaussianClasses(200);
    const mapped = fromRows(
      Array.from({ length: 200 }, (_, i) => [
        2 * x.data[i * 3] - x.data[i * 3 + 1] + 7,
        x.data[i * 3 + 1] / 3,
        x.data[i * 3 + 2] + x.data[i * 3],
      ]),
    );
    const a = massMeanProbabilities(x, whitenedMassMean(x, y));
    massMeanProbabilities(mapped, whitenedMassMean(mapped, y)).forEach((p, i) => expect(p).toBeCloseTo(a[i], 9));
  });

  it('refuses a singular covariance, and shrinks it when asked', () => {
    const flat = fromRows([
      [1, 0],
      [2, 0],
      [3, 0],
      [4, 0],
    ]);
    expect(() => whitenedMassMean(flat, [0, 1, 0, 1])).toThrow(
      'the within-class covariance of 4 rows in 2 dimensions cannot be inverted',
    );
    expect([...whitenedMassMean(flat, [0, 1, 0, 1], { shrinkage: 0.1 }).direction].every(Number.isFinite)).toBe(true);
  });

  it('refuses a missing class', () => {
    expect(() => massMean(square, [1, 1, 1, 1, 1, 1, 1, 1])).toThrow('there are 0 of class 0 and 8 of class 1');
  });
});
