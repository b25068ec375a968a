import { describe, expect, it } from 'vitest';
import { row, takeRows, type Matrix } from '../../../core/matrix.ts';
import { featureBasis, toBasis } from '../../../core/numerics/feature-basis.ts';
import {
  fitLogisticBatch,
  prepareLogisticFeatures,
  type LogisticBatch,
  type LogisticTask,
} from '../../../core/numerics/logistic-batch.ts';
import { fitLogistic } from '../../../core/numerics/logistic.ts';
import { columnMoments, standardise } from '../../../core/numerics/standardise.ts';
import { Random } from '../../../core/random.ts';

const CS = [1e-4, 1e-2, 1, 10];

/**
 * Correlated features with a decaying spectrum and an offset, as hidden states have; `signal` separates the classes
 * along one factor.
 */
function hiddenStates(n: number, d: number, signal: number, seed = 1): { x: Matrix<Float32Array>; labels: Uint8Array } {
  const random = new Random(seed, 'batch test', n, d);
  const factors = Math.min(d, 20);
  const mix = Float64Array.from({ length: factors * d }, () => random.normal());
  const labels = Uint8Array.from({ length: n }, (_, i) => i % 2);
  const data = new Float32Array(n * d);
  for (let i = 0; i < n; i++) {
    const f = Array.from(
      { length: factors },
      (_, q) => (3 * random.normal()) / (1 + q / 3) + (q === 2 ? signal * (2 * labels[i] - 1) : 0),
    );
    for (let j = 0; j < d; j++)
      data[i * d + j] = 5 + 0.3 * random.normal() + f.reduce((sum, v, q) => sum + v * mix[q * d + j], 0);
  }
  return { x: { data, rows: n, cols: d }, labels };
}

const everyRow = (n: number): number[] => [...Array(n).keys()];

/** Objective in float64 at the batch's solution, in the task's own standardised coordinates. */
function objectiveOf(x: Matrix, { rows, labels, C }: LogisticTask, batch: LogisticBatch, task: number): number {
  const { sd } = columnMoments(x, rows);
  const weights = row(batch.weights, task);
  const penalty = weights.reduce((sum, w, j) => sum + (w * sd[j]) ** 2, 0) / (2 * C);
  return rows.reduce((sum, i) => {
    const score = weights.reduce((total, w, j) => total + w * x.data[i * x.cols + j], batch.intercepts[task]);
    const t = labels[i] === 1 ? -score : score;
    return sum + Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)));
  }, penalty);
}

function reference(x: Matrix, { rows, labels, C }: LogisticTask): ReturnType<typeof fitLogistic> {
  return fitLogistic(
    standardise(takeRows(x, rows), columnMoments(x, rows)),
    rows.map((i) => labels[i]),
    { C },
  );
}

