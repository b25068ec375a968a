import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromRows, takeRows, type Matrix } from '../../../core/matrix.ts';
import { fitLogistic, logisticScores } from '../../../core/numerics/logistic.ts';
import { columnMoments, standardise } from '../../../core/numerics/standardise.ts';
import { Random } from '../../../core/random.ts';

interface Reference {
  C: number;
  coef: number[] | number[][];
  intercept: number | number[];
  accuracy: number;
  proba: number[] | number[][];
}
const load = (path: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8'));
const shared = load('shared/linear.json') as {
  x: number[][];
  y2: number[];
  y3: number[];
  binary: Reference[];
  multinomial: Reference[];
};
const newton = load('logistic/newton.json') as Record<
  'binary' | 'multinomial',
  Pick<Reference, 'C' | 'coef' | 'intercept'>[]
>;
const x = fromRows(shared.x);
const z = standardise(x, columnMoments(x));

const flat = (values: number | number[] | number[][]): number[] => [values].flat(2);
const largestDifference = (a: ArrayLike<number>, b: readonly number[]): number =>
  Math.max(...b.map((v, i) => Math.abs(v - a[i])));

function probabilities(scores: Matrix<Float64Array>, row: number): number[] {
  const logits = [...scores.data.subarray(row * scores.cols, (row + 1) * scores.cols)];
  if (logits.length === 1) return [1 / (1 + Math.exp(-logits[0]))];
  const top = Math.max(...logits);
  const sum = logits.reduce((total, v) => total + Math.exp(v - top), 0);
  return logits.map((v) => Math.exp(v - top) / sum);
}

function accuracy(scores: Matrix<Float64Array>, labels: readonly number[]): number {
  const predicted = labels.map((_, i) => {
    const logits = [...scores.data.subarray(i * scores.cols, (i + 1) * scores.cols)];
    return logits.length === 1 ? Number(logits[0] > 0) : logits.indexOf(Math.max(...logits));
  });
  return predicted.filter((label, i) => label === labels[i]).length / labels.length;
}

describe.each(['binary', 'multinomial'] as const)('%s logistic regression against scikit-learn', (kind) => {
  const labels = kind === 'binary' ? shared.y2 : shared.y3;

  it.each(newton[kind])('newton-cholesky, C = $C: every coefficient within 1e-6', ({ C, coef, intercept }) => {
    const fit = fitLogistic(z, labels, { C });
    expect(largestDifference(fit.coefficients.data, flat(coef))).toBeLessThan(1e-6);
    expect(largestDifference(fit.intercepts, flat(intercept))).toBeLessThan(1e-6);
  });

  it.each(shared[kind])(
    'shared fixture, C = $C: probabilities within 1e-6, same accuracy, no higher objective',
    ({ C, coef, intercept, proba, accuracy: expected }) => {
      const fit = fitLogistic(z, labels, { C });
      const scores = logisticScores(z, fit);
      expect(
        largestDifference(
          [0, 1, 2, 3, 4].flatMap((i) => probabilities(scores, i)),
          flat(proba),
        ),
      ).toBeLessThan(1e-6);
      expect(accuracy(scores, labels)).toBeCloseTo(expected, 12);
      // 1/C-strong convexity: a point that is e above the optimum may lie sqrt(2Ce) from it. The fixture's L-BFGS left
      // e up to 8e-12 of the objective.
      const theirs = objective(flat(coef), flat(intercept), labels, C);
      expect(fit.objective).toBeLessThan(theirs * (1 + 1e-14));
      expect(theirs - fit.objective).toBeLessThan(1e-11 * theirs);
      const slack = Math.sqrt(2 * C * Math.max(0, theirs - fit.objective));
      expect(largestDifference(fit.coefficients.data, flat(coef))).toBeLessThan(1e-6 + slack);
    },
  );
});

function objective(coef: number[], intercepts: number[], labels: readonly number[], C: number): number {
  const scores = logisticScores(z, {
    coefficients: { data: Float64Array.from(coef), rows: intercepts.length, cols: z.cols },
    intercepts: Float64Array.from(intercepts),
  });
  const loss = labels.reduce((sum, label, i) => {
    const p = probabilities(scores, i);
    return sum - Math.log(p.length === 1 ? (label === 1 ? p[0] : 1 - p[0]) : p[label]);
  }, 0);
  return loss + coef.reduce((sum, v) => sum + v * v, 0) / (2 * C);
}

describe('fitLogistic', () => {
  const random = new Random(3, 'logistic test');
  const gaussian = (n: number, d: number): Matrix<Float64Array> => ({
    data: Float64Array.from({ length: n * d }, () => random.normal()),
    rows: n,
    cols: d,
  });
  const half = (n: number): number[] => Array.from({ length: n }, (_, i) => i % 2);

  it('stays finite and converges on separable classes', () => {
    const separable = gaussian(60, 3);
    const labels = half(60);
    labels.forEach((label, i) => (separable.data[i * 3] = (label === 1 ? 5 : -5) + separable.data[i * 3]));
    const fit = fitLogistic(separable, labels, { C: 1e4 });
    expect(fit.relativeGap).toBeLessThan(1e-10);
    expect(accuracy(logisticScores(separable, fit), labels)).toBe(1);
    expect(fit.coefficients.data.every(Number.isFinite)).toBe(true);
  });

  it('gives a constant column no weight', () => {
    const features = gaussian(50, 4);
    for (let i = 0; i < 50; i++) features.data[i * 4 + 2] = 0;
    expect(fitLogistic(features, half(50), { C: 1 }).coefficients.data[2]).toBe(0);
  });

  it('counts a duplicated row twice: doubling every row equals doubling C', () => {
    const features = gaussian(40, 5);
    const labels = half(40);
    const twice = takeRows(features, [...Array(40).keys(), ...Array(40).keys()]);
    const a = fitLogistic(twice, [...labels, ...labels], { C: 0.5 });
    const b = fitLogistic(features, labels, { C: 1 });
    expect(largestDifference(a.coefficients.data, [...b.coefficients.data])).toBeLessThan(1e-9);
  });

  it('keeps the weights in the span of the rows when n < d', () => {
    const features = gaussian(10, 80);
    const labels = half(10);
    const { coefficients, relativeGap } = fitLogistic(features, labels, { C: 1 });
    expect(relativeGap).toBeLessThan(1e-10);
    // Stationarity: w = C·Σ (y − p)·x, a combination of the rows.
    const p = Array.from(
      { length: 10 },
      (_, i) => probabilities(logisticScores(features, fitLogistic(features, labels, { C: 1 })), i)[0],
    );
    const expected = Array.from({ length: 80 }, (_, j) =>
      labels.reduce((sum, y, i) => sum + (y - p[i]) * features.data[i * 80 + j], 0),
    );
    expect(largestDifference(coefficients.data, expected)).toBeLessThan(1e-8);
  });

  it('permuting rows changes nothing beyond rounding', () => {
    const order = random.shuffle([...Array(160).keys()]);
    const a = fitLogistic(z, shared.y3, { C: 1 });
    const b = fitLogistic(
      takeRows(z, order),
      order.map((i) => shared.y3[i]),
      { C: 1 },
    );
    expect(largestDifference(a.coefficients.data, [...b.coefficients.data])).toBeLessThan(1e-10);
  });

  it('softmax weights and intercepts sum to 0 over the classes', () => {
    const { coefficients, intercepts } = fitLogistic(z, shared.y3, { C: 10 });
    for (let j = 0; j < z.cols; j++)
      expect(
        Math.abs(coefficients.data[j] + coefficients.data[z.cols + j] + coefficients.data[2 * z.cols + j]),
      ).toBeLessThan(1e-8);
    expect(Math.abs(intercepts[0] + intercepts[1] + intercepts[2])).toBeLessThan(1e-8);
  });

  it('refuses a missing class, NaN and bad arguments with a clear sentence', () => {
    const features = gaussian(6, 2);
    expect(() => fitLogistic(features, [1, 1, 1, 1, 1, 1], { C: 1 })).toThrow('class 0 of 2 has none among 6 rows');
    expect(() => fitLogistic(features, [0, 0, 1, 1, 0, 1], { C: 1, classes: 3 })).toThrow('class 2 of 3 has none');
    expect(() => fitLogistic(features, [0, 1, 0, 1, 0, 0.5], { C: 1 })).toThrow('labels must be integers');
    expect(() => fitLogistic(features, half(6), { C: 0 })).toThrow('C must be');
    expect(() => fitLogistic(features, half(5), { C: 1 })).toThrow('x has 6 rows, labels has 5');
    features.data[5] = Number.NaN;
    expect(() => fitLogistic(features, half(6), { C: 1 })).toThrow('the features hold NaN in row 2, column 1');
  });
});
