import { describe, expect, it } from 'vitest';
import type { Matrix } from '../../../core/matrix.ts';
import { fitMlp } from '../../../core/numerics/mlp.ts';
import { Random } from '../../../core/random.ts';

/** Four clouds whose class is the product of two signs: no line tells them apart. */
function exclusiveOr(n: number): { x: Matrix<Float32Array>; labels: Int32Array } {
  const random = new Random(1, 'xor');
  const labels = new Int32Array(n);
  const data = new Float32Array(n * 3);
  for (let i = 0; i < n; i++) {
    const [a, b] = [random.coin() ? 1 : -1, random.coin() ? 1 : -1];
    labels[i] = a * b > 0 ? 1 : 0;
    data.set([a + 0.3 * random.normal(), b + 0.3 * random.normal(), random.normal()], i * 3);
  }
  return { x: { data, rows: n, cols: 3 }, labels };
}
const rows = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const accuracy = ({ data, cols }: Matrix, labels: ArrayLike<number>, chosen: number[]): number =>
  chosen.filter(
    (i) =>
      data.subarray(i * cols, (i + 1) * cols).indexOf(Math.max(...data.subarray(i * cols, (i + 1) * cols))) ===
      labels[i],
  ).length / chosen.length;

describe('fitMlp', () => {
  const { x, labels } = exclusiveOr(500);
  const split = { classes: 2, train: rows(0, 250), validate: rows(250, 350) };
  const fit = (seed: number, options = {}): ReturnType<typeof fitMlp> =>
    fitMlp(x, labels, split, { random: new Random(seed, 'mlp test'), maxSteps: 300, ...options });

  it('learns what no linear probe can: an exclusive or, at its Bayes rate', async () => {
    const { logits, trainLoss, validationLoss } = await fit(1);
    // A sign is misread with probability Φ(−1/.3) = 4e-4.
    expect(accuracy(logits, labels, rows(350, 500))).toBeGreaterThan(0.97);
    expect(trainLoss).toBeLessThan(0.2);
    expect(validationLoss).toBeLessThan(0.2);
  });

  it('is the same for the same seed, another for another', async () => {
    const first = await fit(1, { maxSteps: 20 });
    expect(await fit(1, { maxSteps: 20 })).toEqual(first);
    expect((await fit(2, { maxSteps: 20 })).logits.data).not.toEqual(first.logits.data);
  });

  it('never looks at rows that are neither trained on nor validated', async () => {
    const other = labels.map((label, i) => (i < 350 ? label : 1 - label));
    const spoiled = await fitMlp(x, other, split, { random: new Random(1, 'mlp test'), maxSteps: 30 });
    expect(spoiled.logits.data).toEqual((await fit(1, { maxSteps: 30 })).logits.data);
  });

  it('stops early where there is nothing to learn, and keeps the best step', async () => {
    const random = new Random(3, 'labels');
    const noise = labels.map(() => (random.coin() ? 1 : 0));
    const { steps, validationLoss } = await fitMlp(x, noise, split, {
      random: new Random(1, 'mlp test'),
      maxSteps: 300,
      patience: 20,
    });
    expect(steps).toBeLessThan(200);
    expect(validationLoss).toBeLessThan(0.75);
    expect(validationLoss).toBeGreaterThan(0.64);
  });

  it('its gradient is that of the loss: the first step lowers it for a small rate, with three classes too', async () => {
    const three = labels.map((_, i) => i % 3);
    const before = await fitMlp(x, three, { ...split, classes: 3 }, { random: new Random(1, 'mlp test'), maxSteps: 0 });
    const after = await fitMlp(
      x,
      three,
      { classes: 3, train: split.train, validate: split.train },
      { random: new Random(1, 'mlp test'), maxSteps: 60, learningRate: 1e-3, weightDecay: 0 },
    );
    expect(after.trainLoss).toBeLessThan(before.trainLoss - 0.01);
  });

  it('refuses a class without training rows, and no validation rows', async () => {
    await expect(fitMlp(x, labels, { ...split, classes: 3 }, { random: new Random(1) })).rejects.toThrow(
      'class 2 of 3 has none among 250',
    );
    await expect(fitMlp(x, labels, { ...split, validate: [] }, { random: new Random(1) })).rejects.toThrow(
      'needs validation rows',
    );
  });
});
