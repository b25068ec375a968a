import { describe, expect, it } from 'vitest';
import type { Condition } from '../../core/artifacts/contrast-set.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { Random } from '../../core/random.ts';
import { clusteredProportion } from '../../core/statistics/clustered-proportion.ts';
import { nestedFolds } from '../../probes/cross-validate.ts';
import { foldsByScene } from '../../probes/folds.ts';
import {
  differenceVarianceFactor,
  heldOutProportion,
  trainingNoiseShare,
  varianceFactor,
  WILSON_HELD_OUT,
} from '../../probes/held-out-interval.ts';
import { planProbes, scoreProbes, type ProbeScores } from '../../probes/linear.ts';
import { probeRows } from '../../probes/rows.ts';
import { plant, syntheticSet } from './synthetic.ts';
import { SLOW } from '../slow.ts';

async function simulate(
  seed: number,
  counts: Partial<Record<Condition, number>>,
  d: number,
  signal: number,
): Promise<ProbeScores[]> {
  const set = syntheticSet(counts, { seed });
  const rows = probeRows(set, 'distance');
  const byItem = new Map(set.questions.map((question) => [question.item, question]));
  const questions = rows.items.map((item) => byItem.get(item)!);
  const plan = planProbes(rows, foldsByScene(rows.groups, rows.conditions, { seed }), seed);
  const x = plant(
    questions,
    d,
    (q, random, out) => {
      for (let j = 0; j < d; j++) out[j] = random.normal();
      out[0] += signal * q.sign;
    },
    seed,
  );
  return scoreProbes(x, plan, { control: false });
}

describe('coverage of probe accuracy', () => {
  it('is 95 % ± 2 % over 1,000 nulls: both trainings, every condition', { ...SLOW, timeout: 120_000 }, async () => {
    const runs = 1000;
    const covered = new Map<string, number>();
    for (let seed = 0; seed < runs; seed++) {
      for (const { training, accuracy } of await simulate(seed, { consistent: 25, counter: 25, ambiguous: 25 }, 3, 0)) {
        for (const { condition, estimate } of accuracy) {
          const [low, high] = estimate.interval!;
          const key = `${training} ${condition}`;
          covered.set(key, (covered.get(key) ?? 0) + (low <= 0.5 && high >= 0.5 ? 1 : 0));
        }
      }
    }
    for (const [key, count] of covered)
      expect(Math.abs(count / runs - 0.95), `${key}: ${count / runs}`).toBeLessThanOrEqual(0.02);
    expect(covered.size).toBe(8);
  });

  it('holds with a weak signal, where the probes are still half chance', { ...SLOW, timeout: 120_000 }, async () => {
    const cells: Estimate[] = [];
    for (let seed = 0; seed < 400; seed++) {
      const [{ accuracy }] = await simulate(seed, { consistent: 20, counter: 20 }, 3, 0.3);
      cells.push(accuracy.find(({ condition }) => condition === 'all')!.estimate);
    }
    // The estimand: the expected held-out accuracy of probes trained on so many scenes, here the mean of 400 (standard
    // error .004).
    const truth = cells.reduce((sum, { value }) => sum + value!, 0) / cells.length;
    expect(truth).toBeGreaterThan(0.53);
    const covered = cells.filter(({ interval }) => interval![0] <= truth && truth <= interval![1]).length;
    // ± 2 %, and two standard errors of 400 runs.
    expect(Math.abs(covered / cells.length - 0.95)).toBeLessThan(0.042);
  });
});