describe('fitLogisticBatch', () => {
  it.each([
    ['overlapping classes', 200, 12, 0.5],
    ['no signal', 200, 12, 0],
    ['separable classes', 200, 12, 30],
    ['n < d', 40, 60, 1],
    ['one feature', 100, 1, 1],
  ])('%s: every task within a relative objective gap of 1e-6 of the float64 solution', async (_, n, d, signal) => {
    const { x, labels } = hiddenStates(n, d, signal);
    const sets = [everyRow(n), everyRow(n).filter((i) => i % 5 !== 0), everyRow(n).filter((i) => i % 3 === 0)];
    const tasks = sets.flatMap((rows) => CS.map((C) => ({ rows, labels, C })));
    const batch = await fitLogisticBatch(await prepareLogisticFeatures(x), tasks);
    tasks.forEach((task, t) => {
      const best = reference(x, task).objective;
      expect((objectiveOf(x, task, batch, t) - best) / best).toBeLessThan(1e-6);
    });
  });

  it('scores held-out rows with weights and intercept of the training rows', async () => {
    const { x, labels } = hiddenStates(120, 10, 1);
    const rows = everyRow(120).filter((i) => i % 4 !== 1);
    const { scores, weights, intercepts } = await fitLogisticBatch(await prepareLogisticFeatures(x), [
      { rows, labels, C: 1 },
    ]);
    for (const i of [0, 1, 5, 119]) {
      const direct = row(weights, 0).reduce((sum, w, j) => sum + w * x.data[i * 10 + j], intercepts[0]);
      // float32 scores of magnitude ~1 from features of magnitude ~30
      expect(Math.abs(scores.data[i] - direct)).toBeLessThan(1e-4);
    }
  });

  it('does not look at rows outside the training rows', async () => {
    const { x, labels } = hiddenStates(100, 8, 1);
    const rows = everyRow(100).filter((i) => i < 80);
    const spoiled = { ...x, data: x.data.map((v, k) => (k < 80 * 8 ? v : 1e3 * v)) };
    const [a, b] = [
      await fitLogisticBatch(await prepareLogisticFeatures(x, rows), [{ rows, labels, C: 1 }]),
      await fitLogisticBatch(await prepareLogisticFeatures(spoiled, rows), [
        { rows, labels: labels.map((label, i) => (i < 80 ? label : 0)), C: 1 },
      ]),
    ];
    expect([...a.weights.data]).toEqual([...b.weights.data]);
  });

  it('gives a task the same answer alone and among others', async () => {
    const { x, labels } = hiddenStates(150, 20, 1);
    const features = await prepareLogisticFeatures(x);
    const other = { rows: everyRow(150), labels: labels.map((label) => 1 - label), C: 0.01 };
    const task = { rows: everyRow(150).filter((i) => i % 5 > 0), labels, C: 1 };
    const alone = await fitLogisticBatch(features, [task]);
    const among = await fitLogisticBatch(features, [other, task, other]);
    // Both lie within a 5e-7 gap of one optimum, so within sqrt(2·C·gap) of each other in the standardised weights.
    row(alone.scores, 0).forEach((v, i) => expect(Math.abs(v - row(among.scores, 1)[i])).toBeLessThan(0.02));
  });

  it('gives constant features no weight, and a constant representation the base rate', async () => {
    const { x, labels } = hiddenStates(60, 4, 1);
    for (let i = 0; i < 60; i++) x.data[i * 4 + 1] = 7;
    const { weights } = await fitLogisticBatch(await prepareLogisticFeatures(x), [
      { rows: everyRow(60), labels, C: 1 },
    ]);
    expect(Math.abs(weights.data[1])).toBe(0);
    const flat = { data: new Float32Array(60).fill(3), rows: 60, cols: 1 };
    const rows = everyRow(60).filter((i) => labels[i] === 1 || i < 20);
    const { intercepts } = await fitLogisticBatch(await prepareLogisticFeatures(flat), [{ rows, labels, C: 1 }]);
    expect(intercepts[0]).toBeCloseTo(Math.log(30 / 10), 3);
  });

  it('a feature that is constant on the training rows only does not reach held-out predictions', async () => {
    const { x, labels } = hiddenStates(60, 3, 1);
    for (let i = 0; i < 60; i++) x.data[i * 3 + 2] = i < 40 ? 1 : 1e6;
    const rows = everyRow(40);
    const { scores, weights } = await fitLogisticBatch(await prepareLogisticFeatures(x), [{ rows, labels, C: 1 }]);
    expect(Math.abs(weights.data[2])).toBe(0);
    expect(Math.max(...scores.data.map(Math.abs))).toBeLessThan(100);
  });

  it('handles duplicated rows as more weight: twice the rows equals twice C', async () => {
    const { x, labels } = hiddenStates(60, 5, 1);
    const twice = takeRows(x, [...everyRow(60), ...everyRow(60)]);
    const a = await fitLogisticBatch(
      await prepareLogisticFeatures(twice),
      [{ rows: everyRow(120), labels: [...labels, ...labels], C: 0.5 }],
      { tolerance: 1e-9 },
    );
    const b = await fitLogisticBatch(await prepareLogisticFeatures(x), [{ rows: everyRow(60), labels, C: 1 }], {
      tolerance: 1e-9,
    });
    a.weights.data.forEach((v, j) =>
      expect(Math.abs(v - b.weights.data[j])).toBeLessThan(1e-3 * Math.max(...b.weights.data.map(Math.abs))),
    );
  });

  it('finishes in float64 what float32 cannot', async () => {
    const { x, labels } = hiddenStates(80, 6, 2);
    const task = { rows: everyRow(80), labels, C: 10 };
    const batch = await fitLogisticBatch(await prepareLogisticFeatures(x), [task], { tolerance: 1e-13 });
    const best = reference(x, task).objective;
    // Its weights come back through float32, 6e-8 of their size; the objective is flat there.
    expect((objectiveOf(x, task, batch, 0) - best) / best).toBeLessThan(1e-9);
  });

  it('refuses one class, NaN and an abort', async () => {
    const { x, labels } = hiddenStates(20, 2, 1);
    const features = await prepareLogisticFeatures(x);
    await expect(fitLogisticBatch(features, [{ rows: [0, 2, 4], labels, C: 1 }])).rejects.toThrow(
      'its 3 training rows hold only one',
    );
    await expect(fitLogisticBatch(features, [{ rows: [0, 1], labels, C: -1 }])).rejects.toThrow('C must be');
    await expect(
      fitLogisticBatch(features, [{ rows: [0, 1], labels: new Float64Array(20).fill(0.5), C: 1 }]),
    ).rejects.toThrow('labels must be 0 or 1');
    await expect(
      fitLogisticBatch(features, [{ rows: [0, 1], labels, C: 1 }], { signal: AbortSignal.abort(new Error('stop')) }),
    ).rejects.toThrow('stop');
    x.data[3] = Number.NaN;
    await expect(prepareLogisticFeatures(x)).rejects.toThrow('row 1, column 1');
    expect((await fitLogisticBatch(features, [])).intercepts).toHaveLength(0);
  });
});

