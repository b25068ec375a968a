import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Estimate } from '../../core/artifacts/results.ts';
import type { Pair } from '../../core/artifacts/contrast-set.ts';
import { lowRankProbesSchema } from '../../core/artifacts/results/low-rank-probes.ts';
import { ridgeProbesSchema } from '../../core/artifacts/results/ridge-probes.ts';
import { fromRows } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import { nestedFolds } from '../../probes/cross-validate.ts';
import { heldOutLowRank } from '../../probes/low-rank.ts';
import { numericRows, numericTargets, planNumeric, type NumericPlan } from '../../probes/numeric-rows.ts';
import { lowRankProbes } from '../../probes/low-rank-probes.ts';
import { fitByCondition, ridgeProbes } from '../../probes/ridge-probes.ts';
import { heldOutRidge } from '../../probes/ridge.ts';
import { heldOutR2 } from '../../core/statistics/held-out-r2.ts';
import { heldOutSpearman } from '../../core/statistics/held-out-spearman.ts';
import { plant, statesOf, syntheticSet, type Synthetic } from './synthetic.ts';
import { SLOW } from '../slow.ts';

const fixture = JSON.parse(readFileSync(new URL('../fixtures/probes/probes.json', import.meta.url), 'utf8')) as {
  groups: number[];
  ridge: {
    x: number[][];
    target: number[];
    folds: number[];
    alpha: number[];
    predictions: number[];
    r2: number;
    spearman: number;
  };
};

function storedPlan(columns: number[][]): NumericPlan {
  const { folds } = fixture.ridge;
  const groups = fixture.groups.map(String);
  const values = fromRows(folds.map((_, i) => columns.map((column) => column[i])));
  const rows = {
    targets: columns.map((_, t) => `t${t}`),
    items: groups.map((_, i) => String(i)),
    values,
    groups,
    conditions: groups.map(() => 'none'),
  };
  return { rows, foldOf: Int32Array.from(folds), nested: nestedFolds([...folds.keys()], folds, 5), refused: null };
}

describe('heldOutRidge', () => {
  it("gives scikit-learn's nested cross-validation: alpha, held-out predictions, R² and ρ", async () => {
    const { x, target, alpha, predictions, r2, spearman } = fixture.ridge;
    const result = await heldOutRidge(fromRows(x), storedPlan([target]));
    expect(result.alpha).toEqual([alpha]);
    predictions.forEach((v, i) => expect(result.predictions.data[i]).toBeCloseTo(v, 8));
    const groups = fixture.groups.map(String);
    expect(heldOutR2(target, result.predictions.data, groups).value).toBeCloseTo(r2, 9);
    expect(heldOutSpearman(target, result.predictions.data, groups).value).toBeCloseTo(spearman, 9);
  });

  it('handles constant columns, n < d, duplicated rows and a target that is constant in training; refuses NaN', async () => {
    const { x, target } = fixture.ridge;
    const wide = fromRows(
      x.map((row) => [...row, 3, ...Array.from({ length: 200 }, (_, j) => row[j % 5] * (1 + (j % 3)))]),
    );
    const { predictions } = await heldOutRidge(wide, storedPlan([target, target.map(() => 7)]));
    expect(predictions.data.every(Number.isFinite)).toBe(true);
    for (let i = 0; i < target.length; i++) expect(predictions.data[2 * i + 1]).toBeCloseTo(7, 9);
    wide.data[5] = Number.NaN;
    await expect(heldOutRidge(wide, storedPlan([target]))).rejects.toMatchObject({
      code: 'not-finite',
      message: 'the features hold NaN in row 0, column 5',
    });
  });
});

/** Camera height and a fact beside the objects; one object without a depth. */
function numericSet(): Synthetic {
  const base = syntheticSet({ consistent: 60, counter: 60, ambiguous: 10 });
  const pairs = base.pairs.map((pair, p): Pair => {
    const camera = 1 + ((p * 37) % 60) / 30;
    const side = (item: Pair['first'], s: number): Pair['first'] => ({
      ...item,
      facts: { turn: ((p * 13 + 7 * s) % 50) / 10, word: 'red' },
    });
    return { ...pair, nuisance: { camera, sky: 'blue' }, first: side(pair.first, 0), second: side(pair.second, 1) };
  });
  return { pairs, questions: base.questions };
}

