/** Soft shadows of solids on the ground and on each other, and the darkening of ambient light under bodies. */
import type { Solid } from '../scene/solids.ts';
import { intersect, type Ray } from './intersect.ts';
import { DISC, SUN_SAMPLES, type LightRig } from './light.ts';

const ray: Ray = { ox: 0, oy: 0, oz: 0, dx: 0, dy: 0, dz: 0, nearest: 1e-4 };

/** Share of the sun's disc that is seen past `solid` from the ray's origin. */
function pastSolid(rig: LightRig, solid: Solid): number {
  let seen = 0;
  for (let i = 0; i < rig.disc.length; i += 3) {
    ray.dx = rig.disc[i];
    ray.dy = rig.disc[i + 1];
    ray.dz = rig.disc[i + 2];
    if (!intersect(solid, ray)) seen++;
  }
  return seen / SUN_SAMPLES;
}

/**
 * Multiplies `sun[i]` by the share of the sun seen from (x + i·dx, 0, z) and `sky[i]` by the share of the sky, for the
 * pixels i of the row whose `needed[offset + i]` is set.
 */
export function shadeRow(
  rig: LightRig,
  row: { n: number; x: number; dx: number; z: number },
  needed: Uint8Array,
  offset: number,
  sun: Float64Array,
  sky: Float64Array,
): void {
  const { n, x, dx, z } = row;
  for (const shadow of rig.shadows) {
    if (z < shadow.z0 || z > shadow.z1) continue;
    const first = Math.max(0, Math.floor((shadow.x0 - x) / dx));
    const last = Math.min(n - 1, Math.floor((shadow.x1 - x) / dx) + 1);
    const rz = z - shadow.solid.z;
    for (let i = first; i <= last; i++) {
      if (needed[offset + i] === 0) continue;
      const px = x + i * dx;
      const rx = px - shadow.solid.x;
      const across = rx * rig.uz - rz * rig.ux;
      if (across > shadow.half || across < -shadow.half) continue;
      const along = rx * rig.ux + rz * rig.uz;
      if (along < shadow.start || along > shadow.end) continue;
      ray.ox = px;
      ray.oy = 0;
      ray.oz = z;
      sun[i] *= pastSolid(rig, shadow.solid);
    }
  }
  for (const c of rig.contacts) {
    const rz = c.z - z;
    if (rz > c.reach || rz < -c.reach) continue;
    const first = Math.max(0, Math.floor((c.x - c.reach - x) / dx));
    const last = Math.min(n - 1, Math.floor((c.x + c.reach - x) / dx) + 1);
    const cut = 25 * c.rr;
    for (let i = first; i <= last; i++) {
      const rx = c.x - (x + i * dx);
      const dd = rx * rx + rz * rz + c.y * c.y;
      if (dd >= cut) continue;
      // r²/d²·cosθ of the sky is hidden; faded to nothing at five radii, so that the cut-off leaves no ring.
      sky[i] *= 1 - ((c.rr * c.y) / (dd * Math.sqrt(dd))) * (1 - dd / cut);
    }
  }
}

/**
 * Share of the sun seen from the point (px, py, pz) of the convex solid `own` (or of a wall), on a side that faces it.
 */
export function sunOnSolid(rig: LightRig, own: Solid | undefined, px: number, py: number, pz: number): number {
  let light = 1;
  for (const solid of rig.solids) {
    if (solid === own) continue;
    const dx = solid.x - px;
    const dy = solid.y - py;
    const dz = solid.z - pz;
    const along = dx * rig.x + dy * rig.y + dz * rig.z;
    if (along < -solid.bound) continue;
    const reach = solid.bound + DISC * (along > 0 ? along : 0);
    if (dx * dx + dy * dy + dz * dz - along * along > reach * reach) continue;
    ray.ox = px;
    ray.oy = py;
    ray.oz = pz;
    light *= pastSolid(rig, solid);
  }
  return light;
}
