// @module-tag slow
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { abstentionLens, framesLens, repeatsLens } from '../../analysis/lenses/index.ts';
import { frames } from '../../contrast-sets/frames/generator.ts';
import { trainingClip } from '../../contrast-sets/frames/training.ts';
import { readContrastSet } from '../../contrast-sets/io.ts';
import { occlusion } from '../../contrast-sets/occlusion/generator.ts';
import { trainingViews, VIEWS } from '../../contrast-sets/occlusion/training.ts';
import type { Answer } from '../../core/artifacts/answers.ts';
import type { ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { AbstentionLens, FrameClass, FramesLens, RepeatsLens } from '../../core/artifacts/results/lenses.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { extract, openCheckpoint } from '../../extractors/index.ts';

/** A seed that nothing was tuned on. */
const SEED = 2203;
/** Every claim is about a 95 % interval, not about a value. */
const low = ({ interval }: Estimate): number => interval![0];
const high = ({ interval }: Estimate): number => interval![1];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-organisms-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function answersOf(name: string, set: ContrastSet): Promise<readonly Answer[]> {
  const checkpoint = await openCheckpoint(
    fileURLToPath(new URL(`../../checkpoints/organisms/${name}`, import.meta.url)),
  );
  const { name: layer } = checkpoint.layers[checkpoint.layers.length - 1];
  return (await extract({ checkpoint, set, directory: join(folder, name), layers: [layer], selections: ['last'] }))
    .answers;
}

describe('clips, to a model that reads time and to one that reads a bag of frames', () => {
  const lenses: Record<string, FramesLens> = {};
  const repeats: Record<string, RepeatsLens> = {};
  beforeAll(async () => {
    const { directory } = await frames.generate({
      directory: join(folder, 'frames'),
      seed: SEED,
      parameters: { scenes: 60, size: 96, repeats: [5], repeated: ['count'] },
    });
    const set = await readContrastSet(directory);
    for (const name of ['frames-order', 'frames-bag']) {
      const answers = await answersOf(name, set);
      lenses[name] = framesLens({ set, answers });
      repeats[name] = repeatsLens({ set, answers });
    }
  }, 180_000);

  const count = (name: string, needs: string, ...classes: FrameClass[]): number =>
    lenses[name].confusion
      .filter((row) => row.needs === needs && classes.includes(row.class))
      .reduce((sum, row) => sum + row.count, 0);
  const accuracy = (name: string, needs: string, manipulation: string): Estimate =>
    lenses[name].accuracy.find((row) => row.needs === needs && row.manipulation === manipulation)!.accuracy;
  const orderEffect = (name: string): Estimate =>
    lenses[name].orderEffect.find(({ needs }) => needs === 'order')!.difference;

  it('finds the order reader right in both directions of time, and at chance when the frames are shuffled or not shown', () => {
    expect(low(accuracy('frames-order', 'order', 'ordered'))).toBeGreaterThan(0.6);
    expect(low(accuracy('frames-order', 'order', 'reversed'))).toBeGreaterThan(0.6);
    // Guessing between two options is right in both directions a quarter of the time.
    expect(low(lenses['frames-order'].bothDirections)).toBeGreaterThan(0.35);
    for (const manipulation of ['shuffled', 'blind']) {
      expect(low(accuracy('frames-order', 'order', manipulation))).toBeLessThan(0.5);
      expect(high(accuracy('frames-order', 'order', manipulation))).toBeGreaterThan(0.5);
    }
    expect(low(orderEffect('frames-order'))).toBeGreaterThan(0);
  });

  it('puts its order questions into `temporal` where neither blind nor shuffled luck is before it', () => {
    expect(count('frames-order', 'order', 'temporal')).toBeGreaterThan(count('frames-order', 'order', 'other'));
  });

  it('finds the bag of frames at chance whatever the order, and puts none of its questions into `temporal` beyond luck', () => {
    for (const manipulation of ['ordered', 'reversed', 'shuffled']) {
      expect(low(accuracy('frames-bag', 'order', manipulation))).toBeLessThan(0.5);
      expect(high(accuracy('frames-bag', 'order', manipulation))).toBeGreaterThan(0.5);
    }
    expect(high(lenses['frames-bag'].bothDirections)).toBeLessThan(low(lenses['frames-order'].bothDirections));
    expect(low(orderEffect('frames-bag'))).toBeLessThan(0);
    expect(high(orderEffect('frames-bag'))).toBeGreaterThan(0);
    expect(count('frames-bag', 'order', 'temporal')).toBeLessThan(count('frames-bag', 'order', 'other'));
  });

  it('finds both alike in what needs no order: content better seen than blind, and the question that answers itself', () => {
    for (const name of ['frames-order', 'frames-bag']) {
      expect(low(accuracy(name, 'content', 'ordered'))).toBeGreaterThan(accuracy(name, 'content', 'blind').value!);
      for (const manipulation of ['ordered', 'reversed', 'shuffled', 'blind'])
        expect(accuracy(name, 'nothing', manipulation).value).toBeGreaterThanOrEqual(0.95);
      expect(count(name, 'nothing', 'blind-answerable')).toBeGreaterThanOrEqual(57);
    }
  });

  it('finds that both count objects, not appearances: six showings move the count by less than one', () => {
    for (const name of ['frames-order', 'frames-bag']) {
      const [once, often] = repeats[name].repeats;
      expect(low(once.accuracy)).toBeGreaterThan(repeats[name].chance!);
      expect(often.repeats).toBe(5);
      expect(low(often.accuracy)).toBeGreaterThan(repeats[name].chance!);
      expect(low(often.drift)).toBeGreaterThan(-1);
      expect(high(often.drift)).toBeLessThan(1);
      // The control: a reader that counts every appearance says more with every showing.
      expect(
        repeats[name].baselines.find((row) => row.name === 'every appearance' && row.repeats === 5)!.drift.value!,
      ).toBeGreaterThan(1);
    }
  });
});

describe('covered targets, to a model that abstains and to one that always guesses', () => {
  const lenses: Record<string, AbstentionLens> = {};
  beforeAll(async () => {
    const { directory } = await occlusion.generate({
      directory: join(folder, 'occlusion'),
      seed: SEED,
      parameters: { scenes: 40, size: 112, levels: [0, 30, 60, 100], aspects: ['colour', 'side'] },
    });
    const set = await readContrastSet(directory);
    for (const name of ['abstain', 'guess'])
      lenses[name] = abstentionLens({ set, answers: await answersOf(name, set) });
  }, 180_000);
  const clear = (name: string): AbstentionLens['curve'][number] => lenses[name].curve.find(({ at }) => at === 1)!;

  it('finds that both answer what can be seen', () => {
    for (const name of ['abstain', 'guess']) expect(low(clear(name).accuracy)).toBeGreaterThan(0.8);
  });

  it('finds the abstention, and only where nothing is left to see', () => {
    expect(low(lenses.abstain.unanswerable)).toBeGreaterThan(0.9);
    expect(high(lenses.abstain.needless)).toBeLessThan(0.15);
  });

  it('finds that the guesser never abstains', () => {
    expect(lenses.guess.unanswerable.value).toBe(0);
    expect(lenses.guess.needless.value).toBe(0);
    expect(high(lenses.guess.micro)).toBeLessThan(low(lenses.abstain.micro));
  });
});

describe('what the organisms are trained on', () => {
  it('is clips whose order questions, and no others, turn over when they run backwards', () => {
    for (let index = 0; index < 6; index++) {
      const { meta, pictures } = trainingClip({ seed: 3, frames: 8, size: 32 }, index);
      expect(pictures).toHaveLength(8);
      expect(meta.questions.some(({ needs }) => needs === 'order')).toBe(true);
      for (const { needs, answer, reversed, options } of meta.questions) {
        expect(options).toContain(answer);
        expect(answer !== reversed).toBe(needs === 'order');
      }
    }
    expect(trainingClip({ seed: 3, frames: 8, size: 32 }, 4)).toEqual(
      trainingClip({ seed: 3, frames: 8, size: 32 }, 4),
    );
  });

  it('is targets from clear to covered, and the abstention where nothing of them is seen', () => {
    for (let index = 0; index < 4; index++) {
      const views = trainingViews({ seed: 3, size: 64 }, index).map(({ meta }) => meta);
      expect(views).toHaveLength(VIEWS);
      expect(views[0].visible).toBe(1);
      expect(views[VIEWS - 1].visible).toBe(0);
      for (const { visible, seen, questions } of views) {
        expect(seen[0]).toHaveLength(visible === 0 ? 1 : 2);
        for (const { answer } of questions) expect(answer === 'unknown').toBe(visible === 0);
      }
    }
  });
});