describe('coverage of R² and ρ', () => {
  // Binomial standard error .007, so ± 2 % is ± 2.9 of them. The estimand is the expected held-out score of the
  // procedure at this number of scenes: the mean of the runs.
  it.each([
    ['nothing', 0, 60],
    ['a good fit', 3, 100],
  ])('is 95 % ± 2 % over 1,000 data sets that hold %s', { ...SLOW, timeout: 120_000 }, async (_, slope, n) => {
    const [runs, d] = [1000, 3];
    const conditions = Array.from({ length: n }, (__, i) => (i % 2 === 0 ? 'consistent' : 'counter'));
    const items = conditions.map((__, i) => `item ${String(i).padStart(3, '0')}`);
    const cells: Record<'r2' | 'spearman', Estimate[]> = { r2: [], spearman: [] };
    for (let seed = 0; seed < runs; seed++) {
      const random = new Random(seed, 'coverage of rho');
      const draw = (count: number): Float64Array => Float64Array.from({ length: count }, () => random.normal());
      const noise = draw(n);
      const x = draw(n * d);
      const plan = planNumeric(
        {
          targets: ['t'],
          items,
          values: { data: noise.map((v, i) => v + slope * x[i * d]), rows: n, cols: 1 },
          groups: items,
          conditions,
        },
        { seed },
      );
      const { predictions, shared, otherChoices } = await heldOutRidge({ data: x, rows: n, cols: d }, plan);
      const all = fitByCondition(plan, 0, predictions, shared[0], otherChoices[0]).at(-1)!;
      cells.r2.push(all.r2);
      cells.spearman.push(all.spearman);
    }
    for (const list of Object.values(cells)) {
      const truth = list.reduce((sum, { value }) => sum + value!, 0) / runs;
      const covered = list.filter(({ interval }) => interval![0] <= truth && truth <= interval![1]).length;
      expect(Math.abs(covered / runs - 0.95), `${list[0].intervalKind}: ${covered}`).toBeLessThanOrEqual(0.02);
      // Standard error of the mean ρ .13·√2/√1000 = .006; ranks over all folds together give −.2 here.
      if (slope === 0 && list === cells.spearman) expect(Math.abs(truth)).toBeLessThan(0.025);
    }
  });
});

describe("R²'s interval", () => {
  const random = new Random(11, 'r2');
  const values = Float64Array.from({ length: 80 }, () => random.normal());
  const groups = Array.from(values, (_, i) => `s${i >> 1}`);
  const predictions = values.map((v) => 0.9 * v + 0.3 * random.normal());

  it('holds the value, ends below 1, and does not move with origin and unit', () => {
    const { value, interval } = heldOutR2(values, predictions, groups);
    expect(interval![0]).toBeLessThan(value!);
    expect(interval![1]).toBeGreaterThan(value!);
    expect(interval![1]).toBeLessThan(1);
    // R² is skewed to the left near 1.
    expect(value! - interval![0]).toBeGreaterThan(interval![1] - value!);
    const moved = heldOutR2(
      values.map((v) => 1000 + 7 * v),
      predictions.map((v) => 1000 + 7 * v),
      groups,
    );
    interval!.forEach((bound, k) => expect(moved.interval![k]).toBeCloseTo(bound, 9));
  });

  it('widens with shared training and with what else might have been chosen, and only where that differs', () => {
    const width = (options: Parameters<typeof heldOutR2>[3]): number => {
      const [low, high] = heldOutR2(values, predictions, groups, options).interval!;
      return high - low;
    };
    expect(width({ varianceFactor: 2 })).toBeGreaterThan(1.3 * width({}));
    expect(width({ otherChoices: [predictions, predictions] })).toBeCloseTo(width({}), 12);
    expect(width({ otherChoices: [predictions, predictions.map(() => 0)] })).toBeGreaterThan(1.3 * width({}));
  });

  it('is refused where predictions are exact or scenes are few', () => {
    expect(heldOutR2(values, values, groups)).toMatchObject({
      value: 1,
      interval: null,
      note: 'no interval: the predictions are exact',
    });
    expect(heldOutR2(values.slice(0, 8), predictions.slice(0, 8), groups.slice(0, 8)).note).toMatch(
      /needs 10 scenes, there are 4/,
    );
    expect(() => heldOutR2(values, predictions.slice(1), groups)).toThrow(RangeError);
  });
});

