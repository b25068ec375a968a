import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  chanceAt,
  correspondence,
  isRight,
  patchTruth,
  thresholdLabel,
} from '../../../analysis/correspondence/index.ts';
import { readCorrespondences } from '../../../core/artifacts/correspondences.ts';
import { patchAt, patchCentre } from '../../../core/artifacts/dense-patches.ts';
import { correspondenceSchema } from '../../../core/artifacts/results/correspondence.ts';
import { Random } from '../../../core/random.ts';
import { clusteredCounts, clusteredProportion } from '../../../core/statistics/index.ts';
import { gaussian, movedTruth, patchesOf, placementOf, randomPatches, viewSet, type TestView } from './views.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'plumbline-pck-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('chance', () => {
  test('r = 2 on 24 × 24 is .021, on 8 × 8 .165 (methods §4)', () => {
    for (const [size, value] of [
      [24, 0.021],
      [8, 0.165],
    ] as const) {
      const placement = placementOf(size, size);
      const points = Array.from({ length: size * size }, (_, i) =>
        chanceAt({ kind: 'patches', value: 2 }, placement, ...patchCentre(placement, i)),
      );
      expect(points.reduce((sum, share) => sum + share, 0) / points.length).toBeCloseTo(value, 3);
    }
  });

  test('is the share of all patches that count as right, for any point, crop and threshold', () => {
    const random = new Random(1);
    const placement = { ...placementOf(7, 9, 12), left: -5, top: 30 };
    for (let k = 0; k < 200; k++) {
      const threshold = random.coin()
        ? ({ kind: 'patches', value: random.uniform(0.2, 6) } as const)
        : ({ kind: 'pixels', value: random.uniform(1, 60), scale: random.pick([0.25, 0.5, 1]) } as const);
      const point = [random.uniform(-5, 103), random.uniform(30, 114)] as const;
      const right = Array.from({ length: 63 }, (_, i) => isRight(threshold, placement, i, ...point)).filter(
        Boolean,
      ).length;
      expect(chanceAt(threshold, placement, ...point)).toBeCloseTo(right / 63, 12);
    }
  });
});

test('at most r patches, but strictly less than the pixels; patches need not be square', () => {
  const placement = { ...placementOf(6, 6), patch: { width: 10, height: 20 } };
  // Patch 0's centre is (5, 10).
  expect(isRight({ kind: 'patches', value: 2 }, placement, 0, 25, 10)).toBe(true);
  expect(isRight({ kind: 'patches', value: 2 }, placement, 0, 25.01, 10)).toBe(false);
  expect(isRight({ kind: 'patches', value: 2 }, placement, 0, 5, 50)).toBe(true);
  expect(isRight({ kind: 'pixels', value: 20, scale: 1 }, placement, 0, 25, 10)).toBe(false);
  expect(isRight({ kind: 'pixels', value: 20, scale: 1 }, placement, 0, 24.99, 10)).toBe(true);
  expect(isRight({ kind: 'pixels', value: 5, scale: 0.25 }, placement, 0, 24.99, 10)).toBe(true);
  expect(thresholdLabel({ kind: 'pixels', value: 10, scale: 0.25 }, { width: 336, height: 336 })).toBe(
    'PCK@10px at 84 × 84',
  );
});

describe('ground truth on patches', () => {
  test('a patch stands for the point nearest to its centre, whether visible or not', () => {
    const placement = placementOf(2, 2);
    const truth = {
      points: Float32Array.of(
        9,
        9,
        1,
        1,
        6,
        5,
        12,
        3,
        4,
        5,
        18,
        18,
        15,
        5,
        Number.NaN,
        0,
        12,
        2,
        3,
        3,
        5,
        15,
        2,
        2,
        5,
        15,
        7,
        7,
      ),
      visible: Uint8Array.of(1, 1, 1, 0, 1, 1, 1),
      depth: new Float32Array(14).fill(1),
      object: new Int32Array(7),
      pictures: [placement.picture, placement.picture] as const,
      viewpoint: 0,
      overlap: 6 / 7,
    };
    const { queries, sources, targets, unmatched } = patchTruth(truth, placement, placement);
    // Patch 0: (6, 5) and (4, 5) are equally near, the first wins; patch 1: the occluded point is nearer than the
    // visible one; patch 2: two equal points; patch 3 has none.
    expect([...queries]).toEqual([0, 2]);
    expect([...sources]).toEqual([6, 5, 5, 15]);
    expect([...targets]).toEqual([12, 3, 2, 2]);
    expect([...unmatched]).toEqual([1]);
  });

  test('what the second view crops away counts as not visible; sizes that differ are refused', () => {
    const placement = placementOf(4, 4);
    const cropped = { ...placement, grid: { rows: 2, columns: 2 }, left: 10, top: 10 };
    const truth = movedTruth(placement, (x, y) => [x, y]);
    const { queries, unmatched } = patchTruth(truth, placement, cropped);
    expect([...queries]).toEqual([5, 6, 9, 10]);
    expect(unmatched.length).toBe(12);
    expect(() => patchTruth(truth, placement, placementOf(5, 4))).toThrow(
      /view 2 has 40 × 50 pixels, its correspondences are for 40 × 40/,
    );
  });
});

