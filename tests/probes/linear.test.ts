import { describe, expect, it } from 'vitest';
import type { Condition } from '../../core/artifacts/contrast-set.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import type { Matrix } from '../../core/matrix.ts';
import { accuracyByCondition } from '../../probes/accuracy.ts';
import { C_GRID } from '../../probes/cross-validate.ts';
import { foldsByScene } from '../../probes/folds.ts';
import { planProbes, scoreProbes, type ProbePlan, type ProbeScores } from '../../probes/linear.ts';
import { probeRows } from '../../probes/rows.ts';
import { plant, syntheticSet, type Question, type Synthetic } from './synthetic.ts';

function planOf(set: Synthetic, seed = 1): { plan: ProbePlan; questions: Question[] } {
  const rows = probeRows(set, set.questions[0].axis);
  const byItem = new Map(set.questions.map((question) => [question.item, question]));
  return {
    plan: planProbes(rows, foldsByScene(rows.groups, rows.conditions, { seed }), seed),
    questions: rows.items.map((item) => byItem.get(item)!),
  };
}

const cell = (scores: ProbeScores, condition: Condition | 'all'): Estimate =>
  scores.accuracy.find((c) => c.condition === condition)!.estimate;
const noise = (out: Float32Array, random: { normal(): number }): void => {
  for (let j = 0; j < out.length; j++) out[j] = random.normal();
};
/** Standard normal distribution function (Abramowitz & Stegun 26.2.17, within 7.5e-8). */
function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * x);
  const tail = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return 1 - (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) * tail;
}

describe('scoreProbes on planted representations', () => {
  const set = syntheticSet({ consistent: 100, counter: 100, ambiguous: 30 });
  const { plan, questions } = planOf(set);
  const run = async (x: Matrix<Float32Array>): Promise<{ balanced: ProbeScores; consistentOnly: ProbeScores }> => {
    const [balanced, consistentOnly] = await scoreProbes(x, plan, { control: true });
    return { balanced, consistentOnly };
  };

  it('finds a planted depth direction at its Bayes rate, in every condition and under both trainings', async () => {
    const { balanced, consistentOnly } = await run(
      plant(questions, 12, (q, random, out) => {
        noise(out, random);
        out[3] += 1.2 * q.sign;
      }),
    );
    // Φ(1.2) = .885; four standard errors at 400 rows are .064, which also covers what estimating 12 weights from 320
    // rows costs (about .01).
    for (const scores of [balanced, consistentOnly])
      expect(Math.abs(cell(scores, 'all').value! - normalCdf(1.2))).toBeLessThan(0.064);
    for (const condition of ['consistent', 'counter', 'ambiguous'] as const)
      expect(cell(balanced, condition).interval![0]).toBeGreaterThan(0.7);
    expect(cell(balanced, 'all')).toMatchObject({
      n: 400,
      groups: 200,
      intervalKind: expect.stringContaining('Wilson on n_eff') as string,
    });
    expect(cell(balanced, 'ambiguous')).toMatchObject({ n: 60, groups: 30 });
    expect(cell(consistentOnly, 'counter').note).toBe('not height alone');
    expect(balanced.C).toHaveLength(5);
    for (const C of balanced.C) expect(C_GRID).toContain(C);
  });

  it('reads height alone as height: 1 / 0 when trained on consistent scenes; .5 pooled and mirrored conditions when balanced', async () => {
    const { balanced, consistentOnly } = await run(
      plant(questions, 6, (q, random, out) => {
        noise(out, random);
        out[0] = 5 * q.higher + 0.3 * random.normal();
      }),
    );
    expect(cell(consistentOnly, 'consistent').value).toBeGreaterThan(0.98);
    expect(cell(consistentOnly, 'counter').value).toBeLessThan(0.02);
    expect(cell(consistentOnly, 'counter').note).toBe('height reading');
    const all = cell(balanced, 'all');
    expect(all.interval![0]).toBeLessThan(0.5);
    expect(all.interval![1]).toBeGreaterThan(0.5);
    expect(cell(balanced, 'consistent').value! + cell(balanced, 'counter').value!).toBeCloseTo(2 * all.value!, 12);
  });

  it('leaves one entangled direction, depth + height, undetermined: counter scenes cancel there', async () => {
    const { balanced, consistentOnly } = await run(
      plant(questions, 6, (q, random, out) => {
        noise(out, random);
        out[0] += q.sign + q.higher;
      }),
    );
    expect(cell(consistentOnly, 'consistent').value).toBeGreaterThan(0.9);
    expect(cell(consistentOnly, 'counter').note).toBe('undetermined');
    expect(cell(balanced, 'consistent').value).toBeGreaterThan(0.9);
    expect(cell(balanced, 'counter').interval![0]).toBeLessThan(0.5);
  });

  it('separates depth from height on balanced training when both are there', async () => {
    const { balanced } = await run(
      plant(questions, 6, (q, random, out) => {
        noise(out, random);
        out[0] += 2 * q.sign;
        out[1] += 4 * q.higher;
      }),
    );
    expect(cell(balanced, 'consistent').interval![0]).toBeGreaterThan(0.9);
    expect(cell(balanced, 'counter').interval![0]).toBeGreaterThan(0.9);
  });

  it('gives a constant representation exactly .5', async () => {
    const { balanced } = await run(plant(questions, 3, (_, __, out) => out.fill(0.25)));
    expect(cell(balanced, 'all').value).toBe(0.5);
  });

  it('gives a one-hot code of the word pair no selectivity, a true feature much', async () => {
    const types = [...new Set(questions.map((q) => q.type))];
    const memory = await run(plant(questions, types.length, (q, _, out) => (out[types.indexOf(q.type)] = 1)));
    expect(memory.balanced.control!.interval![0]).toBeGreaterThan(cell(memory.balanced, 'all').value!);
    expect(memory.balanced.selectivity!.interval![1]).toBeLessThan(0);
    const true_ = await run(
      plant(questions, 4, (q, random, out) => {
        noise(out, random);
        out[1] += 3 * q.sign;
      }),
    );
    expect(true_.balanced.selectivity!.value).toBeGreaterThan(0.35);
    expect(true_.balanced.selectivity!.interval![0]).toBeGreaterThan(0.25);
    // Selectivity is the difference on one set of rows.
    const { control, selectivity } = true_.balanced;
    expect(control!.n).toBe(selectivity!.n);
    expect(true_.consistentOnly.control).toBeNull();
  });
});

