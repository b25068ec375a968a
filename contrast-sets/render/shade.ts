/**
 * Colour of a point on a solid: Lambert and a soft highlight from the sun, hemispheric light from sky and ground, haze.
 */
import { exactExp } from '../../core/numerics/exact-math.ts';
import type { Scene } from '../scene/model.ts';
import type { Solid } from '../scene/solids.ts';
import { hit, normalAt, type Ray } from './intersect.ts';
import type { LightRig } from './light.ts';
import { patterned } from './pattern.ts';
import { sunOnSolid } from './shadows.ts';
import { encode } from './tone.ts';

/** The last shaded point, in encoded grey levels. */
export const colour = { r: 0, g: 0, b: 0 };

/** Mean albedo of the grounds, for the light they throw up. */
const GROUND_ALBEDO = 0.22;

/** Shades `solid` where `ray` has met it on `face` at parameter `t`, its camera-plane distance. */
export function shadeSolid(scene: Scene, rig: LightRig, solid: Solid, face: number, ray: Ray, t: number): void {
  const { dx, dy, dz } = ray;
  const x = ray.ox + dx * t;
  const y = ray.oy + dy * t;
  const z = ray.oz + dz * t;
  normalAt(solid, face, x, y, z);
  const { nx, ny, nz } = hit;
  const facing = nx * rig.x + ny * rig.y + nz * rig.z;
  let diffuse = 0;
  let shine = 0;
  if (facing > 0) {
    const lift = 2e-4;
    const seen = sunOnSolid(rig, solid, x + nx * lift, y + ny * lift, z + nz * lift);
    diffuse = rig.sun * facing * seen;
    // Blinn–Phong with exponent 32.
    const view = 1 / Math.sqrt(dx * dx + dy * dy + dz * dz);
    const hx = rig.x - dx * view;
    const hy = rig.y - dy * view;
    const hz = rig.z - dz * view;
    const half = (nx * hx + ny * hy + nz * hz) / Math.sqrt(hx * hx + hy * hy + hz * hz);
    if (half > 0) {
      const p2 = half * half;
      const p4 = p2 * p2;
      const p8 = p4 * p4;
      const p16 = p8 * p8;
      shine = solid.gloss * rig.sun * seen * p16 * p16;
    }
  }
  // Sky from above, the ground's light from below; less of the latter close to the ground, in the body's own shade.
  const up = 0.5 + 0.5 * ny;
  const bounce = GROUND_ALBEDO * scene.ground.tint * (1 - up) * (y < 0.25 ? 0.6 + 1.6 * Math.max(0, y) : 1);
  const light = diffuse + rig.ambient * (up + bounce) + 0.6 * rig.sun * rig.y * bounce;
  const keep = exactExp(-t / scene.sky.haze);
  const albedo = solid.pattern === undefined ? solid.albedo : patterned(solid, solid.pattern, x, y, z);
  const haze = scene.sky.horizon;
  colour.r = encode(haze[0] + (albedo[0] * light + shine - haze[0]) * keep);
  colour.g = encode(haze[1] + (albedo[1] * light + shine - haze[1]) * keep);
  colour.b = encode(haze[2] + (albedo[2] * light + shine - haze[2]) * keep);
}
