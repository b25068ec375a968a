/** Statistics of comparisons between checkpoints: agreement with SciPy, false alarms and coverage. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Random } from '../../core/random.ts';
import { pairedDifference } from '../../core/statistics/paired-difference.ts';
import { ranks, spearman, spearmanInterval, spearmanP } from '../../core/statistics/spearman.ts';
import { studentP, studentT95 } from '../../core/statistics/student-t.ts';
import { theilSen } from '../../core/statistics/theil-sen.ts';
import { SLOW } from '../slow.ts';

const fixture = JSON.parse(readFileSync(new URL('../fixtures/analysis/statistics.json', import.meta.url), 'utf8')) as {
  spearman: { a: number[]; b: number[]; rho: number }[];
  exact: { a: number[]; b: number[]; p: number };
  trend: { x: number[]; y: number[]; slope: number; p: number }[];
  t: [number, number, number][];
};

const normals = (n: number, random: Random): Float64Array => Float64Array.from({ length: n }, () => random.normal());
const RUNS = 1000;
/** 1,000 simulations: binomial SD .007, so ±2 % is ±2.9 SD. */
const within2 = (share: number, expected: number): void => {
  expect(share).toBeGreaterThan(expected - 0.02);
  expect(share).toBeLessThan(expected + 0.02);
};

describe('agreement with SciPy', () => {
  it("Student's t tails", () => {
    for (const [t, df, p] of fixture.t) expect(Math.abs(studentP(t, df) - p)).toBeLessThan(1e-12);
    expect(studentP(0, 5)).toBe(1);
    for (const df of [5, 9, 40]) expect(studentP(studentT95(df), df)).toBeCloseTo(0.05, 3);
    expect(() => studentP(NaN, 5)).toThrow(/not a number/);
  });

  it("Spearman's ρ with ties, and its exact permutation test", () => {
    for (const { a, b, rho } of fixture.spearman) expect(Math.abs(spearman(a, b)! - rho)).toBeLessThan(1e-12);
    expect(spearmanP(fixture.exact.a, fixture.exact.b, new Random(1))).toBeCloseTo(fixture.exact.p, 12);
    expect([...ranks([3, 1, 3, 2])]).toEqual([3.5, 1, 3.5, 2]);
    expect(spearman([1, 1, 1], [1, 2, 3])).toBeNull();
  });

  it('Theil–Sen slopes and exact Mann–Kendall p', () => {
    for (const { x, y, slope, p } of fixture.trend) {
      const trend = theilSen(x, y);
      expect(Math.abs(trend.slope.value! - slope)).toBeLessThan(1e-12);
      expect(Math.abs(trend.p! - p)).toBeLessThan(1e-12);
    }
  });
});

