import { describe, expect, it } from 'vitest';
import { coherence } from '../../analysis/geometry/coherence.ts';
import { fromRows, takeRows, type Matrix } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import { orthonormal } from './planted.ts';

const own = (n: number): string[] => Array.from({ length: n }, (_, i) => `s${i}`);

function noise(
  n: number,
  d: number,
  random: Random,
  shift: ArrayLike<number> = new Float64Array(d),
): Matrix<Float64Array> {
  return fromRows(
    Array.from({ length: n }, () => Float64Array.from({ length: d }, (_, j) => shift[j] + random.normal())),
  );
}

/** Mean pairwise cosine by the definition, pair by pair. */
function byDefinition(deltas: Matrix, groups: readonly string[]): number {
  let sum = 0;
  let pairs = 0;
  const at = (i: number, j: number): number => deltas.data[i * deltas.cols + j];
  for (let a = 0; a < deltas.rows; a++) {
    for (let b = 0; b < a; b++) {
      if (groups[a] === groups[b]) continue;
      let [ab, aa, bb] = [0, 0, 0];
      for (let j = 0; j < deltas.cols; j++) {
        ab += at(a, j) * at(b, j);
        aa += at(a, j) ** 2;
        bb += at(b, j) ** 2;
      }
      sum += ab / Math.sqrt(aa * bb);
      pairs++;
    }
  }
  return sum / pairs;
}

