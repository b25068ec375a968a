import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AXES,
  itemsOf,
  locatedObjects,
  POLES,
  type ContrastSet,
  type PairedItem,
} from '../../../core/artifacts/contrast-set.ts';
import { checkSet } from '../../../contrast-sets/check.ts';
import { readContrastSet } from '../../../contrast-sets/io.ts';
import { towardsPole } from '../../../contrast-sets/programs/compare.ts';
import { prompt } from '../../../contrast-sets/prompt/generator.ts';
import { PHRASES } from '../../../contrast-sets/prompt/phrases.ts';
import { planPrompts, truthOf } from '../../../contrast-sets/prompt/plan.ts';
import { readPixels } from '../../../contrast-sets/render/png.ts';
import { circularityLens } from '../../../analysis/lenses/circularity.ts';
import { judge } from '../../../analysis/lenses/score.ts';
import { sensitivityLens } from '../../../analysis/lenses/sensitivity.ts';
import { answersOf, expectNear, guess } from '../../analysis/lenses/planted.ts';
import { SLOW } from '../../slow.ts';

const parameters = { scenes: { consistent: 9, counter: 8, ambiguous: 3 }, size: 64 };
let folder: string;
let set: ContrastSet;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'prompt-'));
  const { directory } = await prompt.generate({ directory: join(folder, 'set'), seed: 5, parameters });
  set = await readContrastSet(directory);
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

let all: PairedItem[] | undefined;
const items = (): PairedItem[] => (all ??= itemsOf(set));
/** The right meaning in an item: the pole of the axis, whatever words or letters say it. */
const meaning = ({ options, choices, answer }: PairedItem): string => (choices ?? options)[options.indexOf(answer)];

describe('the prompt set', () => {
  it('passes its own checks', async () => {
    const { results } = await checkSet(set);
    expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(
      results.filter(({ status }) => status === 'undecided').every(({ check }) => check.startsWith('leakage')),
    ).toBe(true);
  });

  it('is the same whatever the number of threads', SLOW, async () => {
    const { directory } = await prompt.generate({ directory: join(folder, 'one'), seed: 5, parameters, workers: 1 });
    expect(await readFile(join(directory, 'pairs.jsonl'), 'utf8')).toBe(
      await readFile(join(set.directory, 'pairs.jsonl'), 'utf8'),
    );
    expect((await readContrastSet(directory)).header.hash).toBe(set.header.hash);
  });

  it('has five pictures a scene, the fifth the first in a mirror', async () => {
    expect(set.header.counts.images).toBe(100);
    const [a, b] = await Promise.all([
      readPixels(join(set.directory, 'images/s00003.png')),
      readPixels(join(set.directory, 'images/s00003-mirrored.png')),
    ]);
    expect(b.rgb).toEqual(
      a.rgb.map((_, at) => a.rgb[3 * (64 * Math.floor(at / 192) + 63 - (Math.floor(at / 3) % 64)) + (at % 3)]),
    );
    for (const item of items().filter(({ variant }) => variant?.picture === 'mirrored')) {
      const plain = items().find(({ item: id }) => id === item.item.replace('-mirrored', ''))!;
      locatedObjects(item).forEach(({ box, centre }, i) => {
        const before = locatedObjects(plain)[i];
        expect(box).toEqual([64 - before.box[0] - before.box[2], before.box[1], before.box[2], before.box[3]]);
        expect(centre).toEqual([64 - before.centre![0], before.centre![1]]);
      });
    }
  });

  it('names its objects in the order in which they are listed, but where names are kept back', () => {
    for (const { question, objects, variant } of items()) {
      const asked = question.slice(question.lastIndexOf('\n\n') + 1);
      const [a, b] = objects.map(({ name }) => asked.indexOf(name));
      expect(a).toBeGreaterThan(0);
      expect(b).toBeGreaterThan(a);
      expect(/one object/.test(question)).toBe(variant?.names === false);
    }
  });

  it('means the same by every wording: the subject’s pole, told by words, letters, names, yes and no', () => {
    for (const { first, second, axis, kind } of set.pairs) {
      if (kind !== 'perturbation' || !(axis in POLES)) continue;
      const [a, b] = [first, second].map((item) => meaning(item as PairedItem));
      expect(b).toBe(a);
      expect(POLES[axis as 'distance']).toContain(b);
    }
    for (const item of items().filter(({ variant }) => variant?.paraphrase !== undefined)) {
      const axis = item.axis as 'distance';
      const [a, b] = locatedObjects(item);
      // Of the object named first, from the geometry.
      const firstAtPole = towardsPole(axis, a, b) > 0;
      switch (String(item.variant!.words)) {
        case 'names':
          expect(item.answer).toBe(firstAtPole ? a.name : b.name);
          break;
        case 'yes/no': {
          const claimed = POLES[axis].find((pole) => new RegExp(`\\b${pole}\\b`).test(item.question))!;
          const subjectAtPole = axis === 'distance' ? !firstAtPole : firstAtPole;
          expect(item.answer).toBe((claimed === POLES[axis][0]) === subjectAtPole ? 'yes' : 'no');
          break;
        }
        case 'inverse':
          // The question is about the other object: the word is the opposite of the plain question's.
          expect(item.answer).not.toBe(meaning(item));
          break;
        default:
          expect(item.choices === undefined).toBe(item.variant!.words === 'same');
      }
    }
    for (const axis of AXES) expect(PHRASES[axis].length).toBeGreaterThanOrEqual(5);
  });

  it('balances letters and claims over the right answers', () => {
    for (const scenes of [
      { consistent: 17, counter: 16, ambiguous: 7 },
      { consistent: 6, counter: 6, ambiguous: 4 },
    ]) {
      const specs = planPrompts(9, { scenes });
      for (const axis of AXES) {
        for (const condition of ['consistent', 'counter', 'ambiguous']) {
          const those = specs.filter((spec) => spec.condition === condition);
          for (const dealt of [
            those.map((spec) => spec.lettered[axis] === truthOf(spec, axis)),
            those.map((spec) => spec.claimed[axis] === truthOf(spec, axis)),
          ]) {
            expect(Math.abs(2 * dealt.filter(Boolean).length - those.length)).toBeLessThanOrEqual(1);
          }
        }
      }
    }
  });

  it('takes the picture away from blind questions alone, and hints as it says', () => {
    for (const { images, variant, question, axis, conditions, answer } of items()) {
      expect(images.length).toBe(variant?.blind === true ? 0 : 1);
      if (variant?.told === 'claim') {
        const said = {
          left: /left of/,
          right: /right of/,
          above: /above/,
          below: /below/,
          far: /farther/,
          close: /closer/,
        }[answer]!;
        expect(said.test(question.split('\n\n')[0])).toBe(variant.prior === 'leading');
      }
      if (variant?.told === 'heuristic')
        expect([axis, variant.prior]).toEqual([
          'distance',
          conditions.height === 'consistent' ? 'leading' : 'misleading',
        ]);
    }
  });
});