describe('ridgeProbes', () => {
  const set = numericSet();
  const valueOf = new Map<string, { x: number; y: number; depth: number; camera: number; turn: number }>();
  for (const pair of set.pairs) {
    for (const item of [pair.first, pair.second]) {
      const [{ box, depth }] = item.objects;
      valueOf.set(item.item, {
        x: box![0],
        y: box![1] + box![3] / 2,
        depth: depth!,
        camera: pair.nuisance.camera as number,
        turn: item.facts!.turn as number,
      });
    }
  }
  const noise = plant(set.questions, 6, (_, random, out) => out.forEach((__, j) => (out[j] = random.normal())), 1);
  const signal = plant(
    set.questions,
    6,
    ({ item }, random, out) => {
      const { y, depth, camera } = valueOf.get(item)!;
      out.forEach((_, j) => (out[j] = 0.3 * random.normal()));
      out[0] += (y - 100) / 30;
      out[1] += (depth - 6) / 2;
      out[2] += camera;
    },
    2,
  );
  const states = statesOf(set.questions, { 'text.0@last': noise, 'text.1@last': signal });

  it('finds what is planted at the rate the noise allows, and nothing in noise, in a result that fits its schema', async () => {
    expect(numericTargets(set)).toEqual(['depth', 'x', 'y', 'size', 'facts.turn', 'nuisance.camera']);
    const result = await ridgeProbes({ set, states, selection: 'last', seed: 1 });
    expect(ridgeProbesSchema.parse(result)).toEqual(result);
    const cell = (layer: string, target: string, condition = 'all'): (typeof result.layers)[number]['fit'][number] =>
      result.layers
        .find((row) => row.layer === layer && row.target === target)!
        .fit.find((fit) => fit.condition === condition)!;
    // Depth is ± 1 in its column, noise .3: R² = 1/(1 + .09) = .917 at best.
    expect(Math.abs(cell('text.1', 'depth').r2.value! - 0.917)).toBeLessThan(0.03);
    expect(cell('text.1', 'nuisance.camera').r2.interval![0]).toBeGreaterThan(0.6);
    expect(cell('text.1', 'y').spearman.interval![0]).toBeGreaterThan(0.7);
    for (const target of ['depth', 'y', 'nuisance.camera']) {
      expect(cell('text.0', target).r2.value!).toBeLessThan(0.05);
      expect(cell('text.0', target).r2.interval![0]).toBeLessThan(0);
    }
    for (const condition of ['consistent', 'counter', 'ambiguous'])
      expect(cell('text.1', 'depth', condition).r2.value!).toBeGreaterThan(0.85);
    // A scene's factor is read once a pair, at its first item.
    expect(cell('text.1', 'nuisance.camera').r2).toMatchObject({ n: 120, groups: 120 });
    expect(cell('text.1', 'depth').r2).toMatchObject({ n: 240, groups: 120 });
  });

  it('asks words:2 about the second object, and leaves out items that lack a target', () => {
    const [first] = numericRows(set, ['depth'], 'words:1');
    const [second] = numericRows(set, ['depth'], 'words:2');
    // The objects are at 4 and 8: where one is near the other is far.
    first.values.data.forEach((v, i) => expect(v + second.values.data[i]).toBe(12));
    const bare = {
      pairs: set.pairs.map((pair, p) =>
        p === 0 ? { ...pair, first: { ...pair.first, objects: [{ name: 'a' }] } } : pair,
      ),
    };
    expect(numericRows(bare, ['depth'], 'last')[0].items).toHaveLength(first.items.length - 1);
    expect(numericRows(bare, ['depth', 'facts.turn', 'x'], 'last').map(({ targets }) => targets)).toEqual([
      ['depth', 'x'],
      ['facts.turn'],
    ]);
  });

  it('says why a target has no numbers', async () => {
    const constant = { pairs: set.pairs.map((pair) => ({ ...pair, nuisance: { camera: 2 } })) };
    const result = await ridgeProbes({
      set: constant,
      states,
      selection: 'last',
      seed: 1,
      targets: ['nuisance.camera'],
      layers: ['text.1'],
    });
    expect(result.layers[0].fit.at(-1)!.r2).toMatchObject({
      value: null,
      note: 'the values or the predictions do not vary',
    });
    const none = await ridgeProbes({ set, states, selection: 'last', seed: 1, targets: ['facts.missing'] });
    expect(none).toMatchObject({
      targets: [
        { target: 'facts.missing', refused: 'no scene to train on falls into fold 1 of 5; more scenes are needed' },
      ],
      layers: [],
    });
  });
});

