/**
 * Analytic intersection of rays with solids. Rays and hits live in mutable records: passing a dozen numbers to a
 * function that isn't inlined would allocate a dozen objects, a few hundred thousand times a picture.
 */
import type { Solid } from '../scene/solids.ts';

export interface Ray {
  ox: number;
  oy: number;
  oz: number;
  dx: number;
  dy: number;
  dz: number;
  /** Only intersections beyond this parameter count. */
  nearest: number;
}

/**
 * The last intersection: ray parameter (in units of the direction, which need not be of unit length), face and normal.
 * Faces: 0 curved side, 1–2 caps, 1–6 sides of a box. A change of face inside one solid is an edge of the picture.
 */
export const hit = { t: 0, face: 0, nx: 0, ny: 0, nz: 0 };

/** True if `ray` meets `s`; then `hit.t` and `hit.face` say where. */
export function intersect(s: Solid, ray: Ray): boolean {
  switch (s.shape) {
    case 'sphere':
      return sphere(s, ray);
    case 'box':
      return box(s, ray);
    case 'cylinder':
      return round(s, ray, 0);
    case 'cone':
      return round(s, ray, s.rx / (2 * s.ry));
  }
}

function sphere(s: Solid, ray: Ray): boolean {
  const { dx, dy, dz, nearest } = ray;
  const px = ray.ox - s.x;
  const py = ray.oy - s.y;
  const pz = ray.oz - s.z;
  const a = dx * dx + dy * dy + dz * dz;
  const b = px * dx + py * dy + pz * dz;
  const root = b * b - a * (px * px + py * py + pz * pz - s.rx * s.rx);
  if (root < 0) return false;
  const q = Math.sqrt(root);
  hit.t = (-b - q) / a;
  if (hit.t <= nearest) hit.t = (-b + q) / a;
  hit.face = 0;
  return hit.t > nearest;
}

/** 1/d, finite for the d = 0 of a ray along a face. */
const inverse = (d: number): number => (Math.abs(d) > 1e-12 ? 1 / d : 1e12);

function box(s: Solid, ray: Ray): boolean {
  const wx = ray.ox - s.x;
  const wz = ray.oz - s.z;
  const px = wx * s.cos - wz * s.sin;
  const py = ray.oy - s.y;
  const pz = wx * s.sin + wz * s.cos;
  const tx = inverse(ray.dx * s.cos - ray.dz * s.sin);
  const ty = inverse(ray.dy);
  const tz = inverse(ray.dx * s.sin + ray.dz * s.cos);
  // Parameters at the middle of each slab, and half the time spent in it.
  const mx = -px * tx;
  const my = -py * ty;
  const mz = -pz * tz;
  const hx = s.rx * Math.abs(tx);
  const hy = s.ry * Math.abs(ty);
  const hz = s.rz * Math.abs(tz);
  let enter = mx - hx;
  let face = tx > 0 ? 1 : 2;
  if (my - hy > enter) {
    enter = my - hy;
    face = ty > 0 ? 3 : 4;
  }
  if (mz - hz > enter) {
    enter = mz - hz;
    face = tz > 0 ? 5 : 6;
  }
  const leave = Math.min(mx + hx, my + hy, mz + hz);
  if (enter > leave || leave <= ray.nearest) return false;
  hit.face = face;
  hit.t = enter > ray.nearest ? enter : leave;
  return true;
}

/** Cylinder (taper 0) and cone (radius = taper · distance below the apex), with their caps. */
function round(s: Solid, ray: Ray, taper: number): boolean {
  const { dx, dy, dz, nearest } = ray;
  const px = ray.ox - s.x;
  const py = ray.oy - s.y;
  const pz = ray.oz - s.z;
  const below = s.ry - py;
  const kk = taper * taper;
  const a = dx * dx + dz * dz - kk * dy * dy;
  const b = px * dx + pz * dz + kk * below * dy;
  const c = px * px + pz * pz - (taper === 0 ? s.rx * s.rx : kk * below * below);
  const root = b * b - a * c;
  // A ray that misses the infinite side also misses the caps, which lie inside it.
  if (root < 0) return false;
  let best = Infinity;
  if (Math.abs(a) > 1e-12) {
    const q = Math.sqrt(root);
    const first = (-b - q) / a;
    const firstY = py + first * dy;
    if (first > nearest && firstY >= -s.ry && firstY <= s.ry) best = first;
    const second = (-b + q) / a;
    const secondY = py + second * dy;
    if (second > nearest && second < best && secondY >= -s.ry && secondY <= s.ry) best = second;
  }
  hit.face = 0;
  if (Math.abs(dy) > 1e-12) {
    const bottom = (-s.ry - py) / dy;
    const bx = px + bottom * dx;
    const bz = pz + bottom * dz;
    if (bottom > nearest && bottom < best && bx * bx + bz * bz <= s.rx * s.rx) {
      best = bottom;
      hit.face = 2;
    }
    if (taper === 0) {
      const top = (s.ry - py) / dy;
      const tx = px + top * dx;
      const tz = pz + top * dz;
      if (top > nearest && top < best && tx * tx + tz * tz <= s.rx * s.rx) {
        best = top;
        hit.face = 1;
      }
    }
  }
  hit.t = best;
  return best < Infinity;
}

/** Unit normal of `s` at a surface point on `face`; into `hit.nx/ny/nz`. */
export function normalAt(s: Solid, face: number, x: number, y: number, z: number): void {
  let nx = x - s.x;
  let ny = y - s.y;
  let nz = z - s.z;
  switch (s.shape) {
    case 'sphere':
      break;
    case 'box': {
      const lx = face === 1 ? -1 : face === 2 ? 1 : 0;
      const lz = face === 5 ? -1 : face === 6 ? 1 : 0;
      ny = face === 3 ? -1 : face === 4 ? 1 : 0;
      nx = lx * s.cos + lz * s.sin;
      nz = -lx * s.sin + lz * s.cos;
      break;
    }
    case 'cylinder':
    case 'cone':
      if (face !== 0) {
        nx = nz = 0;
        ny = face === 1 ? 1 : -1;
      } else if (s.shape === 'cone') {
        const k = s.rx / (2 * s.ry);
        ny = k * k * (s.ry - ny);
      } else ny = 0;
      break;
  }
  const length = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
  hit.nx = nx * length;
  hit.ny = ny * length;
  hit.nz = nz * length;
}
