import { describe, expect, it } from 'vitest';
import {
  trainingScene,
  type TrainingOptions,
  type TrainingScene,
} from '../../../contrast-sets/perspective/training.ts';
import { planScene, planScenes } from '../../../contrast-sets/perspective/plan.ts';
import { perspectiveParameters } from '../../../contrast-sets/perspective/parameters.ts';

const plain: TrainingOptions = { seed: 1, size: 48, consistent: 0.5, ambiguous: 0, sizeAgrees: 1 };
const scenes = (options: TrainingOptions, n = 60): TrainingScene[] =>
  Array.from({ length: n }, (_, i) => trainingScene(options, i).meta);
const share = (values: readonly boolean[]): number => values.filter(Boolean).length / values.length;

describe('training scenes', () => {
  it('are the same for a seed and number, whatever was asked before', () => {
    const a = trainingScene(plain, 7);
    trainingScene({ ...plain, seed: 2 }, 3);
    const b = trainingScene(plain, 7);
    expect(b.meta).toEqual(a.meta);
    expect(b.picture.rgb).toEqual(a.picture.rgb);
    expect(trainingScene({ ...plain, seed: 2 }, 7).meta).not.toEqual(a.meta);
  });

  it('describe the targets truly', () => {
    for (const {
      objects: [a, b],
      far,
      above,
      left,
    } of scenes(plain)) {
      expect(far).toBe(a.depth > b.depth ? 0 : 1);
      expect(above).toBe(a.cy < b.cy ? 0 : 1);
      expect(left).toBe(a.cx < b.cx ? 0 : 1);
    }
  });

  it('have the conditions asked for', () => {
    expect(
      scenes({ ...plain, consistent: 1 }).every(
        ({ condition, far, above }) => condition === 'consistent' && far === above,
      ),
    ).toBe(true);
    expect(
      scenes({ ...plain, consistent: 0 }).every(
        ({ condition, far, above }) => condition === 'counter' && far !== above,
      ),
    ).toBe(true);
    expect(
      scenes({ ...plain, ambiguous: 1 }).every(
        ({ condition, objects: [a, b] }) => condition === 'ambiguous' && Math.abs(a.cy - b.cy) < 0.08,
      ),
    ).toBe(true);
    // Binomial with n = 60: standard deviation .065.
    expect(Math.abs(share(scenes(plain).map(({ condition }) => condition === 'consistent')) - 0.5)).toBeLessThan(0.25);
  });

  it('plant apparent size and colour as cues, at the asked strength', () => {
    const reversed = scenes({ ...plain, sizeAgrees: 0 });
    expect(
      reversed.every(
        ({ objects, far }) => objects[far].size / objects[far].depth > objects[1 - far].size / objects[1 - far].depth,
      ),
    ).toBe(true);
    // What is seen also depends on shape and occlusion.
    expect(
      share(reversed.map(({ objects, far }) => objects[far].apparent > objects[1 - far].apparent)),
    ).toBeGreaterThan(0.95);
    expect(
      share(scenes(plain).map(({ objects, far }) => objects[far].apparent < objects[1 - far].apparent)),
    ).toBeGreaterThan(0.95);
    const always = scenes({ ...plain, cueColour: { colour: 'red', far: 1 } });
    expect(
      always.every(
        ({ objects, far }) =>
          objects[far].colour === 'red' && objects.filter(({ colour }) => colour === 'red').length === 1,
      ),
    ).toBe(true);
    const never = scenes({ ...plain, cueColour: { colour: 'red', far: 0 } });
    expect(never.every(({ objects, far }) => objects[1 - far].colour === 'red')).toBe(true);
  });

  it('are not scenes of the contrast set of the same seed', () => {
    const parameters = perspectiveParameters({ scenes: { consistent: 20, counter: 20, ambiguous: 0 } });
    const depths = new Set(planScenes(1, parameters).flatMap((spec) => planScene(spec, 1, parameters).design.depths));
    expect(scenes(plain).every(({ objects }) => objects.every(({ depth }) => !depths.has(depth)))).toBe(true);
  });
});