describe('false alarms and coverage over 1,000 simulations', () => {
  it('paired differences of right and wrong answers that come in scenes', () => {
    // Two questions a scene that share half of their luck; both checkpoints equally good (.8), and then .7 against .8.
    for (const [rateA, rateB] of [
      [0.8, 0.8],
      [0.7, 0.8],
    ]) {
      let alarms = 0;
      let covered = 0;
      for (let seed = 0; seed < RUNS; seed++) {
        const random = new Random(seed, 'paired');
        const [a, b, groups]: [number[], number[], string[]] = [[], [], []];
        for (let s = 0; s < 80; s++) {
          const shared = [random.next(), random.next()];
          for (let k = 0; k < 2; k++) {
            a.push(Number((random.coin() ? shared[0] : random.next()) < rateA));
            b.push(Number((random.coin() ? shared[1] : random.next()) < rateB));
            groups.push(`s${s}`);
          }
        }
        const { estimate, p } = pairedDifference(a, b, groups);
        if (p! <= 0.05) alarms++;
        if (estimate.interval![0] <= rateA - rateB && rateA - rateB <= estimate.interval![1]) covered++;
      }
      within2(covered / RUNS, 0.95);
      if (rateA === rateB) within2(alarms / RUNS, 0.05);
      else expect(alarms / RUNS).toBeGreaterThan(0.3);
    }
  });

  it("Spearman's interval and permutation test over few checkpoints", SLOW, () => {
    // A Gaussian pair's population ρ_s is 6/π·asin(r/2).
    for (const [n, r] of [
      [8, 0],
      [20, 0],
      [20, 0.6],
    ]) {
      const truth = (6 / Math.PI) * Math.asin(r / 2);
      let covered = 0;
      let alarms = 0;
      for (let seed = 0; seed < RUNS; seed++) {
        const random = new Random(seed, 'spearman', n);
        const a = normals(n, random);
        const b = normals(n, random).map((v, i) => r * a[i] + Math.sqrt(1 - r * r) * v);
        const rho = spearman(a, b)!;
        const [low, high] = spearmanInterval(rho, n);
        if (low <= truth && truth <= high) covered++;
        if (n === 8 && seed < 300 && spearmanP(a, b, random)! <= 0.05) alarms++;
      }
      within2(covered / RUNS, 0.95);
      // The exact test cannot exceed 5 %; 300 draws of .05 stay below .09 (3 SD).
      if (n === 8) expect(alarms / 300).toBeLessThan(0.09);
    }
    expect(() => spearmanInterval(0.5, 3)).toThrow(/needs 4 pairs/);
    expect(spearmanInterval(1, 10)[1]).toBe(1);
    expect(spearmanInterval(1, 10)[0]).toBeLessThan(1);
  });

  it('trends over training steps', () => {
    for (const slope of [0, 0.2]) {
      let covered = 0;
      let alarms = 0;
      for (let seed = 0; seed < RUNS; seed++) {
        const random = new Random(seed, 'trend');
        const x = Array.from({ length: 14 }, (_, i) => i);
        const trend = theilSen(
          x,
          x.map((v) => slope * v + random.normal()),
        );
        if (trend.slope.interval![0] <= slope && slope <= trend.slope.interval![1]) covered++;
        if (trend.p! <= 0.05) alarms++;
      }
      within2(covered / RUNS, 0.95);
      if (slope === 0) within2(alarms / RUNS, 0.05);
      else expect(alarms / RUNS).toBeGreaterThan(0.5);
    }
  });
});

describe('edges', () => {
  it('paired differences: no width of 0, few scenes, missing groups', () => {
    const same = new Array<number>(40).fill(1);
    const groups = same.map((_, i) => `s${i >> 1}`);
    const { estimate, p } = pairedDifference(same, same, groups);
    expect(estimate.value).toBe(0);
    expect(estimate.interval![0]).toBeLessThan(0);
    expect(estimate.interval![1]).toBeGreaterThan(0);
    expect(p).toBe(1);
    expect(pairedDifference([1, 0], [0, 0], ['a', 'b']).estimate).toMatchObject({
      value: 0.5,
      interval: null,
      note: expect.stringMatching(/needs 10 scenes/) as string,
    });
    expect(pairedDifference([], [], []).estimate.note).toBe('no items');
    expect(() => pairedDifference([1], [0], [''])).toThrow(/no group id/);
    expect(() => pairedDifference([1], [0, 1], ['a'])).toThrow(RangeError);
  });

  it('trends: four points have no 95 % interval, repeated positions are refused', () => {
    expect(theilSen([1, 2, 3, 4], [1, 2, 3, 4]).slope).toMatchObject({
      value: 1,
      interval: null,
      note: expect.stringMatching(/need 5 points/) as string,
    });
    expect(theilSen([1, 2, 3, 4, 5], [2, 4, 6, 8, 10]).slope.interval).toEqual([2, 2]);
    expect(() => theilSen([1, 1], [1, 2])).toThrow(/occurs twice/);
    expect(theilSen([1], [1]).slope.value).toBeNull();
  });
});