describe('low-rank probe', () => {
  const n = fixture.ridge.x.length;
  const column = (weights: number[], scale: number): number[] =>
    fixture.ridge.x.map(
      (row, i) => weights.reduce((sum, w, j) => sum + w * row[j], 0) + scale * Math.sin(12.9898 * (i + 1)) * 2,
    );

  it('at full rank is ridge regression at one alpha for all targets', async () => {
    const plan = storedPlan([column([1, 0, 0, 0, 0], 0.5), column([0, 1, 0, 0, 0], 0.5)]);
    const x = fromRows(fixture.ridge.x);
    const { byRank, alpha } = await heldOutLowRank(x, plan);
    const separate = await heldOutRidge(x, plan);
    for (let i = 0; i < n; i++) {
      const f = plan.foldOf[i];
      for (let t = 0; t < 2; t++)
        if (separate.alpha[t][f] === alpha[f])
          expect(byRank[1].data[2 * i + t]).toBeCloseTo(separate.predictions.data[2 * i + t], 8);
    }
    expect(separate.alpha.flat().some((v, k) => v === alpha[k % 5])).toBe(true);
  });

  it('one shared direction: rank 1 fits all targets; two directions: rank 1 cannot', async () => {
    const x = fromRows(fixture.ridge.x);
    const r2 = async (targets: number[][], rank: number): Promise<number[]> => {
      const plan = storedPlan(targets);
      const { byRank } = await heldOutLowRank(x, plan);
      return targets.map(
        (target, t) =>
          heldOutR2(
            target,
            Array.from({ length: n }, (_, i) => byRank[rank - 1].data[i * targets.length + t]),
            plan.rows.groups,
          ).value!,
      );
    };
    const shared = [column([1, 1, 0, 0, 0], 0.1), column([-2, -2, 0, 0, 0], 0.1), column([3, 3, 0, 0, 0], 0.1)];
    for (const v of await r2(shared, 1)) expect(v).toBeGreaterThan(0.9);
    const apart = [column([1, 0, 0, 0, 0], 0.1), column([0, 1, 0, 0, 0], 0.1)];
    expect(Math.min(...(await r2(apart, 1)))).toBeLessThan(0.7);
    for (const v of await r2(apart, 2)) expect(v).toBeGreaterThan(0.9);
  });

  it('by layer, of numbers: a result that fits its schema; refused for one target', async () => {
    const set = numericSet();
    const states = statesOf(set.questions, {
      'text.0@last': plant(set.questions, 6, (_, random, out) => out.forEach((__, j) => (out[j] = random.normal()))),
    });
    const result = await lowRankProbes({ set, states, selection: 'last', seed: 1, targets: ['depth', 'y', 'x'] });
    expect(lowRankProbesSchema.parse(result)).toEqual(result);
    expect(result.layers.map(({ rank }) => rank)).toEqual([1, 2, 3]);
    expect((await lowRankProbes({ set, states, selection: 'last', seed: 1, targets: ['depth'] })).refused).toBe(
      'a low-rank probe needs at least two numbers or three classes, there are 1',
    );
  });
});
