/**
 * The scene of an occlusion series. The target stands on one side, another object in the middle, and an upright panel
 * before the target: it slides from beside the target to the camera–target ray. A second panel does the same on the
 * empty side, so that it can't be told what hides where. The sun is behind the camera: shadows fall behind the panels.
 */
import { Random } from '../../core/random.ts';
import type { ColourName } from '../scene/colours.ts';
import { SHAPES, type GroundKind, type ObjectSpec, type Scene } from '../scene/model.ts';
import { sampleGround, sampleLight, sampleSky } from '../scene/sample.ts';
import { halfHeight } from '../scene/solids.ts';
import { TARGET_COLOURS, type OcclusionSpec } from './plan.ts';

/** Objects of the scene by index. */
export const TARGET = 0;
export const OTHER = 1;
export const PANEL = 2;
export const DECOY = 3;

export interface OcclusionDesign {
  readonly spec: OcclusionSpec;
  /** With both panels on the rays: nothing of the target can be seen. */
  readonly covered: Scene;
  /** How far the panels must slide outward to uncover the target, metres; a safe upper bound. */
  readonly beside: number;
}

/** One draw; the worker asks for further ones (`attempt`) where the covered picture still gives the target away. */
export function designOcclusion(
  spec: OcclusionSpec,
  seed: number,
  attempt: number,
  grounds: readonly GroundKind[],
): OcclusionDesign {
  const random = new Random(seed, 'occlusion-scene', spec.index, attempt);
  const camera = { height: random.uniform(1.45, 1.6), pitch: random.uniform(7, 10), fov: random.uniform(50, 55) };
  const side = spec.left ? -1 : 1;
  const depth = random.uniform(4.7, 5.4);
  const size = random.uniform(0.5, 0.62);
  const target: ObjectSpec = {
    colour: spec.colour,
    shape: spec.shape,
    size,
    yaw: random.uniform(0, 360),
    support: 'stand',
    position: [side * random.uniform(1.2, 1.34), random.uniform(0.8, 0.95), depth],
  };
  // The other object differs from the target in colour and shape: "the sphere" and "the red object" mean one thing.
  const body = { shape: random.pick(SHAPES.filter((shape) => shape !== spec.shape)), size: random.uniform(0.48, 0.6) };
  const other: ObjectSpec = {
    ...body,
    colour: random.pick<ColourName>(TARGET_COLOURS.filter((colour) => colour !== spec.colour)),
    yaw: random.uniform(0, 360),
    support: 'ground',
    position: [random.uniform(-0.1, 0.1), halfHeight(body), random.uniform(4.6, 5.6)],
  };
  const before = (depth - random.uniform(0.62, 0.75)) / depth;
  const width = random.uniform(1.28, 1.4);
  // A box of size 1 is .79 m wide.
  const panel = (at: number): ObjectSpec => {
    const shape = { shape: 'box', size: 1, stretch: [width / 0.79, 1.5 / 0.79, 0.06 / 0.79] } as const;
    return {
      ...shape,
      colour: 'white',
      yaw: 0,
      support: 'ground',
      position: [at * before * Math.abs(target.position[0]), halfHeight(shape), depth * before],
    };
  };
  return {
    spec,
    covered: {
      camera,
      light: { ...sampleLight(random), azimuth: random.uniform(165, 195), elevation: random.uniform(50, 62) },
      sky: sampleSky(random),
      ground: sampleGround(random, grounds),
      objects: [target, other, panel(side), panel(-side)],
      noise: random.uniform(0.6, 1.6),
      noiseSeed: random.uint32(),
    },
    beside: width / 2 + size,
  };
}

/** The scene with both panels moved outward by `slide` metres. */
export function slid({ spec, covered }: OcclusionDesign, slide: number): Scene {
  const outward = spec.left ? -slide : slide;
  return {
    ...covered,
    objects: covered.objects.map((object, index) =>
      index < PANEL ? object : moved(object, index === PANEL ? outward : -outward),
    ),
  };
}

const moved = (object: ObjectSpec, by: number): ObjectSpec => ({
  ...object,
  position: [object.position[0] + by, object.position[1], object.position[2]],
});
