import { describe, expect, it } from 'vitest';
import { row, takeRows, type Matrix } from '../../../core/matrix.ts';
import { prepareLogisticFeatures, type LogisticTask } from '../../../core/numerics/logistic-batch.ts';
import { fitLogistic, logisticScores } from '../../../core/numerics/logistic.ts';
import { fitSoftmaxBatch } from '../../../core/numerics/softmax-batch.ts';
import { columnMoments, standardise } from '../../../core/numerics/standardise.ts';
import { Random } from '../../../core/random.ts';

function problem(
  n: number,
  d: number,
  classes: number,
  signal: number,
): { x: Matrix<Float32Array>; labels: Int32Array } {
  const random = new Random(2, 'softmax batch', n, d);
  const labels = Int32Array.from({ length: n }, (_, i) => i % classes);
  const factors = Math.min(d, 12);
  const mix = Float64Array.from({ length: factors * d }, () => random.normal());
  const data = new Float32Array(n * d);
  for (let i = 0; i < n; i++) {
    const f = Array.from(
      { length: factors },
      (_, q) => random.normal() / (1 + q / 4) + (q % classes === labels[i] ? signal : 0),
    );
    for (let j = 0; j < d; j++)
      data[i * d + j] = 2 + 0.2 * random.normal() + f.reduce((sum, v, q) => sum + v * mix[q * d + j], 0);
  }
  return { x: { data, rows: n, cols: d }, labels };
}

/** Float64 logits of every row by the single-fit solver, which is checked against scikit-learn. */
function reference(x: Matrix, { rows, labels, C }: LogisticTask, classes: number): Matrix<Float64Array> {
  const moments = columnMoments(x, rows);
  const fit = fitLogistic(
    standardise(takeRows(x, rows), moments),
    rows.map((i) => labels[i]),
    { C, classes },
  );
  return logisticScores(standardise(x, moments), fit);
}

const logLoss = (logits: Matrix, rows: readonly number[], labels: ArrayLike<number>): number =>
  rows.reduce((sum, i) => {
    const z = row(logits, i);
    return sum + Math.log([...z].reduce((total, v) => total + Math.exp(v - z[labels[i]]), 0));
  }, 0);

describe('fitSoftmaxBatch', () => {
  it.each([
    ['3 classes', 150, 8, 3, 0.5],
    ['5 classes, n < d', 60, 90, 5, 1],
    ['separable', 120, 10, 3, 12],
    ['no signal', 150, 8, 4, 0],
    ['wide: the leading subspace as preconditioner', 90, 400, 3, 1],
  ])('%s: logits as those of the float64 solver, trained on and held out', async (_, n, d, classes, signal) => {
    const { x, labels } = problem(n, d, classes, signal);
    const all = [...Array(n).keys()];
    const tasks = [all.filter((i) => i % 7 !== 0), all.filter((i) => i % 11 !== 1)].flatMap((rows) =>
      [1e-3, 0.1, 10].map((C) => ({ rows, labels, C })),
    );
    const fits = await fitSoftmaxBatch(await prepareLogisticFeatures(x), tasks, classes, { tolerance: 1e-8 });
    tasks.forEach((task, t) => {
      const expected = reference(x, task, classes);
      const size = Math.sqrt(expected.data.reduce((sum, v) => sum + v * v, 0) / expected.data.length);
      // A relative objective gap of 1e-8 leaves logits within its root of the optimum's, times the root of C /
      // objective (strong convexity): under 1 % here.
      let worst = 0;
      for (let i = 0; i < n; i++) {
        const mean = (m: Matrix): number => Array.from(row(m, i)).reduce((sum, v) => sum + v, 0) / classes;
        for (let k = 0; k < classes; k++)
          worst = Math.max(
            worst,
            Math.abs(fits[t].data[i * classes + k] - mean(fits[t]) - expected.data[i * classes + k] + mean(expected)),
          );
      }
      expect(worst).toBeLessThan(0.02 * Math.max(size, 0.1));
      expect(
        Math.abs(logLoss(fits[t], task.rows, labels) / Math.max(1e-3, logLoss(expected, task.rows, labels)) - 1),
      ).toBeLessThan(1e-2);
    });
  });

  it('does not look at rows outside the training rows, and gives a task the same answer alone', async () => {
    const { x, labels } = problem(90, 6, 3, 1);
    const rows = [...Array(60).keys()];
    const spoiled = { ...x, data: x.data.map((v, at) => (at < 60 * 6 ? v : 50 * v)) };
    const task = { rows, labels, C: 1 };
    const [alone] = await fitSoftmaxBatch(await prepareLogisticFeatures(x, rows), [task], 3);
    const [other] = await fitSoftmaxBatch(
      await prepareLogisticFeatures(spoiled, rows),
      [{ ...task, labels: labels.map((v, i) => (i < 60 ? v : 0)) }],
      3,
    );
    expect([...alone.data.subarray(0, 180)]).toEqual([...other.data.subarray(0, 180)]);
  });

  it('refuses a class without rows, and labels that are none', async () => {
    const { x, labels } = problem(30, 2, 3, 1);
    const features = await prepareLogisticFeatures(x);
    await expect(fitSoftmaxBatch(features, [{ rows: [0, 1, 3, 4], labels, C: 1 }], 3)).rejects.toThrow(
      'class 2 of 3 has none among 4 training rows',
    );
    await expect(fitSoftmaxBatch(features, [{ rows: [0, 1, 2], labels, C: 1 }], 2)).rejects.toThrow(
      'labels must be integers from 0 to 1',
    );
  });
});
