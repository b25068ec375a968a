import { describe, expect, it } from 'vitest';
import { degradationLens } from '../../../analysis/lenses/degradation.ts';
import { degradationLensSchema } from '../../../core/artifacts/results/lenses.ts';
import { answersOf, expectNear, guess, item, pair } from './planted.ts';

const KINDS = ['haze', 'jpeg'];
const set = {
  pairs: Array.from({ length: 200 }, (_, scene) => {
    const answer = scene % 2 === 0 ? 'yes' : 'no';
    const clean = item(`s${scene}`, { images: [`${scene}.png`], answer });
    return KINDS.flatMap((degradation) =>
      [1, 2, 3, 4, 5].map((severity) =>
        pair(
          `p${scene}-${degradation}-${severity}`,
          `g${scene}`,
          clean,
          item(`s${scene}-${degradation}-${severity}`, {
            images: [`${scene}-${degradation}-${severity}.png`],
            answer,
            variant: { degradation, severity },
          }),
        ),
      ),
    );
  }).flat(),
};

describe('degradation lens', () => {
  it('draws a falling curve where a kind hurts, and a flat one where it does not', () => {
    // Haze is seen through in a share 1 − severity/5 of the scenes, JPEG always.
    const answers = answersOf(set, (one) =>
      one.variant?.degradation === 'haze' && Number(one.group.slice(1)) % 5 < Number(one.variant.severity)
        ? guess(one, one.item)
        : one.answer,
    );
    const lens = degradationLens({ set, answers });
    expect(degradationLensSchema.parse(lens)).toEqual(lens);
    expect(lens.clean).toMatchObject({ value: 1, n: 200, groups: 200 });
    expect(lens.cells.map(({ degradation, severity }) => `${degradation}${severity}`)).toEqual(
      KINDS.flatMap((kind) => [1, 2, 3, 4, 5].map((severity) => `${kind}${severity}`)),
    );
    for (const { degradation, severity, accuracy, change } of lens.cells) {
      if (degradation === 'jpeg') expect([accuracy.value, change.value]).toEqual([1, 0]);
      else {
        expectNear(accuracy, 1 - severity / 10);
        expect(change.value).toBeCloseTo(accuracy.value! - 1, 12);
      }
    }
    expect(lens.cells[4].change.interval![1]).toBeLessThan(-0.3);
  });

  it('leaves a guesser at chance everywhere, and refuses other sets', () => {
    const lens = degradationLens({ set, answers: answersOf(set, (one) => guess(one, one.item)) });
    for (const { accuracy, change } of lens.cells) {
      expectNear(accuracy, 0.5);
      expectNear(change, 0);
    }
    expect(lens.chance).toBe(0.5);
    expect(() => degradationLens({ set: { pairs: [] }, answers: [] })).toThrow(/clean and a degraded/);
  });
});