/** Views of 12 × 12 patches, moved by whole patches and a bit, over all viewpoint bins. */
const placement = placementOf(12, 12);
const views = (count: number, groups = count): TestView[] => {
  const random = new Random(9);
  return Array.from({ length: count }, (_, k) => {
    const [dx, dy] = [random.uniform(-40, 40), random.uniform(-40, 40)];
    return {
      group: `scene-${k % groups}`,
      truth: movedTruth(placement, (x, y) => [x + dx, y + dy], [10, 45, 75, 120][k % 4]),
    };
  });
};

test('states that know where things are score 1, random ones chance, a mixture lies between; the choice finds the layer', async () => {
  const set = await viewSet(join(folder, 'planted'), views(60));
  const truths = new Map(
    await Promise.all(
      set.pairs.map(
        async ({ first }) =>
          [first.item, await readCorrespondences(join(set.directory, first.correspondences!))] as const,
      ),
    ),
  );
  const P = 144;
  // Each surface point has a random identity; view b's patch holds that of the point nearest to its centre.
  const identity = (layer: string, image: string, noise: number) => {
    const k = Number.parseInt(image, 10);
    const states = gaussian(P, 32, new Random(5, 'identity', k));
    const other = gaussian(P, 32, new Random(5, 'rest', k));
    if (image.endsWith('b.png')) {
      const truth = truths.get(`view-${k}`)!;
      for (let i = 0; i < P; i++) {
        if (truth.visible[i] === 0) continue;
        const to = patchAt(placement, truth.points[4 * i + 2], truth.points[4 * i + 3]);
        other.data.set(states.data.subarray(32 * i, 32 * i + 32), 32 * to);
      }
    }
    const out = image.endsWith('b.png') ? other : states;
    const blur = gaussian(P, 32, new Random(5, layer, image));
    return { ...out, data: out.data.map((value, i) => value + noise * blur.data[i]) };
  };
  const noise: Record<string, number> = { random: 1e3, exact: 0, half: 1.5 };
  const patches = patchesOf(placement, Object.keys(noise), (layer, image) => identity(layer, image, noise[layer]));
  const result = await correspondence({ set, patches, seed: 1 });
  expect(correspondenceSchema.parse(result)).toEqual(result);

  const of = (means: (typeof result.layers)[number]['pck'], threshold: string, bin = 'all') =>
    means.find((entry) => entry.threshold === threshold && entry.bin === bin)!;
  const layer = (name: string) => result.layers.find((entry) => entry.layer === name)!;
  const chance = (threshold: string, bin = 'all') =>
    result.chance.pck.find((entry) => entry.threshold === threshold && entry.bin === bin)!;
  for (const { label } of result.thresholds) {
    for (const bin of ['all', '0–30°', '30–60°', '60–90°', '90–120°']) {
      expect(of(layer('exact').pck, label, bin).perPoint.value, `${label} ${bin}`).toBe(1);
      expect(
        of(result.baselines.find(({ name }) => name === 'planted coordinates')!.pck, label, bin).perPoint.value,
      ).toBe(1);
      expect(
        of(result.baselines.find(({ name }) => name === 'planted coordinates')!.pck, label, bin).perImage.value,
      ).toBe(1);
    }
    const { perPoint, perImage } = of(layer('random').pck, label);
    expect(perPoint.interval![0]).toBeLessThan(chance(label).perPoint!);
    expect(perPoint.interval![1]).toBeGreaterThan(chance(label).perPoint!);
    expect(perImage.interval![0]).toBeLessThan(chance(label).perImage!);
    expect(perImage.interval![1]).toBeGreaterThan(chance(label).perImage!);
    const half = of(layer('half').pck, label).perPoint;
    expect(half.interval![0]).toBeGreaterThan(chance(label).perPoint!);
    expect(half.interval![1]).toBeLessThan(1);
  }
  expect(result.bins.map(({ pairs }) => pairs)).toEqual([15, 15, 15, 15]);
  expect(result.choice.layer).toBe('exact');
  expect(result.choice.groups).toEqual([30, 30]);
  expect(result.choice.reported.perPoint).toMatchObject({ value: 1, groups: 30 });

  // Where states only partly know, confidence tells right from wrong; where all is right, ρ is undefined.
  expect(layer('half').confidence.interval![0]).toBeGreaterThan(0.2);
  expect(layer('exact').confidence).toMatchObject({ value: null, interval: null });
  expect(Math.abs(layer('random').confidence.value!)).toBeLessThan(0.1);

  const wide = (entries: (typeof result.layers)[number]['wide'], setting: string) =>
    entries.find((entry) => entry.setting === setting && entry.stratum === 'all')!.f1;
  for (const setting of ['one-to-one', 'distractors in view 2', 'distractors in both']) {
    // With the patches' own identities, a distractor in view 2 that happens to hold a marked point can only be a
    // partner.
    expect(wide(layer('exact').wide, setting).value, setting).toBeGreaterThan(0.99);
    expect(wide(result.baselines.find(({ name }) => name === 'planted coordinates')!.wide, setting).value).toBe(1);
    const random = wide(layer('random').wide, setting);
    expect(Math.abs(random.value! - wide(result.chance.wide, setting).value!), setting).toBeLessThan(0.08);
    expect(wide(layer('half').wide, setting).value!).toBeGreaterThan(random.interval![1]);
  }
  expect(result.examples.map(({ viewpoint }) => viewpoint).sort((a, b) => a - b)).toEqual([10, 45, 75, 120]);
  for (const { matches } of result.examples)
    expect(
      matches.every(({ correct, to, truth }) => correct && Math.hypot(to[0] - truth[0], to[1] - truth[1]) <= 20),
    ).toBe(true);
});

