/** Scenes shared by the tests of this room. */
import { Random } from '../../core/random.ts';
import type { Scene } from '../../contrast-sets/scene/model.ts';
import { ASSIGNMENTS, sceneOf, type Design } from '../../contrast-sets/perspective/design.ts';
import { PERSPECTIVE_DEFAULTS } from '../../contrast-sets/perspective/parameters.ts';
import { sampleDesign } from '../../contrast-sets/perspective/sample.ts';

/** Level camera 1.5 m above the ground; add what you need. */
export const BARE: Scene = {
  camera: { height: 1.5, pitch: 0, fov: 50 },
  light: { azimuth: 150, elevation: 50, sun: 1, ambient: 0.5 },
  sky: { zenith: [0.2, 0.3, 0.6], horizon: [0.7, 0.7, 0.7], clouds: 0.3, haze: 40 },
  ground: { kind: 'tiles', rotation: 20, offset: [0, 0], scale: 1, tint: 1 },
  objects: [],
  noise: 0,
  noiseSeed: 0,
};

export function design(index: number, condition: 'consistent' | 'ambiguous' = 'consistent'): Design {
  return sampleDesign(new Random(99, 'test-design', condition, index), { condition }, PERSPECTIVE_DEFAULTS, 1);
}

/** A varied scene of the perspective generator. */
export function sampleScene(index: number): Scene {
  return sceneOf(design(index), ASSIGNMENTS[index % 8], 1);
}
