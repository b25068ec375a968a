import { describe, expect, it } from 'vitest';
import { geometry } from '../../analysis/geometry.ts';
import { cellSums } from '../../analysis/geometry/cell-sums.ts';
import { cosineEstimates } from '../../analysis/geometry/cosines.ts';
import { coherenceTable } from '../../analysis/geometry/coherence.ts';
import { deltaDesign, rawDeltas } from '../../analysis/geometry/deltas.ts';
import { entanglement } from '../../analysis/geometry/entanglement.ts';
import { cueParts } from '../../analysis/geometry/cue-share.ts';
import { coherenceCurves } from '../../analysis/geometry/layer-choice.ts';
import type { Condition, Pair } from '../../core/artifacts/contrast-set.ts';
import { axesName, geometrySchema, type Estimate, type GeometryLayer } from '../../core/artifacts/results.ts';
import { PlumblineError } from '../../core/errors.ts';
import { fromRows } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import { studentT95 } from '../../core/statistics/student-t.ts';
import {
  combine,
  heightSign,
  orthonormal,
  plantedItems,
  plantedPairs,
  plantedStates,
  toFloat32,
  type PlantedItem,
} from './planted.ts';
import { SLOW } from '../slow.ts';

const WIDTH = 32;
const [H, V, D, SHIFT] = orthonormal(4, WIDTH);
const pairs = plantedPairs({ consistent: 80, counter: 80, ambiguous: 40 });
const items = plantedItems(pairs);

/**
 * Reads the distance question as `height`·up + `depth`·far, with noise shared by a scene's questions and noise of its
 * own.
 */
function model(options: {
  height: number;
  depth: number;
  signal?: number;
  seed: number;
}): (item: PlantedItem) => Float64Array {
  const { height, depth, signal = 1, seed } = options;
  return (item) => {
    const axes = [
      item.axis === 'horizontal' ? item.truth : 0,
      item.axis === 'vertical' ? item.truth : 0,
      item.axis === 'distance' ? depth * item.truth : 0,
    ];
    if (item.axis === 'distance' && item.condition !== 'ambiguous') axes[1] += height * heightSign(item);
    return combine([H, V, D, SHIFT], [...axes.map((value) => signal * value), 0.3], 0.3, new Random(seed, item.item));
  };
}

const shortcut = model({ height: 1, depth: 0, seed: 1 });
const disentangled = model({ height: 0, depth: 1, seed: 2 });
const half = model({ height: 1, depth: 1, seed: 3 });
const nothing = model({ height: 0, depth: 0, signal: 0, seed: 4 });

const run = (
  layers: Record<string, (item: PlantedItem) => ArrayLike<number>>,
  from: readonly Pair[] = pairs,
  rows = items,
) => geometry({ set: { pairs: from }, states: plantedStates(rows, layers), seed: 3 });

function vdei(layer: Pick<GeometryLayer, 'entanglement'>, condition: Condition, corrected = true): Estimate {
  return layer.entanglement.find(
    (e) =>
      axesName(e.axes) === 'VD' && e.estimator === 'axis' && e.corrected === corrected && e.condition === condition,
  )!.estimate;
}

