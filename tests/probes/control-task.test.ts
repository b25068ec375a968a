import { describe, expect, it } from 'vitest';
import { balancedRows } from '../../probes/balanced.ts';
import {
  CONTROL_DRAWS,
  planControl,
  SCENES_PER_TYPE,
  selectivity,
  type ControlPlan,
} from '../../probes/control-task.ts';
import { nestedFolds, type NestedFolds } from '../../probes/cross-validate.ts';
import { foldsByScene } from '../../probes/folds.ts';
import { probeRows, type ProbeRows } from '../../probes/rows.ts';
import { syntheticSet } from './synthetic.ts';

function setup(
  counts: { consistent: number; counter: number; ambiguous?: number },
  colours?: string[],
): { rows: ProbeRows; foldOf: Int32Array; nested: NestedFolds } {
  const rows = probeRows(syntheticSet(counts, { colours }), 'distance');
  const foldOf = foldsByScene(rows.groups, rows.conditions, { seed: 1 });
  return { rows, foldOf, nested: nestedFolds(balancedRows(rows, foldOf, 1), foldOf, 5) };
}
function accepted(plan: ReturnType<typeof planControl>): ControlPlan {
  if ('refused' in plan) throw new Error(plan.refused);
  return plan;
}

describe('planControl', () => {
  const { rows, foldOf, nested } = setup({ consistent: 60, counter: 60, ambiguous: 20 });
  const plan = accepted(planControl(rows, foldOf, nested, 1));

  it('gives every question of an ordered word pair the same answer within a draw', () => {
    expect(plan.labels).toHaveLength(CONTROL_DRAWS);
    for (const labels of plan.labels) {
      const answer = new Map<string, number>();
      rows.types.forEach((type, i) => {
        expect(answer.get(type) ?? labels[i]).toBe(labels[i]);
        answer.set(type, labels[i]);
      });
    }
    // The pair's order counts: red|blue and blue|red are drawn apart.
    expect(
      plan.labels.some((labels) => labels[rows.types.indexOf('red|blue')] !== labels[rows.types.indexOf('blue|red')]),
    ).toBe(true);
  });

  it('draws answers near the empirical share, differently by draw, equally by seed', () => {
    const mean =
      plan.labels.flatMap((labels) => [...labels]).reduce((sum, v) => sum + v, 0) /
      (plan.labels.length * rows.items.length);
    // 10 draws × 20 types of a fair coin: SD .035; four of them.
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.14);
    expect(new Set(plan.labels.map((labels) => labels.join())).size).toBe(CONTROL_DRAWS);
    expect(accepted(planControl(rows, foldOf, nested, 1)).labels).toEqual(plan.labels);
    expect(accepted(planControl(rows, foldOf, nested, 2)).labels).not.toEqual(plan.labels);
  });

  it('scores only held-out rows of trained conditions whose type is in enough training scenes', () => {
    expect(plan.eligible.length).toBeGreaterThan(100);
    for (const i of plan.eligible) {
      expect(rows.conditions[i]).not.toBe('ambiguous');
      const scenes = new Set(
        nested.outer[foldOf[i]].filter((j) => rows.types[j] === rows.types[i]).map((j) => rows.groups[j]),
      );
      expect(scenes.size).toBeGreaterThanOrEqual(SCENES_PER_TYPE);
      expect(scenes.has(rows.groups[i])).toBe(false);
    }
  });

  it('is refused with a reason when word pairs are too rare, or not named', () => {
    const rare = setup(
      { consistent: 20, counter: 20 },
      Array.from({ length: 60 }, (_, i) => `colour${i}`),
    );
    expect(planControl(rare.rows, rare.foldOf, rare.nested, 1)).toEqual({
      refused: 'fold 1 of 5 holds 0 ordered word pairs that appear in ≥ 5 training scenes; at least 2 are needed',
    });
    expect(planControl({ ...rows, types: rows.types.map(() => '') }, foldOf, nested, 1)).toMatchObject({
      refused: expect.stringContaining('do not name two objects') as string,
    });
  });
});

describe('selectivity', () => {
  const { rows, foldOf, nested } = setup({ consistent: 60, counter: 60 });
  const plan = accepted(planControl(rows, foldOf, nested, 1));

  it('is task minus mean control accuracy on the same rows', () => {
    const ones = rows.items.map(() => 1);
    const draws = plan.labels.map((_, draw) => rows.items.map((_, i) => ((i + draw) % 2 === 0 ? 1 : 0)));
    const result = selectivity(rows, plan, { right: ones }, draws);
    expect(result.control.value).toBeCloseTo(0.5, 12);
    expect(result.selectivity.value).toBeCloseTo(0.5, 12);
    expect(result.selectivity).toMatchObject({
      n: plan.eligible.length,
      groups: new Set(plan.eligible.map((i) => rows.groups[i])).size,
    });
  });

  it('has an interval that widens with the spread between label draws', () => {
    const task = rows.items.map((_, i) => (i % 4 === 0 ? 0 : 1));
    const even = plan.labels.map(() => rows.items.map((_, i) => i % 2));
    const uneven = plan.labels.map((_, draw) => rows.items.map(() => draw % 2));
    const width = (draws: number[][]): number => {
      const { interval } = selectivity(rows, plan, { right: task }, draws).selectivity;
      return interval![1] - interval![0];
    };
    expect(width(uneven)).toBeGreaterThan(2 * width(even));
  });
});
