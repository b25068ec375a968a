import { describe, expect, it } from 'vitest';
import { compareCheckpoints } from '../../analysis/checkpoints/comparison.ts';
import { measuredCheckpoint, robustness, type MeasuredCheckpoint } from '../../analysis/checkpoints/robustness.ts';
import { trainingTrend } from '../../analysis/checkpoints/training.ts';
import { behaviour } from '../../analysis/behaviour.ts';
import { geometry } from '../../analysis/geometry.ts';
import { cellSums } from '../../analysis/geometry/cell-sums.ts';
import { coherenceJackknife } from '../../analysis/geometry/coherence.ts';
import { deltaDesign, rawDeltas, signCorrected } from '../../analysis/geometry/deltas.ts';
import { CUE_SHARE } from '../../analysis/geometry/cue-share.ts';
import { leaveOneSceneOut } from '../../analysis/geometry/jackknife-cells.ts';
import type { Answer } from '../../core/artifacts/answers.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { comparisonSchema, robustnessSchema, trainingSchema } from '../../core/artifacts/results/checkpoints.ts';
import { fromRows } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import { jackknifeDifference } from '../../core/statistics/jackknife-difference.ts';
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

const number = (value: number | null): Estimate => ({ value, interval: null, intervalKind: null, n: 1, groups: 1 });
const pairs = plantedPairs({ consistent: 60, counter: 60 });
const items = plantedItems(pairs);
const directions = orthonormal(3, 16);
const reader =
  (height: number, depth: number, seed: number, noise = 0.3) =>
  (item: PlantedItem) =>
    combine(
      directions,
      [
        item.axis === 'horizontal' ? item.truth : 0,
        item.axis === 'vertical' ? item.truth : item.axis === 'distance' ? height * heightSign(item) : 0,
        item.axis === 'distance' ? depth * item.truth : 0,
      ],
      noise,
      new Random(seed, item.item),
    );
/** Right with the given chance, by axis; options as in the planted pairs. */
const answers = (chance: (item: PlantedItem) => number, seed: number): Answer[] =>
  items.map((item) => {
    const right = new Random(seed, item.item).coin(chance(item));
    const options = pairs
      .flatMap(({ first, second }) => [first, second])
      .find((side) => side.item === item.item)!.options;
    const canonical = item.truth > 0 === right ? 1 : -1;
    return { item: item.item, scores: { [options[0]]: canonical, [options[1]]: -canonical } };
  });

describe('robustness over checkpoints', () => {
  const line = (count: number, noise = 0): MeasuredCheckpoint[] => {
    const random = new Random(3);
    return Array.from({ length: count }, (_, i) => ({
      checkpoint: `c${i}`,
      measures: { 'VD-EI': number(i / 10), coherence: number(random.normal()) },
      outcome: number(1 - i / 10 + noise * random.normal()),
    }));
  };

  it('finds a monotone relation, with the exact p of its order', () => {
    const result = robustness(line(7), { seed: 1 });
    expect(robustnessSchema.parse(result)).toEqual(result);
    const [vd, other] = result.measures;
    expect(vd.correlation).toMatchObject({ value: -1, n: 7 });
    // Two of 7! orders are perfectly monotone.
    expect(vd.p).toBeCloseTo(2 / 5040, 12);
    expect(vd.adjusted).toBeCloseTo(4 / 5040, 12);
    expect(other.correlation.interval![0]).toBeLessThan(0);
    expect(other.correlation.interval![1]).toBeGreaterThan(0);
    expect(robustness(line(12, 0.1), { seed: 1 })).toEqual(robustness(line(12, 0.1), { seed: 1 }));
  });

  it('refuses fewer than four checkpoints, and measures that do not vary', () => {
    expect(robustness(line(3), { seed: 1 }).measures[0].correlation).toMatchObject({
      value: null,
      note: '3 checkpoints have both values, at least 4 are needed',
    });
    const same = line(6).map((entry) => ({ ...entry, measures: { same: number(1), gone: number(null) } }));
    const [constant, gone] = robustness(same, { seed: 1 }).measures;
    expect(constant.correlation.note).toMatch(/same in all/);
    expect(gone).toMatchObject({ p: null, adjusted: null, correlation: { n: 0 } });
  });

  it('takes the measures of the reported layer and the counter accuracy from results', async () => {
    const states = plantedStates(items, { 'text.0': reader(1, 0, 1), 'text.1': reader(1, 0, 1) });
    const measured = measuredCheckpoint(
      'planted',
      await geometry({ set: { pairs }, states, seed: 1 }),
      behaviour({ set: { pairs }, answers: answers(() => 0.7, 1), seed: 1 }),
    )!;
    expect(measured.measures['height share'].value).toBeGreaterThan(0.9);
    expect(measured.measures['VD-EI, counter'].value).toBeLessThan(-0.8);
    expect(Object.keys(measured.measures)).toContain('coherence of distance, counter');
    expect(measured.outcome.n).toBe(120);
  });
});

describe('training trend', () => {
  it('gives slope, total and p for each measure, whatever the order of checkpoints', () => {
    const points = [4000, 1000, 2000, 3000, 6000, 5000].map((step) => ({
      checkpoint: `s${step}`,
      step,
      measures: { rising: number(step / 1e4), odd: number((step / 1000) % 2) },
    }));
    const result = trainingTrend(points);
    expect(trainingSchema.parse(result)).toEqual(result);
    const [rising, odd] = result.measures;
    expect(rising.slope.value).toBeCloseTo(1e-4, 12);
    expect(rising.total.value).toBeCloseTo(0.5, 10);
    expect(rising.p).toBeCloseTo(2 / 720, 12);
    expect(rising.points.map(({ step }) => step)).toEqual([1000, 2000, 3000, 4000, 5000, 6000]);
    expect(odd.slope.interval![0]).toBeLessThanOrEqual(0);
    expect(odd.slope.interval![1]).toBeGreaterThanOrEqual(0);
    expect(trainingTrend([]).measures).toEqual([]);
  });
});

