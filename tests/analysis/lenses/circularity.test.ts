import { describe, expect, it } from 'vitest';
import { circularityLens } from '../../../analysis/lenses/circularity.ts';
import { circularityLensSchema } from '../../../core/artifacts/results/lenses.ts';
import type { Item, Pair } from '../../../core/artifacts/contrast-set.ts';
import { answersOf, expectNear, guess, item, pair } from './planted.ts';

const LETTERS = ['A', 'B', 'C', 'D'];
const TEXTS = ['left', 'right', 'above', 'below'];

/**
 * Multiple choice with four options turned round in a circle, on the picture and its mirror image; the answer mirrors
 * too.
 */
function familyOf(scene: number): Pair[] {
  const group = `s${scene}`;
  const variant = (k: number, flipped: boolean): Item => {
    const meaning = TEXTS[scene % 4];
    const answer = flipped && scene % 4 < 2 ? TEXTS[1 - (scene % 4)] : meaning;
    const choices = TEXTS.map((_, i) => TEXTS[(i + k) % 4]);
    return item(`${group}-${k}-${flipped}`, {
      images: [flipped ? `${group}m.png` : `${group}.png`],
      options: LETTERS,
      choices,
      answer: LETTERS[choices.indexOf(answer)],
      variant: { circular: k, flipped },
    });
  };
  const first = variant(0, false);
  return [true, false].flatMap((flipped) =>
    [0, 1, 2, 3]
      .filter((k) => k > 0 || flipped)
      .map((k) =>
        pair(`${group}-${k}-${flipped}`, group, first, variant(k, flipped), {
          kind: flipped && scene % 4 < 2 ? 'image-intervention' : 'perturbation',
        }),
      ),
  );
}
const set = { pairs: Array.from({ length: 400 }, (_, scene) => familyOf(scene)).flat() };
const strict = (says: Parameters<typeof answersOf>[1]) =>
  Object.fromEntries(circularityLens({ set, answers: answersOf(set, says) }).strict.map((row) => [row.variants, row]));

describe('circularity lens', () => {
  it('gives the one who knows full marks', () => {
    const lens = circularityLens({ set, answers: answersOf(set, ({ answer }) => answer) });
    expect(circularityLensSchema.parse(lens)).toEqual(lens);
    expect(lens.strict.map(({ accuracy }) => accuracy.value)).toEqual([1, 1, 1, 1]);
  });

  it('finds the one who always says A: a quarter at first, nothing once the options turn', () => {
    const found = strict(() => 'A');
    expectNear(found.vanilla.accuracy, 0.25);
    expect(found.circular.accuracy.value).toBe(0);
    expect(found['flip+circular'].accuracy.value).toBe(0);
  });

  it('finds the one who does not look at the picture: right in a circle, wrong in the mirror', () => {
    // Knows the untouched answer by heart and follows the texts.
    const found = strict(({ options, choices, group }) => options[choices!.indexOf(TEXTS[Number(group.slice(1)) % 4])]);
    expect(found.vanilla.accuracy.value).toBe(1);
    expect(found.circular.accuracy.value).toBe(1);
    // Left and right trade places in the mirror, above and below don't.
    expect(found.flip.accuracy.value).toBe(0.5);
    expect(found['flip+circular'].accuracy.value).toBe(0.5);
  });

  it('states chance of independent guesses, and a guesser is there', () => {
    const found = strict((one) => guess(one, one.item));
    expect([found.vanilla.chance, found.flip.chance, found.circular.chance, found['flip+circular'].chance]).toEqual([
      1 / 4,
      1 / 4 ** 2,
      1 / 4 ** 4,
      1 / 4 ** 8,
    ]);
    expectNear(found.vanilla.accuracy, 1 / 4);
    expectNear(found.flip.accuracy, 1 / 16);
  });

  it('scores What’s Up’s individuals, pairs and sets of four', () => {
    // Two objects in four pictures: each preposition right once; captions as options.
    const pictures = (scene: number): Pair[] => {
      const of = (i: number): Item =>
        item(`w${scene}-${i}`, { images: [`${scene}-${i}.png`], options: TEXTS, answer: TEXTS[i] });
      return [0, 2].map((i) =>
        pair(`w${scene}-${i}`, `w${scene}`, of(i), of(i + 1), { kind: 'image-intervention', axis: 'preposition' }),
      );
    };
    const whatsUp = { pairs: Array.from({ length: 300 }, (_, scene) => pictures(scene)).flat() };
    const scores = (says: Parameters<typeof answersOf>[1]) =>
      circularityLens({ set: whatsUp, answers: answersOf(whatsUp, says) }).sets;
    const constant = scores(() => 'left');
    expect(constant.map(({ accuracy }) => accuracy.value)).toEqual([0.25, 0, 0]);
    expect(constant.map(({ chance }) => chance)).toEqual([1 / 4, 1 / 16, 1 / 256]);
    // Tells horizontal from vertical, not which way: half of the items, a quarter of the pairs, a sixteenth of the
    // sets.
    const halfway = scores(({ item: id, answer }) => {
      const i = TEXTS.indexOf(answer);
      return TEXTS[i - (i % 2) + Number(guess({ options: ['0', '1'] }, id))];
    });
    expectNear(halfway[0].accuracy, 1 / 2);
    expectNear(halfway[1].accuracy, 1 / 4);
    expectNear(halfway[2].accuracy, 1 / 16);
  });

  it('leaves rewordings out', () => {
    const first = item('f', { variant: { circular: 0 } });
    const other = item('o', { variant: { circular: 1, paraphrase: 'formal' } });
    const lens = circularityLens({
      set: { pairs: [pair('p', 'g', first, other)] },
      answers: answersOf({ pairs: [pair('p', 'g', first, other)] }, () => 'yes'),
    });
    expect(lens.strict.find(({ variants }) => variants === 'circular')!.accuracy.n).toBe(0);
  });
});
