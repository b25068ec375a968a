import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { disentanglement, scoresOf } from '../../analysis/disentanglement.ts';
import { disentanglementScores } from '../../analysis/disentanglement-scores.ts';
import { statePca } from '../../analysis/state-pca.ts';
import { jackknifedSpace } from '../../analysis/geometry/leave-out-spaces.ts';
import {
  angleEstimates,
  determinedDirections,
  principalAngles,
  principalAnglesOfAxes,
} from '../../analysis/principal-angles.ts';
import { axesName, type Estimate } from '../../core/artifacts/results.ts';
import { anglesSchema, disentanglementSchema, statePcaSchema } from '../../core/artifacts/results/representation.ts';
import { fromRows, takeRows, type Matrix } from '../../core/matrix.ts';
import { leadingEigen } from '../../core/numerics/leading-eigen.ts';
import { Random } from '../../core/random.ts';
import {
  combine,
  heightSign,
  orthonormal,
  plantedItems,
  plantedPairs,
  plantedStates,
  type PlantedItem,
} from './planted.ts';
import { SLOW } from '../slow.ts';

const columns = (rows: number, make: (i: number) => number[]): Matrix<Float64Array> =>
  fromRows(Array.from({ length: rows }, (_, i) => make(i)));

describe('DCI, MIG and SAP', () => {
  it('agree with the formulas of disentanglement_lib in numpy and scikit-learn', () => {
    let state = 7;
    const base = Float64Array.from(
      { length: 1600 },
      () => (2 * (state = (state * 48271) % 2147483647)) / 2147483647 - 1,
    );
    const at = (i: number, j: number): number => base[i * 4 + j];
    const factors = columns(400, (i) => [Math.sign(at(i, 0)), Math.sign(at(i, 1)), at(i, 2)]);
    const mixing = [
      [1, 0.2, 0],
      [0.1, 1, 0.3],
      [0, 0, 1],
      [0.5, 0, 0.5],
    ];
    const codes = columns(400, (i) =>
      mixing.map(
        (weights, c) => weights.reduce((s, w, f) => s + w * factors.data[i * 3 + f], 0) + 0.3 * at(i, [3, 0, 1, 2][c]),
      ),
    );
    const expected = JSON.parse(
      readFileSync(new URL('../fixtures/analysis/disentanglement.json', import.meta.url), 'utf8'),
    ) as Record<'disentanglement' | 'completeness' | 'informativeness' | 'mig' | 'sap', number>;
    const mine = disentanglementScores(codes, factors);
    for (const score of ['disentanglement', 'completeness', 'informativeness', 'mig', 'sap'] as const)
      expect([score, Math.abs(mine[score] - expected[score]) < 1e-9]).toEqual([score, true]);
  });

  it('one code a factor gives about 1; the same codes rotated by 45° about 0', () => {
    const random = new Random(1);
    const factors = columns(2000, () => [random.uniform(-1, 1), random.uniform(-1, 1)]);
    const noise = columns(2000, () => [0.001 * random.normal(), 0.001 * random.normal()]);
    const own = { ...factors, data: factors.data.map((v, k) => v + noise.data[k]) };
    const turned = columns(2000, (i) => [own.data[2 * i] + own.data[2 * i + 1], own.data[2 * i] - own.data[2 * i + 1]]);
    const [one, mixed] = [disentanglementScores(own, factors), disentanglementScores(turned, factors)];
    for (const score of ['disentanglement', 'completeness', 'informativeness', 'mig', 'sap'] as const)
      expect([score, one[score] > 0.9]).toEqual([score, true]);
    for (const score of ['disentanglement', 'completeness', 'mig', 'sap'] as const)
      expect([score, mixed[score] < 0.1]).toEqual([score, true]);
    // All is still there, only mixed.
    expect(mixed.informativeness).toBeGreaterThan(0.9);
  });

  it('refuse constant factors and unequal rows, and give 0 to codes that do not vary', () => {
    expect(() =>
      disentanglementScores(
        columns(4, (i) => [i]),
        columns(4, () => [1]),
      ),
    ).toThrow(/factor 0 does not vary/);
    expect(() =>
      disentanglementScores(
        columns(4, (i) => [i]),
        columns(3, (i) => [i]),
      ),
    ).toThrow(/4 rows/);
    expect(
      disentanglementScores(
        columns(6, () => [1, 2]),
        columns(6, (i) => [i % 2]),
      ),
    ).toMatchObject({ disentanglement: 0, mig: 0, sap: 0, informativeness: 0 });
  });
});

