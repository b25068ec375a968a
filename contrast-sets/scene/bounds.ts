/** Exact bounding rectangles of projected solids. */
import type { CameraFrame } from './camera.ts';
import { solidFromStand } from './view.ts';
import type { Solid } from './solids.ts';

/** In heights of the picture. */
export interface Rect {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const NEAREST = 0.05;

/** Bounds being gathered, as tangents: u to the right and v upward of the optical axis. */
const gathered = { u0: 0, u1: 0, v0: 0, v1: 0 };

function add(u: number, v: number): void {
  if (u < gathered.u0) gathered.u0 = u;
  if (u > gathered.u1) gathered.u1 = u;
  if (v < gathered.v0) gathered.v0 = v;
  if (v > gathered.v1) gathered.v1 = v;
}

/**
 * The rectangle that a solid's outline fills. Spheres, circles and corners are projected in closed form, so this is
 * exact for bodies; a cylinder that reaches behind the camera plane is cut 5 cm before it, and `undefined` means that
 * nothing is left.
 */
export function boundsOf(frame: CameraFrame, inWorld: Solid): Rect | undefined {
  const solid = solidFromStand(frame, inWorld);
  gathered.u0 = gathered.v0 = Infinity;
  gathered.u1 = gathered.v1 = -Infinity;
  switch (solid.shape) {
    case 'sphere':
      if (!addSphere(frame, solid)) return undefined;
      break;
    case 'box':
      if (!addBox(frame, solid)) return undefined;
      break;
    case 'cylinder':
    case 'cone':
      if (!addRound(frame, solid)) return undefined;
      break;
  }
  const { u0, u1, v0, v1 } = gathered;
  const { focal, aspect } = frame;
  return {
    left: aspect / 2 + focal * u0,
    right: aspect / 2 + focal * u1,
    top: 0.5 - focal * v1,
    bottom: 0.5 - focal * v0,
  };
}

/** The rectangle that several solids fill together, or `undefined` where one can't be seen whole. */
export function outlineOf(frame: CameraFrame, solids: readonly Solid[]): Rect | undefined {
  let all: Rect | undefined;
  for (const one of solids) {
    const rect = boundsOf(frame, one);
    if (rect === undefined) return undefined;
    all =
      all === undefined
        ? rect
        : {
            left: Math.min(all.left, rect.left),
            right: Math.max(all.right, rect.right),
            top: Math.min(all.top, rect.top),
            bottom: Math.max(all.bottom, rect.bottom),
          };
  }
  return all;
}

/** Tangents from the eye: extremes k of (x − kz)² = r²(1 + k²). */
function addSphere({ height, sin, cos }: CameraFrame, solid: Solid): boolean {
  const r = solid.rx;
  const x = solid.x;
  const y = (solid.y - height) * cos + solid.z * sin;
  const z = solid.z * cos - (solid.y - height) * sin;
  if (z <= r + NEAREST) return false;
  const lead = z * z - r * r;
  const rootX = r * Math.sqrt(x * x + lead);
  const rootY = r * Math.sqrt(y * y + lead);
  add((x * z - rootX) / lead, (y * z - rootY) / lead);
  add((x * z + rootX) / lead, (y * z + rootY) / lead);
  return true;
}

function addBox({ height, sin, cos }: CameraFrame, solid: Solid): boolean {
  for (let corner = 0; corner < 8; corner++) {
    const bx = corner & 1 ? solid.rx : -solid.rx;
    const bz = corner & 4 ? solid.rz : -solid.rz;
    const x = solid.x + bx * solid.cos + bz * solid.sin;
    const y = solid.y + (corner & 2 ? solid.ry : -solid.ry) - height;
    const z = solid.z - bx * solid.sin + bz * solid.cos;
    const depth = z * cos - y * sin;
    if (depth <= NEAREST) return false;
    add(x / depth, (y * cos + z * sin) / depth);
  }
  return true;
}

function addRound(frame: CameraFrame, solid: Solid): boolean {
  const { height, sin, cos } = frame;
  const low = solid.y - solid.ry;
  const farthest = solid.z * cos - (low - height) * sin;
  if (farthest <= NEAREST + solid.rx) return false;
  addCircle(frame, solid, low);
  if (solid.shape === 'cone') {
    const y = solid.y + solid.ry - height;
    const depth = solid.z * cos - y * sin;
    if (depth <= NEAREST) return false;
    add(solid.x / depth, (y * cos + solid.z * sin) / depth);
  } else {
    // Depth falls with height when the camera looks down: stop before the camera plane.
    const reach = sin > 0 ? (farthest - NEAREST - solid.rx) / sin : Infinity;
    addCircle(frame, solid, Math.min(solid.y + solid.ry, low + reach));
  }
  return true;
}

/** Extremes of (x + r·cosθ)/(z + r·cos·sinθ) are the double roots k of (x − kz)² = r²(1 + k²·cos²). */
function addCircle({ height, sin, cos }: CameraFrame, solid: Solid, level: number): void {
  const r = solid.rx;
  const x = solid.x;
  const y = (level - height) * cos + solid.z * sin;
  const z = solid.z * cos - (level - height) * sin;
  const lead = z * z - r * r * cos * cos;
  const root = Math.sqrt(Math.max(0, x * x * z * z - lead * (x * x - r * r)));
  add((x * z - root) / lead, (y - r * sin) / (z - r * cos));
  add((x * z + root) / lead, (y + r * sin) / (z + r * cos));
}

/** Area of the overlap of two rectangles. */
export function overlapArea(a: Rect, b: Rect): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}
