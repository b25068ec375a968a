import { describe, expect, it } from 'vitest';
import { behaviour } from '../../analysis/behaviour.ts';
import { cueWeight } from '../../analysis/cue-weight.ts';
import type { Answer } from '../../core/artifacts/answers.ts';
import { POLES } from '../../core/artifacts/contrast-set.ts';
import { behaviourSchema } from '../../core/artifacts/results.ts';
import { Random } from '../../core/random.ts';
import { heightSign, plantedItems, plantedPairs, type PlantedItem } from './planted.ts';

const pairs = plantedPairs({ consistent: 60, counter: 60, ambiguous: 20 });
const items = plantedItems(pairs);

/** Answers with the given margin (canonical minus other pole); the common part of the scores must not matter. */
function answersOf(margin: (item: PlantedItem) => number): Answer[] {
  return items.map((item, i) => ({
    item: item.item,
    scores: { [POLES[item.axis][0]]: i + margin(item), [POLES[item.axis][1]]: i },
  }));
}

describe('behaviour', () => {
  it('counts a perfect shortcut: 1 on consistent, 0 on counter, gap 1', () => {
    const result = behaviour({
      set: { pairs },
      answers: answersOf((item) => (item.axis === 'distance' ? 2 * heightSign(item) : 2 * item.truth)),
      seed: 0,
    });
    expect(behaviourSchema.parse(result)).toEqual(result);
    const accuracy = (axis: string, condition: string): number | null =>
      result.cells.find((c) => c.axis === axis && c.condition === condition)!.accuracy.value;
    expect([
      accuracy('distance', 'consistent'),
      accuracy('distance', 'counter'),
      accuracy('horizontal', 'counter'),
      accuracy('vertical', 'ambiguous'),
    ]).toEqual([1, 0, 1, 1]);
    expect(result.gaps.map(({ axis, gap }) => [axis, gap.value])).toEqual([
      ['horizontal', 0],
      ['vertical', 0],
      ['distance', 1],
    ]);
    expect(result.weights[0].weight.value).toBeCloseTo(1, 12);
    const cell = result.cells.find((c) => c.axis === 'distance' && c.condition === 'consistent')!;
    // SE 0: n_eff is the number of scenes, so the interval is Wilson's at 60/60.
    expect(cell.nEff).toBe(60);
    expect(cell.accuracy).toMatchObject({
      n: 120,
      groups: 60,
      intervalKind: 'Wilson on n_eff',
      interval: [expect.closeTo(60 / (60 + 1.959963984540054 ** 2), 10), 1],
    });
    expect(cell.probability.value).toBeCloseTo(1 / (1 + Math.exp(-2)), 12);
    // 20 ambiguous scenes are too few for the bootstrap.
    expect(
      result.cells.find((c) => c.axis === 'distance' && c.condition === 'ambiguous')!.probability.interval,
    ).toBeNull();
  });

  it('counts a tie as wrong', () => {
    const result = behaviour({ set: { pairs }, answers: answersOf(() => 0), seed: 0 });
    for (const cell of result.cells)
      expect(cell).toMatchObject({ accuracy: { value: 0 }, probability: { value: 0.5 } });
    expect(result.weights[0].weight).toMatchObject({
      value: null,
      note: 'the margin depends on neither depth nor height',
    });
  });

  it('gives a constant answer half marks, no gap and no weight, thanks to both question orders', () => {
    const result = behaviour({ set: { pairs }, answers: answersOf(() => 3), seed: 0 });
    for (const cell of result.cells) expect(cell.accuracy.value).toBe(0.5);
    for (const { gap } of result.gaps) expect(gap.value).toBe(0);
    expect(result.weights[0].weight.value).toBeNull();
    expect(result.weights[0].coefficients).toMatchObject({
      truth: expect.closeTo(0, 12) as number,
      cue: expect.closeTo(0, 12) as number,
      intercept: expect.closeTo(3, 12) as number,
    });
  });

  it('reads items of question swaps only', () => {
    const intervened = pairs.map((pair) => ({
      ...pair,
      id: `${pair.id}-flipped`,
      kind: 'image-intervention' as const,
      second: { ...pair.second, item: `${pair.second.item}-flipped` },
    }));
    const answers = answersOf((item) => item.truth);
    expect(behaviour({ set: { pairs: [...pairs, ...intervened] }, answers, seed: 0 })).toEqual(
      behaviour({ set: { pairs }, answers, seed: 0 }),
    );
  });

  it('does not depend on the order of pairs and answers', () => {
    const random = new Random(3);
    const answers = answersOf((item) => item.truth + 2 * new Random(1, item.item).normal());
    const plain = behaviour({ set: { pairs }, answers, seed: 5 });
    const shuffled = behaviour({ set: { pairs: random.shuffle(pairs) }, answers: random.shuffle(answers), seed: 5 });
    const close = (a: number, b: number): void => expect(Math.abs(a - b)).toBeLessThan(1e-12);
    plain.cells.forEach((cell, i) => {
      close(cell.accuracy.value!, shuffled.cells[i].accuracy.value!);
      close(cell.probability.interval?.[0] ?? 0, shuffled.cells[i].probability.interval?.[0] ?? 0);
    });
    close(plain.weights[0].weight.interval![0], shuffled.weights[0].weight.interval![0]);
  });

  it('refuses missing, incomplete and NaN answers, and items with three options', () => {
    const answers = answersOf((item) => item.truth);
    const set = { pairs };
    expect(() => behaviour({ set, answers: answers.slice(1), seed: 0 })).toThrow(/no answer for item/);
    expect(() =>
      behaviour({ set, answers: [{ item: answers[0].item, scores: { left: 1 } }, ...answers.slice(1)], seed: 0 }),
    ).toThrow(/scores for left and right expected/);
    expect(() =>
      behaviour({
        set,
        answers: [{ item: answers[0].item, scores: { left: Number.NaN, right: 0 } }, ...answers.slice(1)],
        seed: 0,
      }),
    ).toThrow(/expected/);
    const third = pairs.map((pair) => ({
      ...pair,
      first: { ...pair.first, options: [...pair.first.options, 'neither'] },
    }));
    expect(() => behaviour({ set: { pairs: third }, answers, seed: 0 })).toThrow(/3 options/);
    const misspelt = pairs.map((pair) =>
      pair.axis === 'horizontal' ? { ...pair, first: { ...pair.first, answer: 'Left' } } : pair,
    );
    expect(() => behaviour({ set: { pairs: misspelt }, answers, seed: 0 })).toThrow(
      /the right answer is "Left", the options are left, right/,
    );
  });
});

