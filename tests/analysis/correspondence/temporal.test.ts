import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { correspondence } from '../../../analysis/correspondence/index.ts';
import { Random } from '../../../core/random.ts';
import { gaussian, movedTruth, patchesOf, placementOf, randomPatches, viewSet, type TestView } from './views.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'plumbline-temporal-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const placement = placementOf(8, 8);
const INTERVALS = [1, 2, 4];
/** Twelve clips, each with pairs of frames 1, 2 and 4 apart; nothing moves, so that states alone decide. */
const clips: TestView[] = Array.from({ length: 12 }, (_, clip) =>
  INTERVALS.map((interval) => ({
    group: `clip-${clip}`,
    truth: movedTruth(placement, (x, y) => [x, y]),
    variant: { interval },
  })),
).flat();

test('PCK(Δt) / PCK(1) falls as frames become less alike', async () => {
  const set = await viewSet(join(folder, 'clips'), clips);
  const patches = patchesOf(placement, ['layer'], (_, image) => {
    const k = Number.parseInt(image, 10);
    const states = gaussian(64, 24, new Random(1, 'frame', k));
    if (image.endsWith('a.png')) return states;
    const change = gaussian(64, 24, new Random(1, 'change', k));
    const amount = [0.3, 1.5, 6][k % 3];
    return { ...states, data: states.data.map((value, i) => value + amount * change.data[i]) };
  });
  const { temporal } = await correspondence({ set, patches });
  expect(temporal).toMatchObject({ layer: 'layer', undefinedBecause: null });
  const [one, two, four] = temporal!.curve;
  expect([one, two, four].map(({ interval }) => interval)).toEqual(INTERVALS);
  expect(one.robustness.value).toBe(1);
  expect(two.robustness.value).toBeCloseTo(two.pck.value! / one.pck.value!, 12);
  expect(two.robustness.interval![1]).toBeLessThan(1);
  expect(four.robustness.interval![1]).toBeLessThan(two.robustness.interval![0]);
});

test('is undefined where PCK(1) is not above chance, and absent without clips', async () => {
  const set = await viewSet(join(folder, 'random'), clips);
  const { temporal } = await correspondence({ set, patches: randomPatches(placement, ['layer']) });
  expect(temporal!.undefinedBecause).toMatch(/^PCK\(1\) = \.?0?\.\d+ \[.*\] is not above chance \(0\.165\)$/);
  for (const { robustness } of temporal!.curve) expect(robustness).toMatchObject({ value: null, interval: null });
  const still = await viewSet(
    join(folder, 'still'),
    clips.map(({ truth, group }) => ({ truth, group: group! })),
  );
  expect((await correspondence({ set: still, patches: randomPatches(placement, ['layer']) })).temporal).toBe(null);
  const later = await viewSet(
    join(folder, 'later'),
    clips.filter(({ variant }) => variant!.interval !== 1),
  );
  expect(
    (await correspondence({ set: later, patches: randomPatches(placement, ['layer']) })).temporal!.undefinedBecause,
  ).toMatch(/neighbouring frames/);
});
