import { describe, expect, it } from 'vitest';
import { calibrationLens } from '../../../analysis/lenses/calibration.ts';
import { calibrationLensSchema } from '../../../core/artifacts/results/lenses.ts';
import { itemsOf } from '../../../core/artifacts/contrast-set.ts';
import { Random } from '../../../core/random.ts';
import { expectNear, item, pair } from './planted.ts';

/** 3,000 items whose answer is `yes` with probability p, and a checkpoint that says `says(p)`. */
function calibrated(says: (p: number) => number): Parameters<typeof calibrationLens>[0] {
  const random = new Random(5, 'calibration');
  const scores = new Map<string, number>();
  const pairs = Array.from({ length: 1500 }, (_, scene) => {
    const sides = [0, 1].map((side) => {
      const p = random.uniform(0.5, 1);
      const said = says(p);
      scores.set(`${scene}-${side}`, Math.log(said / (1 - said)));
      return item(`${scene}-${side}`, { answer: random.coin(p) ? 'yes' : 'no' });
    });
    return pair(`p${scene}`, `g${scene}`, sides[0], sides[1]);
  });
  return {
    set: { pairs },
    answers: itemsOf({ pairs }).map(({ item: id }) => ({ item: id, scores: { yes: scores.get(id)!, no: 0 } })),
  };
}

describe('calibration lens', () => {
  it('finds a calibrated checkpoint at the bias of the ECE, not at 0', () => {
    const lens = calibrationLens(calibrated((p) => p));
    expect(calibrationLensSchema.parse(lens)).toEqual(lens);
    // 3,000 items in 8 filled bins: the ECE of perfection is about Σ √(2/π · p(1−p) n_b)/n ≈ .02.
    expect(lens.bias!).toBeGreaterThan(0.01);
    expect(lens.bias!).toBeLessThan(0.03);
    expect(Math.abs(lens.ece.value! - lens.bias!)).toBeLessThan(0.015);
    for (const { confidence, accuracy } of lens.bins) expectNear(accuracy, confidence);
    // E[(p − y)²] for both options = 2·E[p(1−p)] with p uniform on [.5, 1]: 2 · (1/12 + 1/12) = 1/3.
    expectNear(lens.brier, 1 / 3);
  });

  it('measures overconfidence: .99 said, .75 right', () => {
    const lens = calibrationLens(calibrated(() => 0.99));
    expect(lens.bins.length).toBe(1);
    expect(lens.confidence).toBeCloseTo(0.99, 12);
    expectNear(lens.accuracy, 0.75);
    expect(lens.ece.value).toBeCloseTo(0.99 - lens.accuracy.value!, 12);
    expect(lens.ece.interval![0]).toBeGreaterThan(lens.bias!);
  });

  it('is the same arithmetic as by hand', () => {
    const first = item('a', { options: ['x', 'y', 'z'], answer: 'x' });
    const second = item('b', { options: ['x', 'y', 'z'], answer: 'y' });
    const p = (...values: number[]) =>
      Object.fromEntries(['x', 'y', 'z'].map((option, i) => [option, Math.log(values[i])]));
    const lens = calibrationLens({
      set: { pairs: [pair('p', 'g', first, second)] },
      answers: [
        { item: 'a', scores: p(0.7, 0.2, 0.1) },
        { item: 'b', scores: p(0.5, 0.3, 0.2) },
      ],
      bins: 10,
    });
    expect(lens.brier.value).toBeCloseTo((0.09 + 0.04 + 0.01 + 0.25 + 0.49 + 0.04) / 2, 12);
    // |.7 − 1|/2 + |.5 − 0|/2
    expect(lens.ece.value).toBeCloseTo(0.4, 12);
  });
});
