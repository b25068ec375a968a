import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cka } from '../../analysis/similarity/kernels.ts';
import { ckaMatrix } from '../../analysis/similarity/cka-matrix.ts';
import {
  compareRdms,
  rdm,
  RSA_COMPARISONS,
  RSA_DISTANCES,
  rsaSide,
  type RsaComparison,
  type RsaDistance,
} from '../../analysis/similarity/rdms.ts';
import { similarity } from '../../analysis/similarity/similarity.ts';
import { similaritySchema } from '../../core/artifacts/results/similarity.ts';
import { fromRows, takeRows, type Matrix } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import {
  combine,
  orthonormal,
  plantedItems,
  plantedPairs,
  plantedStates,
  toFloat32,
  type PlantedItem,
} from './planted.ts';
import { SLOW } from '../slow.ts';

const gaussian = (n: number, d: number, random: Random): Matrix<Float64Array> => ({
  data: Float64Array.from({ length: n * d }, () => random.normal()),
  rows: n,
  cols: d,
});
const off = (x: Matrix<Float64Array>, by: (j: number) => number, constant = -1): Matrix<Float64Array> => ({
  ...x,
  data: x.data.map((v, k) => (k % x.cols === constant ? 0 : v) + by(k % x.cols)),
});
const own = (n: number): string[] => Array.from({ length: n }, (_, i) => `s${i}`);

describe('CKA of many representations', () => {
  it.each(['debiased', 'biased'] as const)(
    '%s: blocks give what pairs give, in float64 and, to 1e-5, in float32',
    async (estimator) => {
      // 600 rows: eight blocks on the diagonal, of unequal sizes. The last two lie off the origin, one as far as its
      // rows are spread, one fifty times as far and with a constant column.
      const random = new Random(1);
      const base = gaussian(600, 12, random);
      const mixed = { ...base, data: base.data.map((v) => v + 0.7 * random.normal()) };
      const all = [
        base,
        mixed,
        gaussian(600, 5, random),
        fromRows(Array.from({ length: 600 }, () => [1, 2])),
        off(base, (j) => (j % 2 === 0 ? 0.9 : -0.9)),
        off(mixed, (j) => 50 + j, 4),
      ];
      const matrix = await ckaMatrix(all, { estimator });
      const single = await ckaMatrix(all.map(toFloat32), { estimator });
      for (let i = 0; i < all.length; i++) {
        for (let j = 0; j < all.length; j++) {
          const expected = i === 3 || j === 3 ? null : await cka(all[i], all[j], { estimator });
          if (expected === null) {
            expect([matrix[i][j], single[i][j]]).toEqual([null, null]);
            continue;
          }
          expect(Math.abs(matrix[i][j]! - expected)).toBeLessThan(1e-12);
          // Float32 products over blocks of up to 300 × 300 entries: 6e-8 an entry, errors add up as a root.
          expect(Math.abs(single[i][j]! - expected)).toBeLessThan(1e-5);
        }
      }
    },
  );

  it('refuses unequal rows, few rows and NaN', async () => {
    const random = new Random(1);
    await expect(ckaMatrix([gaussian(5, 2, random), gaussian(6, 2, random)])).rejects.toThrow(/5, 6 rows/);
    await expect(ckaMatrix([gaussian(3, 2, random)])).rejects.toThrow(/at least 4/);
    const bad = gaussian(5, 2, random);
    bad.data[3] = NaN;
    await expect(ckaMatrix([bad])).rejects.toMatchObject({ code: 'not-finite' });
    expect(await ckaMatrix([])).toEqual([]);
  });
});