/** Objects placed so that their boxes and depths agree with the planted answers of every axis. */
const located = plantedPairs({ consistent: 60, counter: 60 }).map((pair) => {
  const random = new Random(1, pair.group);
  const left = random.coin() ? 1 : -1;
  const far = random.coin() ? 1 : -1;
  const above = pair.conditions.height === 'consistent' ? far : -far;
  const objects = [1, -1].map((sign) => ({
    name: sign > 0 ? 'red cube' : 'blue cube',
    box: [100 - sign * left * 30, 100 - sign * above * 30, 10, 10] as [number, number, number, number],
    depth: 6 + sign * far,
  }));
  const truth = { horizontal: left, vertical: above, distance: far }[pair.axis as 'horizontal'];
  const side = (item: typeof pair.first, order: number) => ({
    ...item,
    objects: order > 0 ? objects : [...objects].reverse(),
    answer: item.options[truth * order > 0 ? 0 : 1],
  });
  return { ...pair, first: side(pair.first, 1), second: side(pair.second, -1) };
});
const items = plantedItems(located);
const relations = new Map(
  located.flatMap(({ first, second }) =>
    [first, second].map(
      ({ item, objects: [a, b] }) =>
        [item, [Math.sign(b.box[0] - a.box[0]), Math.sign(b.box[1] - a.box[1]), Math.sign(a.depth - b.depth)]] as const,
    ),
  ),
);
const directions = orthonormal(3, 12);
const states = (mix: (relation: readonly number[]) => readonly number[]) =>
  plantedStates(items, {
    'text.0': ({ item }: PlantedItem) => combine(directions, mix(relations.get(item)!), 0.05, new Random(1, item)),
  });

describe('disentanglement of layers', () => {
  it.each(['components', 'directions'] as const)(
    '%s: higher for one direction a relation than for relations that share directions',
    async (codes) => {
      const apart = await disentanglement({
        set: { pairs: located },
        states: states(([h, v, d]) => [3 * h, 2 * v, d]),
        codes,
        k: 3,
        seed: 1,
      });
      const mixed = await disentanglement({
        set: { pairs: located },
        states: states(([h, v, d]) => [2 * (h + v), h - v + d, d]),
        codes,
        k: 3,
        seed: 1,
      });
      expect(disentanglementSchema.parse(apart)).toEqual(apart);
      expect(apart).toMatchObject({ n: 720, groups: 120, factors: ['left', 'above', 'far'] });
      const [layer] = apart.layers;
      for (const { value, interval, intervalKind, groups } of [layer.informativeness, layer.mig]) {
        expect([interval![0] <= value!, value! <= interval![1], intervalKind, groups]).toEqual([
          true,
          true,
          'delete-a-group jackknife',
          120,
        ]);
      }
      for (const score of ['disentanglement', 'completeness', 'sap'] as const)
        expect(layer[score]).toMatchObject({
          interval: null,
          note: expect.stringMatching(/^no interval: .*too rough for a jackknife/) as string,
        });
      for (const score of ['disentanglement', 'completeness', 'mig', 'sap'] as const)
        expect(apart.layers[0][score].value!).toBeGreaterThan(mixed.layers[0][score].value! + 0.05);
      // Over 120 scenes relations of different axes correlate by chance with an SD of .09, so the mean delta of
      // distance (size 1) holds up to ±.5 of left/right (size 3) and ±.4 of height
      // (size 2): a squared correlation of up to .3 with either. Components hold no such trace.
      expect(apart.layers[0].sap.value!).toBeGreaterThan(codes === 'components' ? 0.8 : 0.6);
    },
  );

  it('the intervals of informativeness and MIG cover the expected score', SLOW, async () => {
    // 200 simulations of 60 scenes with given codes: binomial SD .015, so above .91; the full 1,000 are in
    // docs/measures/coverage.md.
    const outcomes = { informativeness: [] as Estimate[], mig: [] as Estimate[] };
    const given = { data: Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1]), rows: 3, cols: 3 };
    const spaces = { all: given, without: Array.from({ length: 20 }, () => given) };
    const groups = Array.from({ length: 240 }, (_, i) => Math.floor(i / 8) % 20);
    for (let seed = 0; seed < 200; seed++) {
      const random = new Random(seed, 'scores cover');
      const scenes = Array.from({ length: 60 }, (_, s) => {
        const [left, far] = [random.coin() ? 1 : -1, random.coin() ? 1 : -1];
        return {
          factors: [left, s % 2 === 0 ? far : -far, far],
          noise: [random.normal(), random.normal(), random.normal()],
        };
      });
      const order = (i: number): number => (i % 2 === 0 ? 1 : -1);
      const factors = columns(240, (i) => scenes[i >> 2].factors.map((sign) => sign * order(i)));
      const centred = columns(240, (i) =>
        scenes[i >> 2].factors.map(
          (sign, f) => order(i) * ((2 - f / 2) * sign + scenes[i >> 2].noise[f]) + random.normal(),
        ),
      );
      const { informativeness, mig } = await scoresOf(centred, factors, spaces, { of: groups, count: 20 }, 60);
      outcomes.informativeness.push(informativeness);
      outcomes.mig.push(mig);
    }
    for (const list of Object.values(outcomes)) {
      const mean = list.reduce((s, { value }) => s + value!, 0) / list.length;
      expect(
        list.filter(({ interval }) => interval![0] <= mean && mean <= interval![1]).length / list.length,
      ).toBeGreaterThan(0.91);
    }
  });

  it('codes that hold nothing have no interval, with the reason', async () => {
    const flat = { data: new Float64Array(120), rows: 40, cols: 3 };
    const factors = columns(40, (i) => [i % 2, (i >> 1) % 2]);
    const given = { data: Float64Array.from([1, 0, 0]), rows: 1, cols: 3 };
    const of = Array.from({ length: 40 }, (_, i) => (i >> 2) % 10);
    expect(
      (
        await scoresOf(
          flat,
          factors,
          { all: given, without: Array.from({ length: 10 }, () => given) },
          { of, count: 10 },
          10,
        )
      ).mig,
    ).toMatchObject({
      value: 0,
      interval: null,
      note: 'no interval: the score is the same without any of the groups of scenes',
    });
  });

  it('refuses sets without located objects', async () => {
    const pairs = plantedPairs({ consistent: 10, counter: 10 });
    await expect(
      disentanglement({
        set: { pairs },
        states: plantedStates(plantedItems(pairs), { 'text.0': () => [1, 2] }),
        seed: 1,
      }),
    ).rejects.toMatchObject({ code: 'too-few-scenes' });
  });
});