describe('lenses over a prompt set', () => {
  const moved = (says: (item: PairedItem) => string) => {
    const lens = sensitivityLens({ set, answers: answersOf(set, says) });
    return {
      wordShare: lens.wordShare.value,
      flipped: Object.fromEntries(
        lens.shifts.map(({ changed, should, flipped }) => [`${changed} ${should}`, flipped.value]),
      ),
    };
  };
  const optionMeaning = ({ options, choices }: PairedItem, pole: string): string =>
    options[(choices ?? options).indexOf(pole)];

  it('find nothing wrong with the one who reads the pictures', () => {
    const { flipped, wordShare } = moved(({ answer }) => answer);
    expect(flipped).toEqual({ 'words flip': 1, 'pixels flip': 1, 'pixels stay': 0, 'words stay': 0, 'both stay': 0 });
    expect(wordShare).toBeNull();
    expect(
      circularityLens({ set, answers: answersOf(set, ({ answer }) => answer) }).strict.map(
        ({ accuracy }) => accuracy.value,
      ),
    ).toEqual([1, 1, 1, 1]);
  });

  it('find out the one who goes by the words: no picture moves the answer, all of it is the wording', () => {
    const { flipped, wordShare } = moved((one) => guess(one, one.question));
    expect(wordShare).toBe(1);
    expect(flipped['pixels stay']).toBe(0);
    expect(flipped['pixels flip']).toBe(0);
    expect(flipped['words stay']).toBeGreaterThan(0.4);
  });

  it('find out the one who goes by pixels that don’t matter: height for distance, and no wording moves it', () => {
    const { flipped, wordShare } = moved((one) => {
      if (one.axis !== 'distance') return one.answer;
      const [a, b] = locatedObjects(one);
      const subject = (one.program as unknown as { subject: number }).subject;
      return optionMeaning(one, towardsPole('vertical', a, b) > 0 === (subject === 0) ? 'far' : 'close');
    });
    expect(wordShare).toBe(0);
    expect(flipped['words stay']).toBe(0);
    // Ten pairs of a scene change pixels that don't matter (two for left–right, four for each other axis, letters in
    // the mirror too); in one, targets trade heights and distance is asked.
    expect(flipped['pixels stay']).toBeCloseTo(1 / 10, 12);
    expect(flipped['pixels flip']).toBeLessThan(1);
  });

  it('find the one who always says A: half of the questions, none once the letters turn', () => {
    const says = ({ options, answer }: PairedItem): string => (options.includes('A') ? 'A' : answer);
    const letters = { pairs: set.pairs.filter(({ first }) => first.variant?.format === 'letters') };
    const { strict } = circularityLens({ set: letters, answers: answersOf(letters, says) });
    expect(strict.map(({ variants }) => variants)).toEqual(['vanilla', 'flip', 'circular', 'flip+circular']);
    expectNear(strict[0].accuracy, 0.5);
    expect(strict[2].accuracy.value).toBe(0);
    expect(strict[2].accuracy.n).toBe(60);
    expect(moved(says).wordShare).toBeGreaterThan(0.99);
  });

  it('leave the one who believes what is said right with a leading claim, wrong with a misleading one', () => {
    const says = (one: PairedItem): string =>
      one.variant?.prior === 'misleading' && one.variant.told === 'claim'
        ? one.options.find((option) => option !== one.answer)!
        : one.answer;
    const right = (prior: string): number => {
      const judged = [...judge({ set, answers: answersOf(set, says) }).values()].filter(
        ({ item }) => item.variant?.prior === prior && item.variant.told !== 'heuristic',
      );
      return judged.filter((one) => one.right).length / judged.length;
    };
    expect([right('leading'), right('misleading'), right('neutral')]).toEqual([1, 0, 1]);
    expect(moved(says).wordShare).toBe(1);
  });
});
