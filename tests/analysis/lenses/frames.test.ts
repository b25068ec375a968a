// @module-tag slow
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { framesLens } from '../../../analysis/lenses/frames.ts';
import { repeatsLens } from '../../../analysis/lenses/repeats.ts';
import { frames } from '../../../contrast-sets/frames/generator.ts';
import { readContrastSet } from '../../../contrast-sets/io.ts';
import { clipFactsOf } from '../../../contrast-sets/programs/clip.ts';
import { answerByProgram } from '../../../contrast-sets/programs/index.ts';
import type { ContrastSet, PairedItem } from '../../../core/artifacts/contrast-set.ts';
import {
  framesLensSchema,
  repeatsLensSchema,
  type FrameClass,
  type FramesLens,
} from '../../../core/artifacts/results/lenses.ts';
import { answersOf, expectNear, guess } from './planted.ts';

let folder: string;
let set: ContrastSet;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lens-frames-'));
  set = await readContrastSet(
    (await frames.generate({ directory: join(folder, 'set'), seed: 2, parameters: { scenes: 90, size: 32 } }))
      .directory,
  );
}, 90_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const needs = ({ variant }: PairedItem): string => String(variant!.needs);
const bagOf = ({ images }: PairedItem): string => [...new Set(images)].sort().join();
const random = (item: PairedItem): string => guess(item, item.item);

/** Knows what the frames show, not their order; guesses without frames. */
const bagOfFrames = (item: PairedItem): string =>
  item.images.length === 0
    ? random(item)
    : needs(item) === 'order'
      ? guess(item, bagOf(item), item.question)
      : item.answer;
/** Reads the frames in the order shown; guesses where that shows nothing. */
const orderReader = (item: PairedItem): string => {
  if (item.images.length === 0) return random(item);
  try {
    return answerByProgram({ ...item, facts: { ...item.facts, time: clipFactsOf(item).time.map((_, i) => i) } })!;
  } catch {
    return random(item);
  }
};
/** Reads the question alone. */
const textReader = (item: PairedItem): string =>
  needs(item) === 'nothing' ? item.answer : guess(item, item.question, item.group);

const count = ({ confusion }: FramesLens, needs: string, ...classes: FrameClass[]): number =>
  confusion
    .filter((row) => row.needs === needs && classes.includes(row.class))
    .reduce((sum, row) => sum + row.count, 0);
const accuracy = ({ accuracy: rows }: FramesLens, needs: string, manipulation: string) =>
  rows.find((row) => row.needs === needs && row.manipulation === manipulation)!;

describe('frames lens', () => {
  it('finds a bag of frames: never right in both directions of time, nothing temporal, content semantic', () => {
    const lens = framesLens({ set, answers: answersOf(set, bagOfFrames) });
    expect(framesLensSchema.parse(lens)).toEqual(lens);
    expect(lens.bothDirections.value).toBe(0);
    expect(count(lens, 'order', 'temporal')).toBe(0);
    expect(lens.orderEffect.map(({ difference }) => difference.value)).toEqual([0, 0, 0]);
    // In order and reversed together it is right exactly half the time.
    expect(
      accuracy(lens, 'order', 'ordered').accuracy.value! + accuracy(lens, 'order', 'reversed').accuracy.value!,
    ).toBeCloseTo(1, 12);
    expect(count(lens, 'content', 'temporal', 'other')).toBe(0);
    expect(count(lens, 'content', 'semantic')).toBeGreaterThan(count(lens, 'content', 'blind-answerable'));
  });

  it('finds an order reader: right in both directions, at chance when shuffled', () => {
    const lens = framesLens({ set, answers: answersOf(set, orderReader) });
    expect(lens.bothDirections.value).toBe(1);
    expect(accuracy(lens, 'order', 'ordered').accuracy.value).toBe(1);
    expectNear(accuracy(lens, 'order', 'shuffled').accuracy, 0.5);
    expect(lens.orderEffect.find((row) => row.needs === 'order')!.difference.interval![0]).toBeGreaterThan(0.3);
    expect(lens.orderEffect.find((row) => row.needs === 'content')!.difference.value).toBe(0);
    expect(count(lens, 'order', 'other')).toBe(0);
    // Half of the order questions fall to blind luck, half of the rest to shuffled luck.
    expect(count(lens, 'order', 'temporal')).toBeGreaterThan(
      0.125 * count(lens, 'order', 'temporal', 'semantic', 'blind-answerable'),
    );
  });

  it('finds a reader of the question alone', () => {
    const lens = framesLens({ set, answers: answersOf(set, textReader) });
    expect(count(lens, 'nothing', 'blind-answerable')).toBe(90);
    expect(lens.bothDirections.value).toBe(0);
    expect(count(lens, 'order', 'semantic', 'temporal')).toBe(0);
  });

  it('puts a guesser where guessing puts it', () => {
    const lens = framesLens({ set, answers: answersOf(set, random) });
    for (const { share, guessing } of lens.classes) expectNear(share, guessing);
    expect(lens.classes.reduce((sum, { guessing }) => sum + guessing, 0)).toBeCloseTo(1, 12);
    for (const { accuracy: found, chance } of lens.accuracy) expectNear(found, chance);
    expectNear(lens.bothDirections, 0.25);
  });

  it('refuses a set that is not of its kind', () => {
    expect(() => framesLens({ set: { pairs: [] }, answers: [] })).toThrow(/in order, shuffled and blind/);
    expect(() => framesLens({ set, answers: [] })).toThrow(/no answer/);
  });
});

describe('repeats lens', () => {
  it('holds a tracker still, and lets the baselines be what they are', () => {
    const lens = repeatsLens({ set, answers: answersOf(set, (item) => item.answer) });
    expect(repeatsLensSchema.parse(lens)).toEqual(lens);
    expect(lens.repeats.map(({ repeats }) => repeats)).toEqual([0, 1, 2, 5]);
    for (const { accuracy: found, moved, drift } of lens.repeats)
      expect([found.value, moved.value, drift.value]).toEqual([1, 0, 0]);
    const of = (name: string) => lens.baselines.filter((row) => row.name === name);
    // A bag doesn't move, but misses objects that are never in one frame together; counting appearances adds every
    // object again that left the view.
    expect(of('bag of frames').map(({ moved }) => moved.value)).toEqual([0, 0, 0, 0]);
    expect(of('bag of frames')[0].accuracy.value).toBeLessThan(1);
    expect(of('every appearance')[3].drift.value!).toBeGreaterThan(of('every appearance')[1].drift.value!);
    expect(of('every appearance')[1].moved.value!).toBeGreaterThan(0.2);
  });

  it('sees a model that counts higher with every repeat', () => {
    const answers = answersOf(set, (item) =>
      item.axis === 'count' ? String(Math.min(5, Number(item.answer) + Number(item.variant!.repeats))) : item.answer,
    );
    const lens = repeatsLens({ set, answers });
    expect(lens.repeats.map(({ drift }) => drift.value!)).toEqual(
      [...lens.repeats.map(({ drift }) => drift.value!)].sort((a, b) => a - b),
    );
    // Clips of five objects have no higher option to go to: about a quarter.
    expectNear(lens.repeats[1].moved, 0.75);
    expect(lens.repeats[1].drift.interval![0]).toBeGreaterThan(0.5);
  });
});