describe('differences between two probes of the same folds', () => {
  const n = 400;
  const rows = [...Array(n).keys()];
  const random = new Random(4, 'paired probes');
  const [a, b] = [0, 1].map(() => Uint8Array.from({ length: n }, () => (random.coin() ? 1 : 0)));
  const shared = { trainable: rows, noiseShare: 1 };

  it('widen as one accuracy does beside a constant, by nothing where the probes agree, and as the sum of both where they have nothing in common', () => {
    const mean = a.reduce((sum, v) => sum + v, 0) / n;
    expect(differenceVarianceFactor(rows, { right: a, shared }, { right: new Uint8Array(n).fill(1) })).toBeCloseTo(
      varianceFactor(mean, rows, shared),
      12,
    );
    expect(differenceVarianceFactor(rows, { right: a, shared }, { right: a, shared })).toBe(1);
    // Independent halves: (φ² + φ²)/(¼ + ¼) = 2/π, up to the chance correlation of 400 rows (± .1).
    expect(
      Math.abs(differenceVarianceFactor(rows, { right: a, shared }, { right: b, shared }) - 1 - 2 / Math.PI),
    ).toBeLessThan(0.1);
    // A probe that agrees on nine rows in ten: what the difference holds is mostly each probe's own.
    const close = a.map((v, i) => (i % 10 === 0 ? 1 - v : v));
    const near = differenceVarianceFactor(rows, { right: a, shared }, { right: close, shared });
    expect(near).toBeGreaterThan(1);
    expect(near).toBeLessThan(1.35);
  });
});

describe('trainingNoiseShare', () => {
  const folds = 5;
  const n = 2000;
  const foldOf = Array.from({ length: n }, (_, i) => i % folds);
  const labels = foldOf.map((_, i) => (i * 7) % 2);
  const nested = nestedFolds([...foldOf.keys()], foldOf, folds);
  /**
   * Decisions of probes that average one noise vector a training fold beside a common part, as if each had features of
   * its own.
   */
  function share(common: number, noise: number): number {
    const random = new Random(3, 'noise share');
    const normal = (): Float64Array => Float64Array.from({ length: n }, () => random.normal());
    const truth = normal();
    const brought = Array.from({ length: folds }, normal);
    const decisions = (...without: number[]): Float64Array => {
      const kept = brought.filter((_, f) => !without.includes(f));
      return truth.map(
        (v, i) => 5 * labels[i] + common * v + (noise * kept.reduce((sum, e) => sum + e[i], 0)) / kept.length,
      );
    };
    return trainingNoiseShare(
      nested,
      labels,
      (a) => decisions(a),
      (a, b) => decisions(a, b),
    );
  }

  it('is the share of margin variance that training chance brings', () => {
    // With 4 training folds noise² / 4 of variance; 2,000 rows and 20 fold pairs leave ± .03.
    expect(share(0, 1)).toBeGreaterThan(0.93);
    expect(share(1, 2)).toBeGreaterThan(0.44);
    expect(share(1, 2)).toBeLessThan(0.56);
    expect(share(1, 0)).toBeLessThan(1e-9);
  });

  it('takes the worst case where decisions do not vary', () => {
    const flat = new Float64Array(n);
    expect(
      trainingNoiseShare(
        nested,
        labels,
        () => flat,
        () => flat,
      ),
    ).toBe(1);
  });
});

describe('heldOutProportion', () => {
  const all = [...Array(100).keys()];
  const groups = all.map((i) => `s${i}`);
  const right = all.map((i) => i % 2);

  it('widens by 1 + 2/π at .5 without signal, by nothing for rows that are only scored, by half where half of the training rows lie in the cell', () => {
    expect(varianceFactor(0.5, all, { trainable: all, noiseShare: 1 })).toBeCloseTo(1 + 2 / Math.PI, 12);
    expect(varianceFactor(0.5, all, { trainable: [100, 101], noiseShare: 1 })).toBe(1);
    expect(varianceFactor(0.5, all.slice(0, 50), { trainable: all, noiseShare: 1 })).toBeCloseTo(1 + 1 / Math.PI, 12);
    expect(varianceFactor(1, all, { trainable: all, noiseShare: 1 })).toBe(1);
    expect(varianceFactor(0.99, all, { trainable: all, noiseShare: 1 })).toBeLessThan(1.1);
  });

  it('names the widened interval, and leaves the plain one as it was', () => {
    const plain = heldOutProportion(all, right, groups);
    expect(plain).toEqual(clusteredProportion(right, groups).estimate);
    const wide = heldOutProportion(all, right, groups, { trainable: all, noiseShare: 1 });
    expect(wide.intervalKind).toBe(WILSON_HELD_OUT);
    expect(wide.interval![1] - wide.interval![0]).toBeGreaterThan(1.2 * (plain.interval![1] - plain.interval![0]));
  });
});
