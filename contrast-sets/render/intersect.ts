/** Analytic intersection of a ray with a solid. Results go into module-level scratch, since this runs a few hundred thousand times a picture. */
import type { Solid } from '../scene/solids.ts';

/** Face of the last hit: 0 curved side (or the sphere), 1–2 caps, 1–6 sides of a box. A change of face inside one solid is an edge. */
export const hit = { face: 0, nx: 0, ny: 0, nz: 0 };

/**
 * Ray parameter of the nearest intersection beyond `nearest`, or Infinity. The direction need not be of unit length; the parameter is in
 * its units. Sets `hit.face`.
 */
export function intersect(s: Solid, ox: number, oy: number, oz: number, dx: number, dy: number, dz: number, nearest: number): number {
  const px = ox - s.x;
  const py = oy - s.y;
  const pz = oz - s.z;
  switch (s.shape) {
    case 'sphere': {
      const a = dx * dx + dy * dy + dz * dz;
      const b = px * dx + py * dy + pz * dz;
      const root = b * b - a * (px * px + py * py + pz * pz - s.rx * s.rx);
      if (root < 0) return Infinity;
      hit.face = 0;
      const t = (-b - Math.sqrt(root)) / a;
      if (t > nearest) return t;
      const far = (-b + Math.sqrt(root)) / a;
      return far > nearest ? far : Infinity;
    }
    case 'box':
      return slabs(s, px * s.cos - pz * s.sin, py, px * s.sin + pz * s.cos, dx * s.cos - dz * s.sin, dy, dx * s.sin + dz * s.cos, nearest);
    case 'cylinder':
      return cylinder(s, px, py, pz, dx, dy, dz, nearest);
    case 'cone':
      return cone(s, px, py, pz, dx, dy, dz, nearest);
  }
}

function slabs(s: Solid, px: number, py: number, pz: number, dx: number, dy: number, dz: number, nearest: number): number {
  let enter = -Infinity;
  let leave = Infinity;
  let face = 0;
  const tx = Math.abs(dx) > 1e-12 ? 1 / dx : 1e12;
  const x0 = (-s.rx - px) * tx;
  const x1 = (s.rx - px) * tx;
  enter = x0 < x1 ? x0 : x1;
  leave = x0 < x1 ? x1 : x0;
  face = x0 < x1 ? 1 : 2;
  const ty = Math.abs(dy) > 1e-12 ? 1 / dy : 1e12;
  const y0 = (-s.ry - py) * ty;
  const y1 = (s.ry - py) * ty;
  const yEnter = y0 < y1 ? y0 : y1;
  const yLeave = y0 < y1 ? y1 : y0;
  if (yEnter > enter) {
    enter = yEnter;
    face = y0 < y1 ? 3 : 4;
  }
  if (yLeave < leave) leave = yLeave;
  const tz = Math.abs(dz) > 1e-12 ? 1 / dz : 1e12;
  const z0 = (-s.rz - pz) * tz;
  const z1 = (s.rz - pz) * tz;
  const zEnter = z0 < z1 ? z0 : z1;
  const zLeave = z0 < z1 ? z1 : z0;
  if (zEnter > enter) {
    enter = zEnter;
    face = z0 < z1 ? 5 : 6;
  }
  if (zLeave < leave) leave = zLeave;
  if (enter > leave || leave <= nearest) return Infinity;
  hit.face = face;
  return enter > nearest ? enter : leave;
}

function cylinder(s: Solid, px: number, py: number, pz: number, dx: number, dy: number, dz: number, nearest: number): number {
  const a = dx * dx + dz * dz;
  const b = px * dx + pz * dz;
  const root = b * b - a * (px * px + pz * pz - s.rx * s.rx);
  if (root < 0) return Infinity;
  let best = Infinity;
  if (a > 1e-12) {
    const q = Math.sqrt(root);
    for (let sign = -1; sign <= 1; sign += 2) {
      const t = (-b + sign * q) / a;
      const y = py + t * dy;
      if (t > nearest && t < best && y >= -s.ry && y <= s.ry) {
        best = t;
        hit.face = 0;
      }
    }
  }
  return cap(s, px, py, pz, dx, dy, dz, nearest, cap(s, px, py, pz, dx, dy, dz, nearest, best, 1), -1);
}

function cone(s: Solid, px: number, py: number, pz: number, dx: number, dy: number, dz: number, nearest: number): number {
  const k = s.rx / (2 * s.ry);
  const kk = k * k;
  const below = s.ry - py;
  const a = dx * dx + dz * dz - kk * dy * dy;
  const b = px * dx + pz * dz + kk * below * dy;
  const c = px * px + pz * pz - kk * below * below;
  let best = Infinity;
  const root = b * b - a * c;
  if (root >= 0 && Math.abs(a) > 1e-12) {
    const q = Math.sqrt(root);
    for (let sign = -1; sign <= 1; sign += 2) {
      const t = (-b + sign * q) / a;
      const y = py + t * dy;
      if (t > nearest && t < best && y >= -s.ry && y <= s.ry) {
        best = t;
        hit.face = 0;
      }
    }
  }
  return cap(s, px, py, pz, dx, dy, dz, nearest, best, -1);
}

/** The disc at the top (side 1) or the bottom (side −1), if nearer than `best`. */
function cap(s: Solid, px: number, py: number, pz: number, dx: number, dy: number, dz: number, nearest: number, best: number, side: 1 | -1): number {
  if (Math.abs(dy) < 1e-12) return best;
  const t = (side * s.ry - py) / dy;
  if (t <= nearest || t >= best) return best;
  const x = px + t * dx;
  const z = pz + t * dz;
  if (x * x + z * z > s.rx * s.rx) return best;
  hit.face = side === 1 ? 1 : 2;
  return t;
}

/** Unit normal of `s` at a surface point, on the face that `intersect` reported; into `hit.nx/ny/nz`. */
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
      if (face === 0) ny = 0;
      else {
        nx = nz = 0;
        ny = face === 1 ? 1 : -1;
      }
      break;
    case 'cone':
      if (face === 0) {
        const k = s.rx / (2 * s.ry);
        ny = k * k * (s.ry - ny);
      } else {
        nx = nz = 0;
        ny = -1;
      }
      break;
  }
  const length = 1 / Math.sqrt(nx * nx + ny * ny + nz * nz);
  hit.nx = nx * length;
  hit.ny = ny * length;
  hit.nz = nz * length;
}
