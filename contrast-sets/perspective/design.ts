/**
 * The symmetric design of a perspective scene. Two targets share two horizontal places, two heights in the picture and
 * two depths; which target takes which is an *assignment*, one of eight. A design is accepted only if all eight make a
 * valid picture (validity.ts), so nothing about the design can tell which assignment was drawn. Exchanging one place of
 * an assignment is the image intervention on that axis.
 */
import type { ColourName } from '../scene/colours.ts';
import type {
  Camera,
  Category,
  Ground,
  Light,
  ObjectSpec,
  Pattern,
  Room,
  Scene,
  Shape,
  Sky,
  Support,
} from '../scene/model.ts';
import { frameOf, unproject, type CameraFrame } from '../scene/camera.ts';
import { outlineOf } from '../scene/bounds.ts';
import { halfHeight, partsOf } from '../scene/solids.ts';
import type { Axis } from '../../core/artifacts/contrast-set.ts';

interface Looks {
  readonly colour: ColourName;
  readonly shape: Shape;
  readonly category?: Category;
  readonly pattern?: Pattern;
}

/** What an object brings along wherever it is placed. */
export interface Target extends Looks {
  /** Metric size relative to the design's. */
  readonly relativeSize: number;
  readonly yaw: number;
  readonly support: Exclude<Support, 'ground'>;
}

/** A further object with a place of its own; on the ground, `v` follows from the depth. */
export interface Distractor extends Looks {
  readonly relativeSize: number;
  readonly yaw: number;
  readonly support: Support;
  readonly u: number;
  readonly v: number;
  readonly depth: number;
}

export interface Design {
  readonly camera: Camera;
  readonly light: Light;
  readonly sky: Sky;
  readonly ground: Ground;
  /** Absent in the open. */
  readonly room?: Room;
  readonly noise: number;
  readonly noiseSeed: number;
  /** Left and right column, upper and lower row of the boxes' centres, in heights of the picture. */
  readonly columns: readonly [number, number];
  readonly rows: readonly [number, number];
  /** Near and far, metres. */
  readonly depths: readonly [number, number];
  /** Metric size at relative size 1. */
  readonly size: number;
  /**
   * Thickness of stands and cords, and clearances, relative to the usual; absent where things are about as large as a
   * person's head and trunk.
   */
  readonly scale?: number;
  /** Metric size of the near and of the far target relative to `size`; `[1, 1]` lets apparent size agree with depth. */
  readonly sizeByDepth: readonly [number, number];
  readonly targets: readonly [Target, Target];
  readonly distractors: readonly Distractor[];
  /** Where the dial of complexity stood, 0–1; absent when it isn't used. */
  readonly complexity?: number;
}

/** Index of the target that is at the canonical pole of each axis. */
export interface Assignment {
  readonly left: 0 | 1;
  readonly above: 0 | 1;
  readonly far: 0 | 1;
}

const BITS = [0, 1] as const;
/** All eight assignments. */
export const ASSIGNMENTS: readonly Assignment[] = BITS.flatMap((left) =>
  BITS.flatMap((above) => BITS.map((far) => ({ left, above, far }))),
);

const PLACE = { horizontal: 'left', vertical: 'above', distance: 'far' } as const satisfies Record<
  Axis,
  keyof Assignment
>;

/** The target at the canonical pole of `axis`. */
export function poleOf(assignment: Assignment, axis: Axis): 0 | 1 {
  return assignment[PLACE[axis]];
}

/** The assignment in which the targets have traded their places on one axis. */
export function exchanged(assignment: Assignment, axis: Axis): Assignment {
  const place = PLACE[axis];
  return { ...assignment, [place]: assignment[place] === 0 ? 1 : 0 };
}

/** Column, row and depth of target `index`. */
export function slotOf(design: Design, assignment: Assignment, index: 0 | 1): { u: number; v: number; depth: number } {
  return {
    u: design.columns[assignment.left === index ? 0 : 1],
    v: design.rows[assignment.above === index ? 0 : 1],
    depth: design.depths[assignment.far === index ? 1 : 0],
  };
}

/**
 * Places an object so that the centre of its outline's bounding rectangle is at (u, v) and its own centre at `depth`.
 */
export function placed(
  frame: CameraFrame,
  object: Omit<ObjectSpec, 'position'>,
  u: number,
  v: number,
  depth: number,
): ObjectSpec {
  let aimU = u;
  let aimV = v;
  let spec: ObjectSpec = { ...object, position: unproject(frame, u, v, depth) };
  // The outline's centre is off the centre's projection by a pixel or two and nearly constant: three corrections leave
  // less than 1e-6.
  for (let i = 0; i < 3; i++) {
    const rect = outlineOf(frame, partsOf(spec, 0));
    if (!rect) break;
    aimU += u - (rect.left + rect.right) / 2;
    aimV += v - (rect.top + rect.bottom) / 2;
    spec = { ...object, position: unproject(frame, aimU, aimV, depth) };
  }
  return spec;
}

const looksOf = ({ colour, shape, category, pattern }: Looks): Looks => ({ colour, shape, category, pattern });
const fittings = ({ scale }: Design): Pick<ObjectSpec, 'fittings'> => (scale === undefined ? {} : { fittings: scale });

function distractorSpec(design: Design, frame: CameraFrame, d: Distractor): ObjectSpec {
  const object = {
    ...looksOf(d),
    size: design.size * d.relativeSize,
    yaw: d.yaw,
    support: d.support,
    ...fittings(design),
  };
  if (d.support !== 'ground') return placed(frame, object, d.u, d.v, d.depth);
  const y = halfHeight(object);
  // On the plane y = half height, camera-plane depth decides z.
  const z = (d.depth + (y - frame.height) * frame.sin) / frame.cos;
  return { ...object, position: [((d.u - frame.aspect / 2) / frame.focal) * d.depth, y, z] };
}

/** The scene of one assignment: objects 0 and 1 are the targets, then the distractors. */
export function sceneOf(design: Design, assignment: Assignment, aspect: number): Scene {
  const frame = frameOf(design.camera, aspect);
  const targets = BITS.map((index) => {
    const { relativeSize, yaw, support, ...looks } = design.targets[index];
    const { u, v, depth } = slotOf(design, assignment, index);
    const size = design.size * relativeSize * design.sizeByDepth[assignment.far === index ? 1 : 0];
    return placed(frame, { ...looksOf(looks), size, yaw, support, ...fittings(design) }, u, v, depth);
  });
  return {
    camera: design.camera,
    light: design.light,
    sky: design.sky,
    ground: design.ground,
    room: design.room,
    objects: [...targets, ...design.distractors.map((d) => distractorSpec(design, frame, d))],
    noise: design.noise,
    noiseSeed: design.noiseSeed,
  };
}