describe('featureBasis', () => {
  it.each([
    ['dense', 200, 40],
    ['reflector', 200, 500],
    ['reflector', 60, 400],
  ])('%s basis of %i × %i keeps lengths and angles', async (kind, n, d) => {
    const { x } = hiddenStates(n, d, 1);
    const basis = await featureBasis({ ...x, data: new Float32Array(standardise(x, columnMoments(x)).data) });
    expect(basis.kind).toBe(kind);
    const random = new Random(9, 'vectors');
    const [u, v] = [0, 1].map(() => Float64Array.from({ length: d }, () => random.normal()));
    const product = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, j) => sum + value * b[j], 0);
    // Bases are stored in float32: 6e-8 an element, relative to |u|·|v| ≈ d.
    expect(Math.abs(product(toBasis(basis, u), toBasis(basis, v)) - product(u, v))).toBeLessThan(2e-6 * d);
  });

  it('holds the variance of the features: the spectrum sums to the number of columns that vary', async () => {
    for (const d of [40, 400]) {
      const { x } = hiddenStates(150, d, 1);
      const { spectrum } = await featureBasis({ ...x, data: new Float32Array(standardise(x, columnMoments(x)).data) });
      expect(Math.abs(spectrum.reduce((sum, v) => sum + v, 0) / d - 1)).toBeLessThan(1e-4);
    }
  });

  it.each([400, 1100])('solves %i features to the same gap', async (d) => {
    const { x, labels } = hiddenStates(150, d, 1);
    const tasks = CS.map((C) => ({ rows: everyRow(150).filter((i) => i % 5 !== 0), labels, C }));
    const batch = await fitLogisticBatch(await prepareLogisticFeatures(x), tasks);
    tasks.forEach((task, t) => {
      const best = reference(x, task).objective;
      expect((objectiveOf(x, task, batch, t) - best) / best).toBeLessThan(1e-6);
    });
  });
});
