import { expect, it } from 'vitest';
import { AXES, spatialPairs } from '../../../core/artifacts/contrast-set.ts';
import { generatePerspectiveSet } from '../../../contrast-sets/index.ts';
import { perspectiveParameters } from '../../../contrast-sets/perspective/parameters.ts';
import { planScenes } from '../../../contrast-sets/perspective/plan.ts';
import { poleOf } from '../../../contrast-sets/perspective/design.ts';
import { temporaryFolder } from '../../extractors/support.ts';

const COUNTS = { consistent: 24, counter: 24, ambiguous: 0 };

it('crossed sizes agree with depth in half of the scenes, whatever height and answers are', () => {
  const parameters = perspectiveParameters({
    scenes: { consistent: 400, counter: 400, ambiguous: 0 },
    options: { apparentSize: 'crossed' },
  });
  const specs = planScenes(3, parameters);
  const agreeing = (of: typeof specs): number => of.filter(({ sizeAgrees }) => sizeAgrees).length / of.length;
  for (const condition of ['consistent', 'counter'] as const)
    expect(agreeing(specs.filter((spec) => spec.condition === condition))).toBeCloseTo(0.5, 2);
  for (const axis of AXES)
    for (const pole of [0, 1])
      expect(
        Math.abs(agreeing(specs.filter(({ assignment }) => poleOf(assignment, axis) === pole)) - 0.5),
      ).toBeLessThan(0.05);
  const natural = planScenes(3, perspectiveParameters({ scenes: parameters.scenes }));
  expect(natural.every(({ sizeAgrees }) => sizeAgrees)).toBe(true);
});

it('the pictures show it: boxes give each condition of size to half of the scenes, and only one of them by default', async () => {
  const directory = await temporaryFolder();
  const conditionsOf = async (apparentSize: 'natural' | 'crossed'): Promise<Record<string, number>> => {
    const set = await generatePerspectiveSet({
      directory: `${directory}/${apparentSize}`,
      seed: 4,
      scenes: COUNTS,
      options: { apparentSize },
    });
    expect(spatialPairs(set.pairs, 'size').length).toBe(spatialPairs(set.pairs, 'height').length);
    return { ...set.header.counts.conditions.size };
  };
  expect(await conditionsOf('natural')).toEqual({ consistent: 48 });
  expect(await conditionsOf('crossed')).toEqual({ consistent: 24, counter: 24 });
});
