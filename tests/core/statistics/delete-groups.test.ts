import { expect, it } from 'vitest';
import { Random } from '../../../core/random.ts';
import { dealGroups, DELETED_GROUPS } from '../../../core/statistics/delete-groups.ts';
import { jackknifeInterval } from '../../../core/statistics/jackknife.ts';

it('deals each stratum evenly over the groups, whatever the order of its scenes', () => {
  const strata = [Array.from({ length: 50 }, (_, i) => `a${i}`), Array.from({ length: 45 }, (_, i) => `b${i}`)];
  const deal = dealGroups(strata, new Random(1));
  expect(
    dealGroups(
      strata.map((scenes) => [...scenes, ...scenes].reverse()),
      new Random(1),
    ),
  ).toEqual(deal);
  for (const scenes of strata) {
    const sizes = Array.from(
      { length: DELETED_GROUPS },
      (_, g) => scenes.filter((scene) => deal.get(scene) === g).length,
    );
    expect(Math.max(...sizes) - Math.min(...sizes)).toBe(1);
  }
  expect([...dealGroups([['x', 'y', 'z']], new Random(1)).values()].sort()).toEqual([0, 1, 2]);
});

it('covers 95 % of a mean with 20 groups left out', () => {
  let covered = 0;
  for (let seed = 0; seed < 1000; seed++) {
    const random = new Random(seed, 'delete groups');
    const values = Array.from({ length: 100 }, () => random.normal());
    const deal = dealGroups([values.map((_, i) => `s${i}`)], random);
    const mean = (left: number): number => {
      const rest = values.filter((_, i) => deal.get(`s${i}`) !== left);
      return rest.reduce((s, v) => s + v, 0) / rest.length;
    };
    const [low, high] = jackknifeInterval(
      mean(-1),
      Array.from({ length: DELETED_GROUPS }, (_, g) => mean(g)),
    ).interval!;
    if (low <= 0 && 0 <= high) covered++;
  }
  // Binomial SD .007, so ±2 % is ±2.9 SD.
  expect(covered / 1000).toBeGreaterThan(0.93);
  expect(covered / 1000).toBeLessThan(0.97);
});