describe('comparison of two checkpoints', () => {
  it('finds the worse one, where it is worse, and nothing between equals', async () => {
    const a = {
      name: 'shortcut',
      answers: answers((item) => (item.axis === 'distance' && item.condition === 'counter' ? 0.2 : 0.9), 1),
      states: plantedStates(items, { 'text.0': reader(1, 1, 1), 'text.1': reader(1, 0, 2), 'text.7': reader(1, 0, 2) }),
    };
    const b = {
      name: 'balanced',
      answers: answers(() => 0.9, 2),
      states: plantedStates([...items].reverse(), { 'text.0': reader(1, 1, 3), 'text.1': reader(0, 1, 4) }),
    };
    const result = await compareCheckpoints({ set: { pairs }, a, b });
    expect(comparisonSchema.parse(result)).toEqual(result);
    expect(result.unmatched).toEqual(['text.7']);
    for (const { axis, condition, difference, adjusted } of result.answers) {
      if (axis === 'distance' && condition === 'counter') {
        expect(difference.interval![1]).toBeLessThan(-0.5);
        expect(adjusted).toBeLessThan(1e-6);
      } else {
        expect(adjusted).toBeGreaterThan(0.01);
      }
    }
    const share = result.curves.find(({ measure }) => measure === 'height-share')!.layers;
    // Both halve height and depth at text.0; at text.1 one reads pure height, the other pure depth.
    expect(share[0].adjusted).toBeGreaterThan(0.01);
    expect(share[1].adjusted).toBeLessThan(1e-6);
    expect(share[1].difference.value).toBeGreaterThan(0.9);
    expect(result.curves.map(({ measure, axis, condition }) => `${measure} ${axis} ${condition}`)).toEqual([
      'coherence horizontal all',
      'coherence vertical all',
      'coherence distance consistent',
      'coherence distance counter',
      'height-share null all',
      'VD-EI null consistent',
      'VD-EI null counter',
    ]);
    await expect(compareCheckpoints({ set: { pairs }, a: { name: 'x' }, b: { name: 'y' } })).rejects.toMatchObject({
      code: 'nothing-to-compare',
    });
  });

  it('raises false alarms in 5 % and covers 95 % of differences of height share and coherence', SLOW, () => {
    // Two checkpoints with the same truth whose noise is partly that of the scenes; the difference is 0. Binomial SD
    // .007.
    const few = plantedPairs({ consistent: 25, counter: 25 });
    const rows = plantedItems(few);
    const design = deltaDesign(
      few,
      rows.map(({ item }) => item),
      'question-swap',
    );
    const distance = design.pairs.flatMap((pair, i) =>
      pair.axis === 'distance' && pair.condition === 'counter' ? [i] : [],
    );
    const small = orthonormal(3, 8, 2);
    const alarms = { share: 0, coherence: 0 };
    const covered = { share: 0, coherence: 0 };
    for (let seed = 0; seed < 1000; seed++) {
      const shared = new Random(seed, 'shared');
      const scene = rows.map(() => Float64Array.from({ length: 8 }, () => 0.4 * shared.normal()));
      const sides = [0, 1].map((side) => {
        const random = new Random(seed, 'own', side);
        const states = fromRows(
          rows.map((item, i) =>
            combine(
              small,
              [
                item.axis === 'horizontal' ? item.truth : 0,
                item.axis === 'vertical' ? item.truth : item.axis === 'distance' ? 0.7 * heightSign(item) : 0,
                item.axis === 'distance' ? item.truth : 0,
              ],
              0.4,
              random,
            ).map((v, j) => v + scene[i][j]),
          ),
        );
        const deltas = rawDeltas(states, design, 'text.0');
        const sums = cellSums(deltas, design);
        const turned = signCorrected(deltas, design.cells);
        const own = fromRows(distance.map((i) => turned.data.subarray(i * 8, (i + 1) * 8)));
        return {
          share: { value: CUE_SHARE.of(sums.all), leaveOneOut: leaveOneSceneOut(sums, [CUE_SHARE])[0] },
          coherence: coherenceJackknife(
            own,
            distance.map((i) => design.groups[i]),
          ),
        };
      });
      for (const measure of ['share', 'coherence'] as const) {
        const { estimate, p } = jackknifeDifference(sides[0][measure], sides[1][measure], { n: 1 });
        if (p! <= 0.05) alarms[measure]++;
        if (estimate.interval![0] <= 0 && 0 <= estimate.interval![1]) covered[measure]++;
      }
    }
    for (const measure of ['share', 'coherence'] as const) {
      expect(alarms[measure] / 1000).toBeGreaterThan(0.03);
      expect(alarms[measure] / 1000).toBeLessThan(0.07);
      expect(covered[measure]).toBeGreaterThanOrEqual(1000 - alarms[measure] - 2);
    }
    expect(() => jackknifeDifference(sidesOf(3), sidesOf(2), { n: 1 })).toThrow(/3 scenes against 2/);
    expect(
      jackknifeDifference({ value: null, leaveOneOut: [] }, { value: 1, leaveOneOut: [] }, { n: 1 }).estimate.note,
    ).toBe('undefined in the first');
  });
});

const sidesOf = (count: number): { value: number; leaveOneOut: number[] } => ({
  value: 1,
  leaveOneOut: new Array<number>(count).fill(1),
});