describe('RSA', () => {
  const fixture = JSON.parse(readFileSync(new URL('../fixtures/analysis/rsa.json', import.meta.url), 'utf8')) as {
    x: number[][];
    y: number[][];
  } & Record<RsaDistance, { mean: number; max: number; first: number } & Record<RsaComparison, number>>;
  const [x, y] = [fromRows(fixture.x), fromRows(fixture.y)];

  it.each(RSA_DISTANCES)('by %s agrees with SciPy', async (distance) => {
    const [a, b] = [await rdm(x, distance), await rdm(y, distance)];
    const { mean, max, first, ...compared } = fixture[distance];
    expect(a.values.reduce((s, v) => s + v, 0) / a.values.length).toBeCloseTo(mean, 12);
    expect(Math.max(...a.values)).toBeCloseTo(max, 12);
    expect(a.values[0]).toBeCloseTo(first, 12);
    for (const comparison of RSA_COMPARISONS) {
      const { value, interval } = compareRdms(rsaSide(a, own(14), comparison), rsaSide(b, own(14), comparison));
      expect(value).toBeCloseTo(compared[comparison], 12);
      expect(interval![0]).toBeLessThan(value!);
    }
  });

  it('is 1 with itself, unmoved by rotation, and by scale and offset of a row where distances are correlations', async () => {
    const rotation = orthonormal(9, 9);
    const turned = fromRows(
      fixture.x.map((values) => rotation.map((axis) => axis.reduce((s, v, j) => s + v * values[j], 0))),
    );
    const scaled = fromRows(fixture.x.map((values, i) => values.map((v) => (i + 1) * v + i)));
    const order = new Random(1).shuffle(fixture.x.map((_, i) => i));
    const side = async (m: Matrix, distance: RsaDistance, groups = own(14)) => rsaSide(await rdm(m, distance), groups);
    expect(compareRdms(await side(x, 'squared-euclidean'), await side(turned, 'squared-euclidean')).value).toBeCloseTo(
      1,
      10,
    );
    expect(compareRdms(await side(x, 'correlation'), await side(scaled, 'correlation')).value).toBeCloseTo(1, 10);
    const permuted = compareRdms(
      await side(
        takeRows(x, order),
        'correlation',
        order.map((i) => `s${i}`),
      ),
      await side(
        takeRows(y, order),
        'correlation',
        order.map((i) => `s${i}`),
      ),
    );
    const plain = compareRdms(await side(x, 'correlation'), await side(y, 'correlation'));
    expect(permuted.value).toBeCloseTo(plain.value!, 12);
    expect(permuted.interval![0]).toBeCloseTo(plain.interval![0], 12);
  });

  it('leaves a scene out as if its rows had never been there (cosine, whose values need no ranks)', async () => {
    // 14 rows in 10 scenes; the interval is atanh(value) ± t(9)·SE/(1 − value²) of values computed the slow way.
    const groups = fixture.x.map((_, i) => `s${i % 10}`);
    const at = async (keep: number[]): Promise<number> => {
      const side = async (m: Matrix) =>
        rsaSide(
          await rdm(takeRows(m, keep), 'correlation'),
          keep.map((i) => groups[i]),
          'cosine',
        );
      return compareRdms(await side(x), await side(y)).value!;
    };
    const all = fixture.x.map((_, i) => i);
    const slow = await Promise.all(Array.from({ length: 10 }, (_, g) => at(all.filter((i) => i % 10 !== g))));
    const mean = slow.reduce((s, v) => s + v, 0) / 10;
    const se = Math.sqrt(0.9 * slow.reduce((s, v) => s + (v - mean) ** 2, 0));
    const { value, interval } = compareRdms(
      rsaSide(await rdm(x), groups, 'cosine'),
      rsaSide(await rdm(y), groups, 'cosine'),
    );
    for (const [side, bound] of [
      [-1, interval![0]],
      [1, interval![1]],
    ])
      expect(Math.atanh(bound) - Math.atanh(value!)).toBeCloseTo((side * 2.26216 * se) / (1 - value! ** 2), 4);
  });

  it('covers 95 % of what a large sample gives, and at least that for unrelated representations', SLOW, async () => {
    // y = x·w + noise. The population value comes from 1,500 rows, whose own error is below .005 against half-widths of
    // about .1.
    const w = [1.5, 1, 0.5, 0.3, 0];
    const draw = (n: number, random: Random, strength: number): [Matrix<Float64Array>, Matrix<Float64Array>] => {
      const a = gaussian(n, 5, random);
      return [a, { ...a, data: a.data.map((v, k) => strength * v * w[k % 5] + random.normal()) }];
    };
    const value = async ([a, b]: [Matrix, Matrix], groups: string[]) =>
      compareRdms(
        rsaSide(await rdm(a, 'squared-euclidean'), groups),
        rsaSide(await rdm(b, 'squared-euclidean'), groups),
      );
    for (const strength of [0, 1]) {
      let truth = 0;
      for (let seed = 0; seed < 3; seed++)
        truth += (await value(draw(1000, new Random(seed, 'rsa truth'), strength), own(1000))).value! / 3;
      let covered = 0;
      for (let seed = 0; seed < 1000; seed++) {
        const [low, high] = (await value(draw(40, new Random(seed, 'rsa cover'), strength), own(40))).interval!;
        if (low <= truth && truth <= high) covered++;
      }
      // Binomial SD .007, so ±2 % is ±2.9 SD.
      expect(covered / 1000).toBeGreaterThan(0.93);
      // Unrelated representations make the statistic degenerate: the jackknife is then too wide, never too narrow (its
      // doc says so).
      if (strength > 0) expect(covered / 1000).toBeLessThan(0.97);
    }
  });

  it('says so when a representation does not vary', async () => {
    await expect(
      rdm(
        fromRows([
          [1, 1],
          [2, 3],
        ]),
      ),
    ).rejects.toMatchObject({ code: 'constant-row' });
    const same = await rdm(fromRows(Array.from({ length: 12 }, () => [1, 2])), 'squared-euclidean');
    expect(compareRdms(rsaSide(same, own(12)), rsaSide(same, own(12)))).toMatchObject({
      value: null,
      note: expect.stringMatching(/same dissimilarity/) as string,
    });
    expect(() => compareRdms(rsaSide(same, own(12)), rsaSide({ n: 2, values: new Float64Array(1) }, own(2)))).toThrow(
      /12 rows by spearman, 2 by/,
    );
  });
});

