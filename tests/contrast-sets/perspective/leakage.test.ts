// @module-tag slow
import { beforeAll, describe, expect, it } from 'vitest';
import { AXES, type Axis } from '../../../core/artifacts/contrast-set.ts';
import { leakage, type LeakageRow } from '../../../contrast-sets/checks/leakage.ts';
import { poleOf } from '../../../contrast-sets/perspective/design.ts';
import { nuisanceOf } from '../../../contrast-sets/perspective/nuisance.ts';
import { perspectiveParameters } from '../../../contrast-sets/perspective/parameters.ts';
import { planScene, planScenes, type ScenePlan } from '../../../contrast-sets/perspective/plan.ts';
import { subjectOf } from '../../../contrast-sets/questions.ts';

const parameters = perspectiveParameters({ scenes: { consistent: 1100, counter: 1100, ambiguous: 0 } });
let plans: ScenePlan[];
let factors: Record<Axis, string[]>;

beforeAll(() => {
  plans = planScenes(0, parameters).map((spec) => planScene(spec, 0, parameters));
  factors = Object.fromEntries(AXES.map((axis) => [axis, Object.keys(nuisanceOf(plans[0], axis))])) as Record<
    Axis,
    string[]
  >;
});

function rows(axis: Axis, scenes: readonly ScenePlan[] = plans): LeakageRow[] {
  return scenes.map((plan) => ({
    group: plan.id,
    label: poleOf(plan.assignment, axis) === plan.named[axis][subjectOf(axis)] ? 1 : 0,
    factors: nuisanceOf(plan, axis),
  }));
}

describe('nuisance factors over 2,200 scenes', () => {
  it('name both objects’ looks, sizes, supports and places, but not the place that the question asks about', () => {
    for (const axis of AXES) {
      for (const name of ['colour', 'shape', 'size', 'yaw', 'support'])
        expect(factors[axis]).toEqual(expect.arrayContaining([`first_${name}`, `second_${name}`]));
      expect(factors[axis].includes('first_x')).toBe(axis !== 'horizontal');
      expect(factors[axis].includes('second_y')).toBe(axis !== 'vertical');
    }
  });

  for (const axis of AXES) {
    it(`do not predict the ${axis} answer jointly: 95 % upper bound ≤ .55`, () => {
      const { interval, groups } = leakage(rows(axis), { factors: factors[axis] });
      expect(groups).toBeGreaterThanOrEqual(2000);
      expect(interval![1]).toBeLessThanOrEqual(0.55);
    });
  }
});

describe('the joint classifier finds planted leaks', () => {
  it('an exclusive-or of two factors, neither of which tells anything alone', () => {
    const planted = rows('distance').map((row) => ({
      ...row,
      label:
        Number(row.factors.first_y) > 0.3 !== (row.factors.second_support === 'cord') ? (1 as const) : (0 as const),
    }));
    expect(leakage(planted, { factors: factors.distance }).interval![0]).toBeGreaterThan(0.9);
  });

  it('an exclusive-or that holds in 70 % of the scenes only', () => {
    const planted = rows('distance').map((row, i) => {
      const xor =
        (row.factors.first_shape === 'box' || row.factors.first_shape === 'cone') !==
        Number(row.factors.light_azimuth) > 180;
      return { ...row, label: (i % 10 < 7 ? xor : !xor) ? (1 as const) : (0 as const) };
    });
    expect(leakage(planted, { factors: factors.distance }).interval![0]).toBeGreaterThan(0.55);
  });

  it('height in the picture, once only consistent scenes are looked at', () => {
    const consistent = plans.filter(({ condition }) => condition === 'consistent');
    expect(leakage(rows('distance', consistent), { factors: factors.distance }).interval![0]).toBeGreaterThan(0.9);
  });

  it('and refuses to judge a handful of scenes', () => {
    expect(() => leakage(rows('distance').slice(0, 8), { factors: factors.distance })).toThrow(/8 scenes/);
  });
});
