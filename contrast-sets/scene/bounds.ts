/** Exact bounding rectangles of projected solids. */
import type { CameraFrame } from './camera.ts';
import type { Solid } from './solids.ts';

/** In heights of the picture. */
export interface Rect {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const NEAREST = 0.05;

/**
 * The rectangle that a solid's outline fills. Spheres, circles and corners are projected in closed form, so this is exact for bodies;
 * a solid that reaches behind the camera (only cords and stands can) is clipped at 5 cm, and `undefined` means all of it is behind.
 */
export function boundsOf(frame: CameraFrame, solid: Solid): Rect | undefined {
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  const addU = (value: number): void => {
    if (value < left) left = value;
    if (value > right) right = value;
  };
  const addV = (value: number): void => {
    if (value < top) top = value;
    if (value > bottom) bottom = value;
  };
  const { sin, cos } = frame;
  const camera = (x: number, y: number, z: number): [number, number, number] => [x, (y - frame.height) * cos + z * sin, z * cos - (y - frame.height) * sin];

  /** Extremes of (a + r·cosθ)/(d + r·q·sinθ) are the double roots of (a − kd)² = r²(1 + k²q²). */
  const circle = (y: number, r: number): void => {
    const [a, e, d0] = camera(solid.x, y, solid.z);
    const d = Math.max(d0, NEAREST + r);
    const qq = r * r * cos * cos;
    const lead = d * d - qq;
    const root = Math.sqrt(Math.max(0, a * a * d * d - lead * (a * a - r * r)));
    addU((a * d - root) / lead);
    addU((a * d + root) / lead);
    addV((e - r * sin) / (d - r * cos));
    addV((e + r * sin) / (d + r * cos));
  };

  switch (solid.shape) {
    case 'sphere': {
      const [x, y, z] = camera(solid.x, solid.y, solid.z);
      if (z <= solid.rx) return undefined;
      const r = solid.rx;
      const lead = z * z - r * r;
      const rootU = r * Math.sqrt(x * x + lead);
      const rootV = r * Math.sqrt(y * y + lead);
      addU((x * z - rootU) / lead);
      addU((x * z + rootU) / lead);
      addV((y * z - rootV) / lead);
      addV((y * z + rootV) / lead);
      break;
    }
    case 'box':
      for (let corner = 0; corner < 8; corner++) {
        const bx = corner & 1 ? solid.rx : -solid.rx;
        const by = corner & 2 ? solid.ry : -solid.ry;
        const bz = corner & 4 ? solid.rz : -solid.rz;
        const [x, y, z] = camera(solid.x + bx * solid.cos + bz * solid.sin, solid.y + by, solid.z - bx * solid.sin + bz * solid.cos);
        if (z <= NEAREST) return undefined;
        addU(x / z);
        addV(y / z);
      }
      break;
    case 'cylinder':
    case 'cone': {
      const low = solid.y - solid.ry;
      let high = solid.y + solid.ry;
      // Depth falls with height: stop where the camera plane is near.
      const [, , farthest] = camera(solid.x, low, solid.z);
      if (farthest <= NEAREST + solid.rx) return undefined;
      if (sin > 0) high = Math.min(high, low + (farthest - NEAREST - solid.rx) / sin);
      circle(low, solid.rx);
      if (solid.shape === 'cylinder') circle(high, solid.rx);
      else {
        const [x, y, z] = camera(solid.x, high, solid.z);
        addU(x / z);
        addV(y / z);
      }
      break;
    }
  }
  const { focal, aspect } = frame;
  return { left: aspect / 2 + focal * left, right: aspect / 2 + focal * right, top: 0.5 - focal * bottom, bottom: 0.5 - focal * top };
}

/** Area of the overlap of two rectangles. */
export function overlapArea(a: Rect, b: Rect): number {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
  return width > 0 && height > 0 ? width * height : 0;
}
