// @module-tag slow
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { difficultyLens } from '../../../analysis/lenses/difficulty.ts';
import { abstentionLens } from '../../../analysis/lenses/abstention.ts';
import type { Generator } from '../../../contrast-sets/generator.ts';
import { readContrastSet } from '../../../contrast-sets/io.ts';
import { ambiguity } from '../../../contrast-sets/occlusion/ambiguity/generator.ts';
import { occlusion } from '../../../contrast-sets/occlusion/generator.ts';
import { ABSTENTION } from '../../../contrast-sets/occlusion/parameters.ts';
import type { ContrastSet, PairedItem } from '../../../core/artifacts/contrast-set.ts';
import { abstentionLensSchema, difficultyLensSchema } from '../../../core/artifacts/results/lenses.ts';
import { answersOf, expectNear, guess } from './planted.ts';

let folder: string;
let covered: ContrastSet;
let aside: ContrastSet;
const make = async (generator: Generator, name: string, parameters: object): Promise<ContrastSet> =>
  readContrastSet((await generator.generate({ directory: join(folder, name), seed: 4, parameters })).directory);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lens-abstention-'));
  covered = await make(occlusion, 'occlusion', { scenes: 40, size: 64 });
  aside = await make(ambiguity, 'ambiguity', { scenes: 40, size: 32 });
}, 90_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const sight = (item: PairedItem): string => item.answer;
const never = (item: PairedItem): string => item.options[0];
const always = (): string => ABSTENTION;
/** Sees while more than half of the target is left, and never abstains. */
const weak = (item: PairedItem): string =>
  Number(item.variant!.visible) > 0.5
    ? item.answer
    : guess({ options: item.options.filter((option) => option !== ABSTENTION) }, item.item);

describe('abstention lens', () => {
  it('gives sight full marks, a bold one none on what cannot be told, an abstainer only those', () => {
    for (const set of [covered, aside]) {
      const lens = abstentionLens({ set, answers: answersOf(set, sight) });
      expect(abstentionLensSchema.parse(lens)).toEqual(lens);
      expect([lens.answerable.value, lens.unanswerable.value, lens.needless.value, lens.micro.value]).toEqual([
        1, 1, 0, 1,
      ]);
      expect(abstentionLens({ set, answers: answersOf(set, never) }).unanswerable.value).toBe(0);
      const abstainer = abstentionLens({ set, answers: answersOf(set, always) });
      expect([abstainer.answerable.value, abstainer.unanswerable.value, abstainer.needless.value]).toEqual([0, 1, 1]);
      // All items together: the share of unanswerable ones.
      expect(abstainer.micro.value).toBeCloseTo(abstainer.unanswerable.n / abstainer.micro.n, 12);
    }
  });

  it('draws the curve: one point a level, falling where a weak eye gives up', () => {
    const lens = abstentionLens({ set: covered, answers: answersOf(covered, weak) });
    expect(lens.curve.map(({ at }) => Math.round(at * 100))).toEqual([0, 20, 40, 60, 80, 100]);
    const accuracy = new Map(lens.curve.map(({ at, accuracy: found }) => [Math.round(at * 100), found]));
    expect([accuracy.get(60)!.value, accuracy.get(80)!.value, accuracy.get(100)!.value]).toEqual([1, 1, 1]);
    // Below, guesses among six colours, four shapes, two sides.
    expectNear(accuracy.get(40)!, (1 / 6 + 1 / 4 + 1 / 2) / 3);
    expectNear(accuracy.get(20)!, (1 / 6 + 1 / 4 + 1 / 2) / 3);
    expect(accuracy.get(0)!.value).toBe(0);
    expect(lens.of).toBe('visible share');
  });

  it('goes by the offset where the camera moves aside', () => {
    const lens = abstentionLens({ set: aside, answers: answersOf(aside, sight) });
    expect(lens.of).toBe('offset');
    expect(lens.curve.map(({ at, answerable }) => [at, answerable])).toEqual([
      [0, false],
      [8, true],
      [20, true],
      [35, true],
    ]);
  });

  it('counts a tie as wrong, not as abstention', () => {
    const lens = abstentionLens({ set: aside, answers: answersOf(aside, () => 'nothing') });
    expect([lens.micro.value, lens.needless.value]).toEqual([0, 0]);
  });
});

describe('difficulty lens', () => {
  it('draws accuracy over difficulty, of what can be answered', () => {
    const lens = difficultyLens({ set: covered, answers: answersOf(covered, weak) });
    expect(difficultyLensSchema.parse(lens)).toEqual(lens);
    expect(lens.curves.map(({ axis }) => axis).sort()).toEqual(['colour', 'shape', 'side']);
    for (const { bins } of lens.curves) {
      expect(bins[0].accuracy.value).toBe(1);
      expect(bins[bins.length - 1].accuracy.value!).toBeLessThan(0.9);
      expect(bins.reduce((sum, { accuracy: { n } }) => sum + n, 0)).toBe(40 * 5);
    }
  });
});