describe('similarity between layers and checkpoints', () => {
  const pairs = plantedPairs({ consistent: 20, counter: 20 });
  const items = plantedItems(pairs);
  const directions = orthonormal(4, 16);
  const model = (turn: number, seed: number) => (item: PlantedItem) =>
    combine(
      directions,
      [item.truth, 0, 0, 0].map((_, k) => (k === turn ? 2 * item.truth : item.axis.length / 10)),
      0.5,
      new Random(seed, item.item),
    );

  it.each(['cka', 'rsa'] as const)(
    '%s: a symmetric matrix within, a rectangular one across, both of the contract',
    async (measure) => {
      const states = plantedStates(items, { 'text.0': model(0, 1), 'text.1': model(0, 1), 'text.2': model(2, 3) });
      const within = await similarity({ set: { pairs }, states, measure, seed: 1 });
      expect(similaritySchema.parse(within)).toEqual(within);
      expect(within.matrix[0][1].value).toBeCloseTo(1, 6);
      expect(within.matrix[2][0]).toEqual(within.matrix[0][2]);
      expect(within.matrix[0][2].value!).toBeLessThan(0.9);
      expect(within).toMatchObject({ n: 240, groups: 40, of: 240, chance: 0 });
      // The other checkpoint holds the items in another order, and not all of them.
      const shuffled = new Random(2).shuffle(items).slice(10);
      const other = plantedStates(shuffled, { 'text.0': model(0, 1), 'text.9': model(2, 3) });
      const across = await similarity({ set: { pairs }, states, other, measure, seed: 1, maxRows: 120 });
      expect(across.matrix.map((line) => line.length)).toEqual([2, 2, 2]);
      expect(across.matrix[0][0].value).toBeCloseTo(1, 6);
      expect(across.matrix[2][1].value).toBeCloseTo(1, 6);
      expect(across.of).toBe(230);
      expect(across.n).toBeLessThanOrEqual(120);
      expect(across.n).toBeGreaterThan(110);
      await expect(similarity({ set: { pairs: [] }, states, measure, seed: 1 })).rejects.toMatchObject({
        code: 'no-common-items',
      });
    },
  );
});
