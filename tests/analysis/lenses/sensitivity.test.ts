import { describe, expect, it } from 'vitest';
import { sensitivityLens } from '../../../analysis/lenses/sensitivity.ts';
import { sensitivityLensSchema } from '../../../core/artifacts/results/lenses.ts';
import { itemsOf, type PairedItem } from '../../../core/artifacts/contrast-set.ts';
import { Random } from '../../../core/random.ts';
import { item, pair } from './planted.ts';

const set = {
  pairs: Array.from({ length: 60 }, (_, scene) => {
    const group = `g${scene}`;
    const first = item(`f${scene}`, { images: [`${scene}.png`], question: 'Is A left of B?' });
    return [
      pair(`w${scene}`, group, first, { ...first, item: `w${scene}`, question: 'Does A lie to the left of B?' }),
      pair(`p${scene}`, group, first, { ...first, item: `p${scene}`, images: [`${scene}-hazy.png`] }),
      pair(
        `i${scene}`,
        group,
        first,
        { ...first, item: `i${scene}`, images: [`${scene}-moved.png`], answer: 'no' },
        { kind: 'image-intervention' },
      ),
    ];
  }).flat(),
};
/** Log-odds of yes = 1 + `words` for the rewording + `pixels` for the haze; −1 for the moved object. */
const answers = (words: number, pixels: number, noise = 0) =>
  itemsOf(set).map(({ item: id }: PairedItem) => {
    const random = new Random(3, id);
    const logit =
      (id.startsWith('i') ? -1 : 1) +
      (id.startsWith('w') ? words : id.startsWith('p') ? pixels : 0) +
      noise * random.normal();
    return { item: id, scores: { yes: logit, no: 0 } };
  });

describe('sensitivity lens', () => {
  it('measures the planted shifts in log-odds, and what is flipped', () => {
    const lens = sensitivityLens({ set, answers: answers(-3, 0.5) });
    expect(sensitivityLensSchema.parse(lens)).toEqual(lens);
    const of = (changed: string, should: string) =>
      lens.shifts.find((row) => row.changed === changed && row.should === should)!;
    expect(of('words', 'stay').shift.value).toBeCloseTo(3, 12);
    expect(of('words', 'stay').flipped.value).toBe(1);
    expect(of('pixels', 'stay').shift.value).toBeCloseTo(0.5, 12);
    expect(of('pixels', 'stay').flipped.value).toBe(0);
    // The moved object should flip the answer, and does: from 1 to −1.
    expect(of('pixels', 'flip').shift.value).toBeCloseTo(2, 12);
    expect(of('pixels', 'flip').flipped.value).toBe(1);
    expect(lens.wordShare.value).toBeCloseTo(3 / 3.5, 12);
  });

  it('says one half when both move the answer alike, and has nothing to say when nothing moves', () => {
    const { value, interval } = sensitivityLens({ set, answers: answers(0, 0, 1) }).wordShare;
    expect(interval![0]).toBeLessThan(0.5);
    expect(interval![1]).toBeGreaterThan(0.5);
    expect(value).not.toBeNull();
    expect(sensitivityLens({ set, answers: answers(0, 0) }).wordShare).toMatchObject({ value: null, interval: null });
  });

  it('follows the meaning of an option, not its letter', () => {
    const first = item('a', { options: ['A', 'B'], choices: ['left', 'right'], answer: 'A' });
    const second = item('b', { options: ['A', 'B'], choices: ['right', 'left'], answer: 'B' });
    const lens = sensitivityLens({
      set: { pairs: [pair('p', 'g', first, second)] },
      answers: [
        { item: 'a', scores: { A: 2, B: 0 } },
        { item: 'b', scores: { A: 0, B: 2 } },
      ],
    });
    expect(lens.shifts[0]).toMatchObject({
      changed: 'words',
      should: 'stay',
      shift: { value: 0 },
      flipped: { value: 0 },
    });
  });
});