describe('principal angles', () => {
  it('of known subspaces', () => {
    const c = Math.cos(Math.PI / 6);
    expect(
      principalAngles(
        fromRows([
          [1, 0, 0],
          [0, 1, 0],
        ]),
        fromRows([
          [1, 0, 0],
          [0, c, 0.5],
        ]),
      ),
    ).toEqual([expect.closeTo(0, 5), expect.closeTo(30, 10)]);
    expect(
      principalAngles(
        fromRows([[1, 0, 0]]),
        fromRows([
          [0, 1, 0],
          [0, 0, 1],
        ]),
      ),
    ).toEqual([90]);
  });

  it('find a shortcut’s distance axis in the vertical one, and a disentangled one at right angles, as random ones are', async () => {
    const pairs = plantedPairs({ consistent: 60, counter: 60 });
    const [H, V, D] = orthonormal(3, 32);
    const model = (height: number, depth: number) => (item: PlantedItem) =>
      combine(
        [H, V, D],
        [
          item.axis === 'horizontal' ? item.truth : 0,
          item.axis === 'vertical' ? item.truth : item.axis === 'distance' ? height * heightSign(item) : 0,
          item.axis === 'distance' ? depth * item.truth : 0,
        ],
        0.1,
        new Random(2, item.item),
      );
    const result = await principalAnglesOfAxes({
      set: { pairs },
      states: plantedStates(plantedItems(pairs), { 'text.0': model(1, 0), 'text.1': model(0, 1) }),
      k: 1,
      seed: 1,
    });
    expect(anglesSchema.parse(result)).toEqual(result);
    const [shortcut, apart] = result.layers.map(({ pairs: own }) =>
      own.find(({ axes, condition }) => axesName(axes) === 'VD' && condition === 'counter')!,
    );
    // A mean over 60 deltas of length 2 on noise .14 in 32 dimensions: some 3°.
    expect(shortcut.angles[0].angle.value!).toBeLessThan(10);
    expect(shortcut.floor[0][0]).toBeLessThan(10);
    expect(apart.angles[0].angle.value!).toBeGreaterThan(apart.chance[0][0]);
    expect(apart).toMatchObject({ n: [60, 60], groups: [60, 60], determined: [1, 1] });
    expect(shortcut.angles[0].angle).toMatchObject({ intervalKind: 'delete-a-group jackknife', n: 120, groups: 60 });
    expect(shortcut.angles[0].angle.interval![1]).toBeLessThan(apart.angles[0].angle.interval![0]);
    expect(
      result.layers[0].pairs.filter(({ axes }) => axesName(axes) === 'HV').map(({ condition }) => condition),
    ).toEqual(['consistent', 'counter', 'all']);
  });
});

