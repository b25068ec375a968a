/**
 * Two objects on the ground and a camera that looks at the middle between them. From the perpendicular bisector both
 * are equally far, so which is closer can't be told; moved sideways, on a circle around that middle, the camera has one
 * of them nearer (after SpatialUncertain).
 */
import { PlumblineError } from '../../../core/errors.ts';
import { exactCos, exactSin } from '../../../core/numerics/exact-math.ts';
import { Random } from '../../../core/random.ts';
import { balancedBits } from '../../balance.ts';
import { boundsOf, overlapArea } from '../../scene/bounds.ts';
import { frameOf, RADIANS } from '../../scene/camera.ts';
import type { ColourName } from '../../scene/colours.ts';
import { SHAPES, type Scene } from '../../scene/model.ts';
import { sampleGround, sampleLight, sampleSky } from '../../scene/sample.ts';
import { bodyOf, halfHeight } from '../../scene/solids.ts';
import type { AmbiguityParameters } from './parameters.ts';

export interface AmbiguitySpec {
  readonly id: string;
  readonly index: number;
  /** Whether the camera moves to the right: then the right object is the nearer one. */
  readonly right: boolean;
  /** Whether the object that the question asks about is the nearer one in the moved views. */
  readonly closer: boolean;
}

export function planAmbiguities(seed: number, scenes: number): AmbiguitySpec[] {
  return balancedBits(new Random(seed, 'ambiguity-balance'), scenes, 2).map(([closer, right], index) => ({
    id: `a${String(index).padStart(5, '0')}`,
    index,
    right: right === 1,
    closer: closer === 1,
  }));
}

const COLOURS = ['red', 'green', 'blue', 'yellow', 'purple', 'cyan'] as const satisfies readonly ColourName[];
const ATTEMPTS = 200;
const BORDER = 0.02;

/** A scene for every camera angle; valid from all of them and from their mirror images. */
export interface AmbiguityDesign {
  readonly spec: AmbiguitySpec;
  /** The scene seen from `angle` degrees to the right of the bisector. */
  view(angle: number): Scene;
}

export function designAmbiguity(
  spec: AmbiguitySpec,
  seed: number,
  { offsets, grounds }: Pick<AmbiguityParameters, 'offsets' | 'grounds'>,
): AmbiguityDesign {
  const random = new Random(seed, 'ambiguity-scene', spec.index);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const view = propose(random, grounds);
    if (offsets.flatMap((offset) => [offset, -offset]).every((angle) => isFair(view(angle)))) return { spec, view };
  }
  throw new PlumblineError('scene-sampling-failed', `no valid scene in ${ATTEMPTS} attempts`, {
    where: `ambiguity scene ${spec.index}`,
    hint: 'ask for smaller offsets',
  });
}

function propose(random: Random, grounds: AmbiguityParameters['grounds']): (angle: number) => Scene {
  const radius = random.uniform(4.6, 5.6);
  const half = random.uniform(0.95, 1.3);
  const camera = { height: random.uniform(1.3, 1.9), pitch: random.uniform(9, 14), fov: random.uniform(46, 54) };
  const colours = random.shuffle(COLOURS);
  const objects = [-1, 1].map((side, index) => {
    const body = { shape: random.pick(SHAPES), size: random.uniform(0.5, 0.8) };
    return {
      ...body,
      colour: colours[index],
      yaw: random.uniform(0, 360),
      support: 'ground' as const,
      position: [side * half, halfHeight(body), radius] as const,
    };
  });
  const base = {
    light: sampleLight(random),
    sky: sampleSky(random),
    ground: sampleGround(random, grounds),
    objects,
    noise: random.uniform(0.6, 1.6),
  };
  const noiseSeed = random.uint32();
  return (angle) => ({
    ...base,
    camera: {
      ...camera,
      yaw: -angle,
      position: [radius * exactSin(angle * RADIANS), radius * (1 - exactCos(angle * RADIANS))],
    },
    noiseSeed: (noiseSeed + Math.floor(angle * 1000)) >>> 0,
  });
}

/** Both whole in the picture, and neither before the other. */
function isFair({ camera, objects }: Scene): boolean {
  const frame = frameOf(camera, 1);
  const rects = objects.map((object, index) => boundsOf(frame, bodyOf(object, index)));
  if (
    !rects.every(
      (rect) =>
        rect !== undefined &&
        rect.left > BORDER &&
        rect.right < 1 - BORDER &&
        rect.top > BORDER &&
        rect.bottom < 1 - BORDER,
    )
  )
    return false;
  return overlapArea(rects[0]!, rects[1]!) === 0;
}