describe('intervals of probe accuracy', () => {
  it('do not narrow when every row is written twice', () => {
    const rows = probeRows(syntheticSet({ consistent: 40, counter: 40 }), 'distance');
    const right = rows.groups.map((group) => (Number(group.slice(-4)) % 3 === 0 ? 0 : 1));
    const double = <T>(values: readonly T[]): T[] => [...values, ...values];
    const twice = {
      ...rows,
      items: double(rows.items),
      groups: double(rows.groups),
      conditions: double(rows.conditions),
    };
    const once = accuracyByCondition(rows, right);
    accuracyByCondition(twice, double(right)).forEach(({ estimate }, i) => {
      if (once[i].estimate.n === 0) return;
      expect(estimate.value).toBe(once[i].estimate.value);
      expect(estimate.interval![1] - estimate.interval![0]).toBeGreaterThan(
        0.98 * (once[i].estimate.interval![1] - once[i].estimate.interval![0]),
      );
    });
  });
});

describe('sets that cannot be probed', () => {
  it('without counter scenes balanced training is refused with the reason, consistent-only still runs', async () => {
    const { plan, questions } = planOf(syntheticSet({ consistent: 30 }));
    const [balanced, consistentOnly] = await scoreProbes(
      plant(questions, 2, (q, _, out) => (out[0] = q.sign)),
      plan,
      { control: true },
    );
    expect(cell(balanced, 'all')).toMatchObject({
      value: null,
      n: 0,
      note: expect.stringContaining('no scene to train on') as string,
    });
    expect(balanced.C).toEqual([]);
    expect(cell(consistentOnly, 'consistent').value).toBe(1);
    expect(cell(consistentOnly, 'counter')).toMatchObject({ value: null, n: 0 });
  });

  it('three scenes are too few for either', async () => {
    const { plan, questions } = planOf(syntheticSet({ consistent: 3, counter: 3 }));
    const scores = await scoreProbes(
      plant(questions, 2, (q, _, out) => (out[0] = q.sign)),
      plan,
      { control: true },
    );
    for (const { accuracy } of scores)
      for (const { estimate } of accuracy) expect(estimate).toMatchObject({ value: null, interval: null });
  });
});