describe('intervals of principal angles', () => {
  /**
   * Deltas along the first k of three directions, the second axis' turned by `degrees` from them, on isotropic noise.
   */
  const deltas = (
    random: Random,
    strengths: readonly [mean: number, sd: number][],
    degrees: number,
    noise = 0.5,
    n = 100,
    d = 24,
  ): Matrix<Float64Array> => {
    const data = new Float64Array(n * d);
    const [along, across] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    for (let i = 0; i < n; i++) {
      strengths.forEach(([mean, sd], j) => {
        const size = mean + sd * random.normal();
        data[i * d + j] += size * along;
        data[i * d + j + strengths.length] += size * across;
      });
      for (let j = 0; j < d; j++) data[i * d + j] += noise * random.normal();
    }
    return { data, rows: n, cols: d };
  };
  const deal = Array.from({ length: 100 }, (_, i) => i % 20);

  it('leave-out spaces are those of the rows without the group', async () => {
    const x = deltas(
      new Random(1),
      [
        [3, 0.3],
        [0, 2],
        [0, 1.3],
      ],
      0,
    );
    const { all, without } = await jackknifedSpace(x, deal, 20, 3);
    expect(Math.max(...principalAngles(all.basis, (await leadingEigen(x, 3)).vectors))).toBeLessThan(1e-4);
    for (const g of [0, 13]) {
      const rest = takeRows(
        x,
        deal.flatMap((own, i) => (own === g ? [] : [i])),
      );
      const { values, vectors } = await leadingEigen(rest, 4);
      // A group moves these spaces by 1 to 7 degrees; the steps stop within a thousandth of that.
      expect(Math.max(...principalAngles(without[g].basis, vectors))).toBeLessThan(5e-3);
      for (let k = 0; k < 3; k++) expect(Math.abs(without[g].squares[k] / (values[k] / 95) - 1)).toBeLessThan(1e-6);
    }
  });

  it('cover 95 % of the expected angle where both spaces are determined', SLOW, async () => {
    // 250 simulations: binomial SD .014, so within ±.04; the full 1,000 are in docs/measures/coverage.md.
    const [values, intervals]: [number[], [number, number][]] = [[], []];
    for (let seed = 0; seed < 250; seed++) {
      const random = new Random(seed, 'angles cover');
      const [a, b] = [
        await jackknifedSpace(deltas(random, [[2, 0.3]], 0), deal, 20, 1),
        await jackknifedSpace(deltas(random, [[2, 0.3]], 30), deal, 20, 1),
      ];
      const [angle] = angleEstimates(a, b, { names: ['a', 'b'], n: 200, groups: 100 });
      values.push(angle.value!);
      intervals.push(angle.interval!);
    }
    const mean = values.reduce((s, v) => s + v, 0) / values.length;
    const share = intervals.filter(([low, high]) => low <= mean && mean <= high).length / intervals.length;
    expect(share).toBeGreaterThan(0.91);
    expect(share).toBeLessThan(0.99);
  });

  it('are left out beyond the directions that the scenes determine, with the reason', async () => {
    const random = new Random(3);
    const [a, b] = [
      await jackknifedSpace(deltas(random, [[2, 0.3]], 0), deal, 20, 3),
      await jackknifedSpace(deltas(random, [[2, 0.3]], 30), deal, 20, 3),
    ];
    expect([a, b].map(determinedDirections)).toEqual([1, 1]);
    const [first, ...others] = angleEstimates(a, b, { names: ['vertical', 'distance'], n: 200, groups: 100 });
    expect(first.interval).not.toBeNull();
    for (const other of others)
      expect(other).toMatchObject({
        interval: null,
        note: 'no interval: the scenes determine 1 of the 3 directions of the vertical axis, noise decides the others',
      });
    expect(determinedDirections(await jackknifedSpace(deltas(random, [], 0), deal, 20, 3))).toBe(0);
    const zeros = await jackknifedSpace({ data: new Float64Array(2400), rows: 100, cols: 24 }, deal, 20, 3);
    expect(angleEstimates(a, zeros, { names: ['vertical', 'distance'], n: 200, groups: 100 })[0]).toMatchObject({
      value: null,
      note: 'undefined: every delta of the distance axis is zero',
    });
  });
});

describe('principal components of states', () => {
  it('separate what the states differ by, item by item', async () => {
    const result = await statePca({
      set: { pairs: located },
      states: states(([h, v, d]) => [3 * h, 2 * v, d]),
      layer: 'text.0',
    });
    expect(statePcaSchema.parse(result)).toEqual(result);
    expect(result.points).toHaveLength(720);
    expect(result.explainedVariance.reduce((s, v) => s + v, 0)).toBeGreaterThan(0.95);
    // The first component is left or right of the first-named object.
    const sides = new Set(result.points.map(({ item, x }) => Math.sign(x) * relations.get(item)![0]));
    expect(sides.size).toBe(1);
    await expect(statePca({ set: { pairs: [] }, states: states((r) => r), layer: 'text.0' })).rejects.toMatchObject({
      code: 'no-pairs',
    });
  });
});