describe('geometry', () => {
  it('gives a result of the contract', async () => {
    const result = await run({ 'text.0': nothing, 'text.1': half, 'text.2': half });
    expect(geometrySchema.parse(result)).toEqual(result);
    expect(result.layers.map((layer) => layer.layer)).toEqual(['text.0', 'text.1', 'text.2']);
    expect(result.warnings).toEqual([]);
    const distance = result.layers[1].coherence.filter((entry) => entry.axis === 'distance');
    expect(distance.map((entry) => entry.condition)).toEqual(['consistent', 'counter', 'ambiguous']);
    expect(distance[0].estimate).toMatchObject({ n: 80, groups: 80 });
    expect(distance[0].poles).toEqual([40, 40]);
  });

  it('tells height from depth, and half of each', async () => {
    for (const [planted, share, consistent, counter] of [
      [shortcut, 1, 1, -1],
      [disentangled, 0, 0, 0],
      [half, 0.5, Math.SQRT1_2, -Math.SQRT1_2],
    ] as const) {
      const [layer] = (await run({ 'text.0': planted })).layers;
      // Noise of .3·√2 a coordinate over 80 deltas of length 2: errors of a few hundredths.
      expect(Math.abs(layer.cueShare.value! - share)).toBeLessThan(0.05);
      expect(Math.abs(vdei(layer, 'consistent').value! - consistent)).toBeLessThan(0.1);
      expect(Math.abs(vdei(layer, 'counter').value! - counter)).toBeLessThan(0.1);
      if (share > 0) expect(layer.cueCosine.value!).toBeGreaterThan(0.95);
    }
  });

  it('finds an axis in 5 % of nulls, however many layers there are', SLOW, async () => {
    // 100 sets of 5 layers × 3 axes without signal. 300 tests: binomial SD .013 at .05, so 3 SD is .04.
    const small = plantedPairs({ consistent: 16, counter: 16 });
    const rows = plantedItems(small);
    const design = deltaDesign(
      small,
      rows.map((row) => row.item),
      'question-swap',
    );
    let found = 0;
    for (let seed = 0; seed < 100; seed++) {
      const tables = await Promise.all(
        [0, 1, 2, 3, 4].map((layer) => {
          const states = fromRows(rows.map(model({ height: 0, depth: 0, signal: 0, seed: 10 * seed + layer })));
          return coherenceTable(rawDeltas(states, design, 'text'), design, seed);
        }),
      );
      found += coherenceCurves(tables).filter(
        (curve) => Math.max(...curve.values.map(Number)) > curve.peakNull!,
      ).length;
    }
    expect(found / 300).toBeGreaterThan(0.01);
    expect(found / 300).toBeLessThan(0.09);
  });

  it('changes nothing but rounding when rows and pairs are permuted and states rotated and shifted', async () => {
    const random = new Random(6);
    const rotation = orthonormal(WIDTH, WIDTH, 7);
    const turned = (item: PlantedItem): Float64Array => {
      const state = half(item);
      return Float64Array.from(rotation, (axis) => 2 + axis.reduce((sum, value, j) => sum + value * state[j], 0));
    };
    const plain = await run({ 'text.0': half });
    const moved = await run({ 'text.0': turned }, random.shuffle(pairs), random.shuffle(items));
    const numbers = (value: unknown): number[] =>
      typeof value === 'number'
        ? [value]
        : value && typeof value === 'object'
          ? Object.values(value).flatMap(numbers)
          : [];
    const [a, b] = [numbers(plain), numbers(moved)];
    expect(b).toHaveLength(a.length);
    // States are float32: 1e-7 relative, larger where squared norms nearly cancel.
    a.forEach((value, i) => expect(Math.abs(value - b[i])).toBeLessThan(1e-4));
  });

  it('cosines of categories have the jackknife intervals of leaving whole scenes out', () => {
    const small = plantedPairs({ consistent: 24 });
    const rows = plantedItems(small);
    const states = toFloat32(fromRows(rows.map(half)));
    const at = (kept: readonly Pair[]) => {
      const design = deltaDesign(
        kept,
        rows.map((row) => row.item),
        'question-swap',
      );
      return cosineEstimates(cellSums(rawDeltas(states, design, 'text.0'), design))[0];
    };
    const { matrix, intervals } = at(small);
    const without = [...new Set(small.map(({ group }) => group))].map(
      (scene) => at(small.filter(({ group }) => group !== scene)).matrix,
    );
    for (const [i, j] of [
      [2, 4],
      [5, 0],
      [3, 2],
    ]) {
      const values = without.map((other) => other[i][j]!);
      // Scenes without a delta in either category take no part.
      const taking = values.filter((v) => Math.abs(v - matrix[i][j]!) > 1e-12);
      const mean = taking.reduce((s, v) => s + v, 0) / taking.length;
      const se = Math.sqrt(((taking.length - 1) / taking.length) * taking.reduce((s, v) => s + (v - mean) ** 2, 0));
      expect(intervals![i][j]![0]).toBeCloseTo(Math.max(-1, matrix[i][j]! - studentT95(taking.length - 1) * se), 9);
      expect(intervals![i][j]).toEqual(intervals![j][i]);
    }
    expect(intervals!.every((line, i) => line[i] === null)).toBe(true);
  });

  it('is the same for the same seed', async () => {
    expect(await run({ 'text.0': half })).toEqual(await run({ 'text.0': half }));
  });

  it('does not take noise shared by the questions of a scene for entanglement', SLOW, async () => {
    // Orthogonal axes, but every delta of a scene holds the same large scene vector. Each corrected estimate has SD ≈
    // .1; over 40 sets ≈ .016.
    const small = plantedPairs({ consistent: 40, counter: 40 });
    const rows = plantedItems(small);
    let corrected = 0;
    let plugIn = 0;
    for (let seed = 0; seed < 40; seed++) {
      const scene = new Map<string, Float64Array>();
      for (const { group } of rows)
        scene.set(group, scene.get(group) ?? combine([H], [0], 0.6, new Random(seed, group)));
      const [layer] = (
        await run(
          {
            'text.0': (item) => {
              const vector = combine(
                [H, V, D],
                [
                  item.axis === 'horizontal' ? item.truth : 0,
                  item.axis === 'vertical' ? item.truth : 0,
                  item.axis === 'distance' ? item.truth : 0,
                ],
                0.1,
                new Random(seed, item.item),
              );
              return vector.map((value, j) => value + item.truth * scene.get(item.group)![j]);
            },
          },
          small,
          rows,
        )
      ).layers;
      corrected += vdei(layer, 'consistent').value! / 40;
      plugIn += vdei(layer, 'consistent', false).value! / 40;
    }
    expect(Math.abs(corrected)).toBeLessThan(0.06);
    expect(plugIn).toBeGreaterThan(0.15);
  });

  it('covers 95 % with the intervals of corrected VD-EI and height share', SLOW, () => {
    // Depth 1 and height .7 on noise; truth in closed form. 1,000 sets: binomial SD .007, so ±2 % is ±2.9 SD.
    const small = plantedPairs({ consistent: 30, counter: 30 });
    const rows = plantedItems(small);
    const truth = { share: 0.49 / 1.49, vdei: 0.7 / Math.sqrt(1.49) };
    const directions = orthonormal(3, 16, 1);
    const design = deltaDesign(
      small,
      rows.map((row) => row.item),
      'question-swap',
    );
    let share = 0;
    let cosine = 0;
    const runs = 1000;
    for (let seed = 0; seed < runs; seed++) {
      const random = new Random(seed, 'cover');
      const noisy = (item: PlantedItem): Float64Array =>
        combine(
          directions,
          [
            item.axis === 'horizontal' ? item.truth : 0,
            item.axis === 'vertical' ? item.truth : item.axis === 'distance' ? 0.7 * heightSign(item) : 0,
            item.axis === 'distance' ? item.truth : 0,
          ],
          0.7,
          random,
        );
      const states = toFloat32(fromRows(rows.map(noisy)));
      const sums = cellSums(rawDeltas(states, design, 'text.0'), design);
      const [low, high] = cueParts(sums).cueShare.interval!;
      if (low <= truth.share && truth.share <= high) share++;
      const [lowCosine, highCosine] = vdei({ entanglement: entanglement(sums) }, 'consistent').interval!;
      if (lowCosine <= truth.vdei && truth.vdei <= highCosine) cosine++;
    }
    for (const covered of [share / runs, cosine / runs]) {
      expect(covered).toBeGreaterThan(0.93);
      expect(covered).toBeLessThan(0.97);
    }
  });

  it('reads image interventions: trading depths at fixed heights moves depth alone', async () => {
    // A model that answers from the picture: the distance intervention turns depth and leaves height, the vertical one
    // turns height.
    const interventions = pairs.map((pair) => ({ ...pair, kind: 'image-intervention' as const }));
    const answered = (item: PlantedItem): Float64Array => {
      const turned = (axis: string): number => (item.axis === axis ? item.truth : 0);
      return combine(
        [H, V, D],
        [turned('horizontal'), turned('vertical'), turned('distance')],
        0.2,
        new Random(1, item.item),
      );
    };
    const states = plantedStates(items, { 'text.0': answered, 'text.1': answered });
    const { layers, choice } = await geometry({
      set: { pairs: [...pairs, ...interventions] },
      states,
      seed: 0,
      kind: 'image-intervention',
    });
    // A model that reads height alone doesn't move either: the share can't be known from these pairs.
    expect(layers[0].cueShare).toMatchObject({
      value: null,
      n: 160,
      note: expect.stringMatching(/question swaps only/) as string,
    });
    expect(Math.abs(vdei(layers[0], 'counter').value!)).toBeLessThan(0.1);
    expect(layers[0].coherence[0].estimate.n).toBe(80);
    expect(choice).toMatchObject({ layer: 'text.0', excludedAxes: [] });
  });

  it('says that a layer before the question is read has no deltas', async () => {
    const constant = (): Float64Array => new Float64Array(WIDTH).fill(0.25);
    const { layers, choice } = await run({ 'text.embed': constant, 'text.0': half, 'text.1': half });
    expect(layers[0].coherence[0].estimate).toMatchObject({
      value: null,
      note: 'every delta is zero: both sides have the same state here',
    });
    expect(layers[0].cueShare.value).toBeNull();
    expect(layers[0].cosines[0].matrix[0][0]).toBeNull();
    expect(choice.layer).toBe('text.0');
  });

  it('warns of unbalanced poles', async () => {
    const few = pairs.filter(
      (pair) =>
        pair.axis !== 'distance' ||
        pair.condition !== 'counter' ||
        pair.first.answer === 'far' ||
        pair.group < 'counter-0020',
    );
    const { warnings } = await run({ 'text.0': half }, few);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/poles of the distance axis are unbalanced \(40 to \d+, counter scenes\)/);
  });

  it('refuses what it cannot measure, with a sentence', async () => {
    const states = plantedStates(items, { 'text.0': half });
    const code = async (action: () => Promise<unknown>): Promise<string> => {
      const error = await action().catch((e: unknown) => e);
      expect(error).toBeInstanceOf(PlumblineError);
      return (error as PlumblineError).code;
    };
    const set = { pairs };
    expect(await code(() => geometry({ set, states, seed: 0, selection: 'cls' }))).toBe('no-selection');
    expect(await code(() => geometry({ set, states, seed: 0, layers: ['text.9'] }))).toBe('unknown-layer');
    expect(await code(() => geometry({ set, states, seed: 0, kind: 'image-intervention' }))).toBe('no-pairs');
    expect(await code(() => geometry({ set, states: { ...states, items: states.items.slice(4) }, seed: 0 }))).toBe(
      'item-without-state',
    );
    expect(
      await code(() =>
        run({ 'text.0': (item) => half(item).fill(Number.NaN, 0, item.item.endsWith('0007-distance-ba') ? 1 : 0) }),
      ),
    ).toBe('non-finite-states');
    const same = pairs.map((pair, i) => (i === 5 ? { ...pair, second: pair.first } : pair));
    expect(await code(() => run({ 'text.0': half }, same))).toBe('pair-not-contrastive');
    const misspelt = pairs.map((pair, i) => (i === 5 ? { ...pair, second: { ...pair.second, answer: 'Left' } } : pair));
    expect(await code(() => run({ 'text.0': half }, misspelt))).toBe('answer-not-an-option');
    const lost = pairs.map((pair, i) => (i === 5 ? { ...pair, group: '' } : pair));
    expect(await code(() => run({ 'text.0': half }, lost))).toBe('missing-group');
  });
});
