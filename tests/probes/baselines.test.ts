import { describe, expect, it } from 'vitest';
import type { Axis } from '../../core/artifacts/contrast-set.ts';
import { boxHeightBaseline } from '../../probes/box-height.ts';
import { readConsistentOnly } from '../../probes/consistent-only.ts';
import { foldsByScene } from '../../probes/folds.ts';
import { planProbes, type ProbePlan } from '../../probes/linear.ts';
import { majorityBaseline } from '../../probes/majority.ts';
import { probeRows } from '../../probes/rows.ts';
import { syntheticSet } from './synthetic.ts';

function planOf(axis: Axis): ProbePlan {
  const rows = probeRows(syntheticSet({ consistent: 40, counter: 40, ambiguous: 10 }, { axes: [axis] }), axis);
  return planProbes(rows, foldsByScene(rows.groups, rows.conditions, { seed: 1 }), 1);
}
const values = (accuracy: { condition: string; estimate: { value: number | null } }[]): Record<string, number | null> =>
  Object.fromEntries(accuracy.map(({ condition, estimate }) => [condition, estimate.value]));

describe('boxHeightBaseline', () => {
  it('on distance: 1 on consistent and 0 on counter scenes when trained on consistent ones, .5 over both when balanced', async () => {
    const [balanced, consistentOnly] = await boxHeightBaseline(planOf('distance'));
    expect(values(consistentOnly.accuracy)).toMatchObject({ consistent: 1, counter: 0 });
    expect(values(balanced.accuracy).all).toBe(0.5);
  });

  it('on the vertical axis, where height is the answer: 1 everywhere', async () => {
    for (const { accuracy } of await boxHeightBaseline(planOf('vertical')))
      expect(values(accuracy)).toMatchObject({ consistent: 1, counter: 1, all: 1 });
  });

  it('is null with the reason when there are no boxes', async () => {
    const plan = planOf('distance');
    const [first] = await boxHeightBaseline({
      ...plan,
      rows: { ...plan.rows, heightDifference: plan.rows.heightDifference.map(() => Number.NaN) },
    });
    expect(first.accuracy[0].estimate).toMatchObject({
      value: null,
      note: 'the questions do not carry two boxes each',
    });
  });
});

describe('majorityBaseline', () => {
  it('is .5 on balanced poles', () => {
    for (const { accuracy } of majorityBaseline(planOf('horizontal')))
      expect(values(accuracy)).toEqual({ consistent: 0.5, counter: 0.5, ambiguous: 0.5, all: 0.5 });
  });

  it('is the share of the more frequent answer otherwise', () => {
    const { rows, foldOf } = planOf('distance');
    const labels = rows.labels.map((label, i) => (rows.groups[i].endsWith('0') ? label : 1));
    const share = (condition: string): number => {
      const chosen = [...labels].filter((_, i) => rows.conditions[i] === condition);
      return chosen.filter((label) => label === 1).length / chosen.length;
    };
    const [balanced] = majorityBaseline(planProbes({ ...rows, labels }, foldOf, 1));
    expect(values(balanced.accuracy).counter).toBeCloseTo(share('counter'), 12);
  });
});

describe('readConsistentOnly', () => {
  it('reads the counter interval against .5', () => {
    expect(readConsistentOnly({ interval: [0.02, 0.2] })).toBe('height reading');
    expect(readConsistentOnly({ interval: [0.4, 0.55] })).toBe('undetermined');
    expect(readConsistentOnly({ interval: [0.6, 0.9] })).toBe('not height alone');
    expect(readConsistentOnly({ interval: null })).toBeNull();
  });
});