describe('height weight', () => {
  const distance = items.filter((item) => item.axis === 'distance');
  const planted = (depth: number, height: number, noise: number, seed: number) => {
    const random = new Random(seed, 'weight');
    const scene = new Map(distance.map((item) => [item.group, random.normal()]));
    return cueWeight(
      distance.map((item) => ({
        ...item,
        margin:
          0.7 +
          depth * item.truth +
          height * heightSign(item) +
          noise * (item.truth * scene.get(item.group)! + random.normal()),
      })),
    );
  };

  it('recovers planted coefficients and a liking for one word', () => {
    const { weight, coefficients } = planted(3, -1, 0, 0);
    expect(coefficients!.truth).toBeCloseTo(3, 10);
    expect(coefficients!.cue).toBeCloseTo(-1, 10);
    expect(coefficients!.intercept).toBeCloseTo(0.7, 10);
    expect(weight.value).toBeCloseTo(0.25, 10);
    expect(weight).toMatchObject({ n: 240, groups: 120, intervalKind: 'delete-one-group jackknife' });
  });

  it.each([
    [1, 1],
    [1, 0.3],
    [0.2, 1],
  ])('has an interval that covers: depth %s, height %s', (depth, height) => {
    const truth = height / (height + depth);
    let covered = 0;
    for (let seed = 0; seed < 1000; seed++) {
      const [low, high] = planted(depth, height, 0.7, seed).weight.interval!;
      if (low <= truth && truth <= high) covered++;
    }
    // Binomial SD .007.
    expect(covered / 1000).toBeGreaterThan(0.93);
    expect(covered / 1000).toBeLessThan(0.97);
  });

  it('reaches 0 and 1 in its interval where a coefficient may vanish', () => {
    // The angle's interval holds 0 in 95 % of sets, and the weight's then starts at 0 exactly; at least 90 of 100 is
    // −2.3 SD.
    let touching = 0;
    for (let seed = 0; seed < 100; seed++) if (planted(1, 0, 0.5, seed).weight.interval![0] === 0) touching++;
    expect(touching).toBeGreaterThanOrEqual(90);
    let upper = 0;
    for (let seed = 0; seed < 100; seed++) if (planted(0, -1, 0.5, seed).weight.interval![1] === 1) upper++;
    expect(upper).toBeGreaterThanOrEqual(90);
  });

  it('needs both conditions', () => {
    const { weight, coefficients } = cueWeight(
      distance.filter((item) => item.condition === 'consistent').map((item) => ({ ...item, margin: item.truth })),
    );
    expect(coefficients).toBeNull();
    expect(weight).toMatchObject({ value: null, note: 'consistent and counter scenes are both needed' });
  });
});
