import { describe, expect, test } from 'vitest';
import {
  chooseThreshold,
  f1,
  mutualMatches,
  patchTruth,
  wideMeans,
  wideSample,
  type MutualMatches,
  type ViewPair,
} from '../../../analysis/correspondence/index.ts';
import { patchAt, patchCentre } from '../../../core/artifacts/dense-patches.ts';
import { Random } from '../../../core/random.ts';
import { movedTruth, placementOf } from './views.ts';

const placement = placementOf(16, 16);
const pairOf = (id: number, dx: number, overlap = 0.8): ViewPair => ({
  id: `pair-${id}`,
  group: `scene-${id}`,
  images: ['a', 'b'],
  placements: [placement, placement],
  truth: patchTruth(
    movedTruth(placement, (x, y) => [x + dx, y]),
    placement,
    placement,
  ),
  viewpoint: 20,
  overlap,
  interval: null,
});

describe('samples', () => {
  test('mark partners and distractors at least two patches apart, and no distractor has a marked partner', () => {
    for (let seed = 0; seed < 50; seed++) {
      const pair = pairOf(seed, 60);
      const sample = wideSample(pair, new Random(seed))!;
      expect(sample.partners).toBe(8);
      expect([sample.first.length, sample.second.length]).toEqual([16, 16]);
      const targetOf = new Map(
        Array.from(pair.truth.queries, (patch, q) => [
          patch,
          patchAt(placement, pair.truth.targets[2 * q], pair.truth.targets[2 * q + 1]),
        ]),
      );
      for (let k = 0; k < 8; k++) expect(targetOf.get(sample.first[k])).toBe(sample.second[k]);
      for (const patch of sample.first.slice(8)) expect(sample.second).not.toContain(targetOf.get(patch));
      for (const view of [sample.first, sample.second]) {
        for (const [i, a] of view.entries()) {
          for (const b of view.slice(i + 1)) {
            const [[xa, ya], [xb, yb]] = [patchCentre(placement, a), patchCentre(placement, b)];
            expect(Math.hypot(xa - xb, ya - yb)).toBeGreaterThanOrEqual(20);
          }
        }
      }
    }
  });

  test('there is none where hardly anything is visible', () => {
    expect(wideSample(pairOf(0, 158), new Random(1))).toBe(null);
  });
});

test('F1 by hand: kept matches, partners found, the rest missed', () => {
  const sample: MutualMatches = { scores: [0.9, 0.8, 0.5, 0.2], right: [true, false, true, false], partners: 3 };
  expect(f1(sample, -Infinity)).toBeCloseTo(4 / 7, 12);
  expect(f1(sample, 0.5)).toBeCloseTo(4 / 6, 12);
  expect(f1(sample, 0.85)).toBeCloseTo(2 / 4, 12);
  expect(f1(sample, 2)).toBe(0);
  // Only "keep .5 and above" reaches 4/6.
  const threshold = chooseThreshold([sample]);
  expect(threshold).toBeGreaterThan(0.2);
  expect(threshold).toBeLessThanOrEqual(0.5);
});

test('a match must be mutual', () => {
  const sample = { first: [0, 1], second: [0, 1], partners: 2 };
  const table = [
    [0.9, 0.1],
    [0.8, 0.3],
  ];
  const [oneToOne] = mutualMatches(sample, (i, j) => table[i][j]);
  // Patch 1 prefers patch 0 of the second view, which prefers patch 0.
  expect(oneToOne).toEqual({ scores: [0.9], right: [true], partners: 2 });
});

test('random similarities score what one marked patch in eight gives; similarities that say nothing but "no" lose nothing to distractors', () => {
  const pairs = Array.from({ length: 400 }, (_, k) => pairOf(k, 60, [0.9, 0.5, 0.1][k % 3]));
  const halves = [
    new Set(pairs.slice(0, 200).map(({ group }) => group)),
    new Set(pairs.slice(200).map(({ group }) => group)),
  ] as const;
  const samples = pairs.map((pair, k) => wideSample(pair, new Random(k)));
  const random = pairs.map((_, k) => {
    const stream = new Random(k, 'similarity');
    return mutualMatches(samples[k]!, () => stream.next());
  });
  const means = wideMeans(pairs, random, halves, () => new Random(1));
  const of = (setting: string, stratum: string) =>
    means.find((entry) => entry.setting === setting && entry.stratum === stratum)!.f1;
  // All-mutual keeps about 8·8/15 matches, of which an eighth is right: 2·.533/(4.27 + 8) = .087.
  expect(of('one-to-one', 'all').interval![0]).toBeLessThan(0.087);
  expect(of('one-to-one', 'all').interval![1]).toBeGreaterThan(0.087);
  expect(of('distractors in both', 'all').value!).toBeLessThan(of('one-to-one', 'all').value!);
  expect(['0–.33', '.33–.66', '.66–1'].map((stratum) => of('one-to-one', stratum).n)).toEqual([134, 133, 133]);

  const partner = pairs.map((_, k) => {
    const { first, second, partners } = samples[k]!;
    return mutualMatches(samples[k]!, (i, j) =>
      first.indexOf(i) === second.indexOf(j) && first.indexOf(i) < partners ? 1 : 0.5 - 0.001 * Math.abs(i - j),
    );
  });
  for (const { f1: mean, stratum } of wideMeans(pairs, partner, halves, () => new Random(1)))
    expect(mean.value, stratum).toBe(1);
});