test('same position is right exactly where nothing moves far', async () => {
  const set = await viewSet(join(folder, 'still'), [
    { truth: movedTruth(placement, (x, y) => [x, y]) },
    { truth: movedTruth(placement, (x, y) => [x + 20, y]) },
    { truth: movedTruth(placement, (x, y) => [x + 30, y]) },
  ]);
  const { baselines } = await correspondence({ set, patches: randomPatches(placement, ['layer']) });
  const [{ name, pck }] = baselines;
  expect(name).toBe('same position');
  const all = pck.find(({ threshold, bin }) => threshold === 'PCK@2' && bin === 'all')!;
  // 144 and 120 points right, 108 wrong: the two means differ.
  expect(all.perPoint.value).toBeCloseTo(264 / 372, 12);
  expect(all.perImage.value).toBeCloseTo(2 / 3, 12);
});

test('the order of pairs, and how scenes are named, change no value', async () => {
  const list = views(12, 6);
  const patches = randomPatches(placement, ['one', 'two']);
  const set = await viewSet(join(folder, 'ordered'), list);
  const values = (result: Awaited<ReturnType<typeof correspondence>>) => ({
    layers: result.layers
      .map(({ pck, confidence }) => [
        ...pck.map(({ perPoint, perImage }) => [perPoint.value, perPoint.interval, perImage.value]),
        confidence.value,
      ])
      .flat(2),
    chance: result.chance.pck,
  });
  const forward = values(await correspondence({ set, patches }));
  const backward = values(await correspondence({ set: { ...set, pairs: [...set.pairs].reverse() }, patches }));
  forward.layers.forEach((value, i) =>
    typeof value === 'number'
      ? expect(backward.layers[i]).toBeCloseTo(value, 12)
      : expect(backward.layers[i]).toEqual(value),
  );
});

test('counts per picture give the interval of the listed items', () => {
  const random = new Random(2);
  const rows = Array.from({ length: 30 }, (_, k) => ({ group: `g${k % 12}`, n: random.integer(9) }));
  const scores = rows.map(({ n }) => Array.from({ length: n }, () => random.coin(0.3)));
  const { estimate } = clusteredProportion(
    scores.flat(),
    rows.flatMap(({ group, n }) => Array<string>(n).fill(group)),
  );
  const counted = clusteredCounts(
    scores.map((list) => list.filter(Boolean).length),
    rows.map(({ n }) => n),
    rows.map(({ group }) => group),
  );
  expect(counted.value).toBeCloseTo(estimate.value!, 12);
  expect(counted.interval![0]).toBeCloseTo(estimate.interval![0], 12);
  expect(counted.interval![1]).toBeCloseTo(estimate.interval![1], 12);
  expect(counted).toMatchObject({ n: estimate.n, groups: estimate.groups, intervalKind: estimate.intervalKind });
});

test('sets without views, and views without visible points, are refused', async () => {
  const set = await viewSet(join(folder, 'refused'), [{ truth: movedTruth(placement, (x, y) => [x + 1000, y]) }]);
  const patches = randomPatches(placement, ['layer']);
  await expect(correspondence({ set, patches })).rejects.toMatchObject({ code: 'no-visible-points' });
  await expect(correspondence({ set: { ...set, pairs: [] }, patches })).rejects.toMatchObject({ code: 'no-views' });
  await expect(correspondence({ set, patches: { ...patches, layers: [] } })).rejects.toMatchObject({
    code: 'no-layers',
  });
});

test('a state that is not finite is named by its layer and pictures', async () => {
  const set = await viewSet(join(folder, 'broken'), [{ truth: movedTruth(placement, (x, y) => [x, y]) }]);
  const patches = patchesOf(placement, ['good', 'bad'], (layer) => {
    const states = gaussian(144, 8, new Random(1, layer));
    if (layer === 'bad') states.data[77] = Number.NaN;
    return states;
  });
  await expect(correspondence({ set, patches })).rejects.toMatchObject({
    code: 'not-finite',
    where: 'bad, 0a.png and 0b.png',
  });
});