describe('coherence', () => {
  it('is the mean pairwise cosine of different scenes, whatever the scene sizes', async () => {
    const random = new Random(1);
    const deltas = noise(40, 7, random, [1, 0, 0, 0, 0, 0, 0]);
    const groups = Array.from({ length: 40 }, () => `s${random.integer(18)}`);
    const { estimate } = await coherence(deltas, groups, { seed: 0 });
    expect(estimate.value).toBeCloseTo(byDefinition(deltas, groups), 12);
    expect(estimate).toMatchObject({ n: 40, groups: new Set(groups).size, intervalKind: 'delete-one-group jackknife' });
  });

  it('is 1 for one direction of any length, and the same after rotation, scaling of rows and permutation', async () => {
    const random = new Random(2);
    const line = fromRows(Array.from({ length: 30 }, (_, i) => [3 * (i + 1), 4 * (i + 1)]));
    expect((await coherence(line, own(30), { seed: 0 })).estimate.value).toBeCloseTo(1, 12);

    const deltas = noise(30, 5, random, [1, 1, 0, 0, 0]);
    const rotation = orthonormal(5, 5);
    const turned = fromRows(
      Array.from({ length: 30 }, (_, i) =>
        rotation.map((axis) => (i + 1) * axis.reduce((s, v, j) => s + v * deltas.data[i * 5 + j], 0)),
      ),
    );
    const order = random.shuffle(Array.from({ length: 30 }, (_, i) => i));
    const groups = own(30);
    const plain = await coherence(deltas, groups, { seed: 4 });
    const rotated = await coherence(turned, groups, { seed: 4 });
    const permuted = await coherence(
      takeRows(deltas, order),
      order.map((i) => groups[i]),
      { seed: 4 },
    );
    for (const other of [rotated, permuted]) {
      expect(other.estimate.value).toBeCloseTo(plain.estimate.value!, 12);
      expect(other.estimate.interval![0]).toBeCloseTo(plain.estimate.interval![0], 10);
      expect(other.nullUpper).toBeCloseTo(plain.nullUpper!, 10);
    }
  });

  it('has the known value for planted direction plus isotropic noise', async () => {
    // In high dimension the cosine of two deltas s·v + ε tends to s²/(s² + d); s² = d gives .5. Sampling SD here is
    // about .005.
    const d = 400;
    const { estimate, nullUpper } = await coherence(
      noise(200, d, new Random(3), [Math.sqrt(d), ...new Float64Array(d - 1)]),
      own(200),
      { seed: 0 },
    );
    expect(Math.abs(estimate.value! - 0.5)).toBeLessThan(0.02);
    expect(estimate.value!).toBeGreaterThan(nullUpper!);
  });

  it('shows the bias of unbalanced poles given in methods §2', async () => {
    // No axis signal, a shift that all swaps share, and the sign correction turns one pole's deltas. Shift and noise
    // are scaled so that full
    // imbalance gives .50; the rest follows: ((a−b)² − n)/(n(n−1)) of it.
    const d = 400;
    const shift = [Math.sqrt(d), ...new Float64Array(d - 1)];
    for (const [a, b, expected] of [
      [100, 100, -0.002],
      [150, 50, 0.12],
      [180, 20, 0.32],
      [200, 0, 0.5],
    ] as const) {
      const deltas = noise(a + b, d, new Random(7), shift);
      for (let i = a * d; i < (a + b) * d; i++) deltas.data[i] = -deltas.data[i];
      const { estimate } = await coherence(deltas, own(a + b), { seed: 0 });
      expect(Math.abs(estimate.value! - expected)).toBeLessThan(0.02);
    }
  });

  it('raises false alarms on nulls in 5 % of sets', async () => {
    // 1,000 nulls of 40 scenes with two correlated deltas each; binomial SD .007, so ±2 % is ±2.9 SD.
    let alarms = 0;
    const groups = Array.from({ length: 80 }, (_, i) => `s${i >> 1}`);
    for (let seed = 0; seed < 1000; seed++) {
      const random = new Random(seed, 'null');
      const deltas = noise(80, 8, random);
      for (let i = 1; i < 80; i += 2)
        for (let j = 0; j < 8; j++) deltas.data[i * 8 + j] += deltas.data[(i - 1) * 8 + j];
      const { estimate, nullUpper } = await coherence(deltas, groups, { seed, draws: 199 });
      if (estimate.value! > nullUpper!) alarms++;
    }
    expect(alarms / 1000).toBeGreaterThan(0.03);
    expect(alarms / 1000).toBeLessThan(0.07);
  });

  it('has intervals that cover 95 %', async () => {
    // 1,000 simulations: binomial SD .007, so ±2 % is ±2.9 SD.
    // The target is the population coherence ‖E u‖²; by symmetry E u has only its first entry, estimated from 200,000
    // unit deltas (SE < .001
    // after squaring, against intervals of half-width ≈ .05).
    const d = 16;
    const shift = [2.5, ...new Float64Array(d - 1)];
    const big = new Random(99);
    let mean = 0;
    for (let i = 0; i < 200_000; i++) {
      const first = shift[0] + big.normal();
      let square = first * first;
      for (let j = 1; j < d; j++) square += big.normal() ** 2;
      mean += first / Math.sqrt(square) / 200_000;
    }
    const truth = mean * mean;
    let covered = 0;
    const runs = 1000;
    for (let seed = 0; seed < runs; seed++) {
      const [low, high] = (
        await coherence(noise(60, d, new Random(seed, 'cover'), shift), own(60), { seed, draws: 19 })
      ).estimate.interval!;
      if (low <= truth && truth <= high) covered++;
    }
    expect(covered / runs).toBeGreaterThan(0.93);
    expect(covered / runs).toBeLessThan(0.97);
  });

  it('leaves zero deltas out and says so, and is undefined when all are zero', async () => {
    const deltas = noise(20, 4, new Random(1), [3, 0, 0, 0]);
    deltas.data.fill(0, 0, 8);
    const { estimate } = await coherence(deltas, own(20), { seed: 0 });
    expect(estimate.value).toBeCloseTo(
      (
        await coherence(
          takeRows(
            deltas,
            Array.from({ length: 18 }, (_, i) => i + 2),
          ),
          own(18),
          { seed: 0 },
        )
      ).estimate.value!,
      12,
    );
    expect(estimate).toMatchObject({ n: 18, groups: 18, note: '2 zero deltas left out' });
    const nothing = await coherence(
      fromRows([
        [0, 0],
        [0, 0],
      ]),
      own(2),
      { seed: 0 },
    );
    expect(nothing.estimate).toMatchObject({
      value: null,
      interval: null,
      note: 'every delta is zero: both sides have the same state here',
    });
    expect(nothing.nullUpper).toBeNull();
  });

  it('needs a group id for every delta', async () => {
    await expect(
      coherence(
        fromRows([
          [1, 0],
          [0, 1],
        ]),
        ['a', ''],
        { seed: 0 },
      ),
    ).rejects.toThrow(/row 1 has no group id/);
  });
});
