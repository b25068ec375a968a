/**
 * Which point of one picture of a scene is where in another, exactly, from the rendered depth and the scene itself
 * (methods §4). A point is visible in picture b if both the depth map's rule (|D_projected − D_map| < .05 · min depth)
 * and a ray to it say so, and a no-match point if neither does. The few on which they disagree (thin gaps behind an
 * edge, outlines within a pixel) are left out, and so is a border of four pixels of both pictures.
 */
import type { Correspondences } from '../../core/artifacts/correspondences.ts';
import { frameOf, project, toWorld, unproject, type CameraFrame } from '../scene/camera.ts';
import type { Scene, Vector } from '../scene/model.ts';
import { GROUND_ID, SKY_ID, solidsOf, type Solid } from '../scene/solids.ts';
import { hit, intersect, type Ray } from './intersect.ts';
import type { Picture } from './render.ts';

/** Pixels along the edges that count as neither visible nor hidden. */
export const BORDER = 4;
/** Largest relative difference of a visible point's depth and the depth map. */
export const DEPTH_TOLERANCE = 0.05;
/** Share of the way to a point that must be free: the rest is rounding. */
const FREE = 1 - 1e-4;

/** A picture with the scene that it shows. */
export interface View {
  readonly scene: Scene;
  readonly picture: Pick<Picture, 'width' | 'height' | 'depth' | 'ids'>;
}

export interface CorrespondenceOptions {
  /** Every how many-th row and column of picture a gives a point. */
  readonly stride: number;
  /** The same, for pixels that show an object. */
  readonly objectStride: number;
  /** Angle between the viewpoints, degrees. */
  readonly viewpoint: number;
  /** Pixels along the edges that are left out; defaults to *4*. */
  readonly border?: number;
}

const ray: Ray = { ox: 0, oy: 0, oz: 0, dx: 0, dy: 0, dz: 0, nearest: 1e-6 };

/**
 * True if nothing stands between the camera of `frame` and a world point; the ground never does, since both lie above
 * it.
 */
export function isSeen(frame: CameraFrame, solids: readonly Solid[], [x, y, z]: Vector): boolean {
  [ray.ox, ray.oy, ray.oz] = toWorld(frame, [0, frame.height, 0]);
  ray.dx = x - ray.ox;
  ray.dy = y - ray.oy;
  ray.dz = z - ray.oz;
  return !solids.some((solid) => intersect(solid, ray) && hit.t < FREE);
}

/**
 * Points of picture a, row by row, with where they are in picture b. The scenes may differ in their hidden objects:
 * what isn't there in b has no match.
 */
export function correspondencesBetween(
  a: View,
  b: View,
  { stride, objectStride, viewpoint, border = BORDER }: CorrespondenceOptions,
): Correspondences {
  const { width, height } = a.picture;
  const frameA = frameOf(a.scene.camera, width / height);
  const frameB = frameOf(b.scene.camera, b.picture.width / b.picture.height);
  const solids = solidsOf(b.scene);
  const present = new Set([GROUND_ID, ...solids.map(({ id }) => id)]);
  const points: number[] = [];
  const visible: number[] = [];
  const depth: number[] = [];
  const object: number[] = [];
  let seen = 0;
  for (let y = border; y < height - border; y++) {
    for (let x = border; x < width - border; x++) {
      const at = y * width + x;
      const id = a.picture.ids[at];
      const every = id === GROUND_ID ? stride : objectStride;
      if (id === SKY_ID || x % every !== every >> 1 || y % every !== every >> 1) continue;
      const world = unproject(frameA, (x + 0.5) / height, (y + 0.5) / height, a.picture.depth[at]);
      const target = project(frameB, world);
      const [xb, yb] = target.depth > 0 ? [target.u * b.picture.height, target.v * b.picture.height] : [NaN, NaN];
      const verdict = present.has(id)
        ? seenIn(b, frameB, solids, world, { x: xb, y: yb, depth: target.depth, border })
        : false;
      if (verdict === undefined) continue;
      points.push(x + 0.5, y + 0.5, xb, yb);
      visible.push(verdict ? 1 : 0);
      depth.push(a.picture.depth[at], target.depth);
      object.push(id);
      if (verdict) seen++;
    }
  }
  const size = ({ picture }: View): { width: number; height: number } => ({
    width: picture.width,
    height: picture.height,
  });
  return {
    points: Float32Array.from(points),
    visible: Uint8Array.from(visible),
    depth: Float32Array.from(depth),
    object: Int32Array.from(object),
    pictures: [size(a), size(b)],
    viewpoint,
    overlap: visible.length === 0 ? 0 : seen / visible.length,
  };
}

/** Whether a point is visible in b, or undefined where that isn't clear. */
function seenIn(
  { picture }: View,
  frame: CameraFrame,
  solids: readonly Solid[],
  world: Vector,
  at: { x: number; y: number; depth: number; border: number },
): boolean | undefined {
  const { x, y, depth: projected, border } = at;
  const { width, height } = picture;
  if (!(x >= 0 && x < width && y >= 0 && y < height)) return false;
  if (x < border || x >= width - border || y < border || y >= height - border) return undefined;
  const map = picture.depth[Math.floor(y) * width + Math.floor(x)];
  const agrees = Math.abs(projected - map) < DEPTH_TOLERANCE * Math.min(projected, map);
  return isSeen(frame, solids, world) === agrees ? agrees : undefined;
}
