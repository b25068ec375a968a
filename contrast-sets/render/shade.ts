/** Colour of what a ray sees, in linear light. */
import { exactExp } from '../../core/numerics/exact-math.ts';
import type { CameraFrame } from '../scene/camera.ts';
import type { Scene } from '../scene/model.ts';
import type { Solid } from '../scene/solids.ts';
import { groundAlbedo, groundShader, shadeGround, type GroundShader } from './ground.ts';
import { hit, normalAt } from './intersect.ts';
import { lightRig, skyOnGround, sunOnGround, sunOnSolid, type ContactShadow, type GroundShadow, type LightRig } from './light.ts';
import { valueNoise } from './noise.ts';

/** Colour of the last shaded ray. */
export const colour = { r: 0, g: 0, b: 0 };

export interface Shader {
  readonly scene: Scene;
  readonly frame: CameraFrame;
  readonly rig: LightRig;
  readonly ground: GroundShader;
  /** Shadows that reach the row of ground at hand, see `selectNear`. */
  readonly shadows: GroundShadow[];
  readonly contacts: ContactShadow[];
  /** Size of a pixel at unit depth. */
  readonly pixel: number;
  /** Mean albedo of the ground, for light bounced from below. */
  readonly bounce: number;
}

export function shaderOf(scene: Scene, frame: CameraFrame, solids: readonly Solid[], height: number): Shader {
  return {
    scene,
    frame,
    rig: lightRig(scene.light, solids),
    ground: groundShader(scene.ground),
    shadows: [],
    contacts: [],
    pixel: 1 / (frame.focal * height),
    bounce: 0.22 * scene.ground.tint,
  };
}

/** Keeps the shadows that can fall on ground with z in [near, far]. */
export function selectNear(shader: Shader, near: number, far: number): void {
  shader.shadows.length = 0;
  for (const shadow of shader.rig.shadows) if (shadow.z0 <= far && shadow.z1 >= near) shader.shadows.push(shadow);
  shader.contacts.length = 0;
  for (const contact of shader.rig.contacts) if (contact.z - contact.reach <= far && contact.z + contact.reach >= near) shader.contacts.push(contact);
}

/** The last exponent and its value: all ground pixels of a row share one. */
const lastHaze = { exponent: 0, keep: 1 };

function haze(shader: Shader, r: number, g: number, b: number, depth: number): void {
  const { haze: length, horizon } = shader.scene.sky;
  const exponent = -depth / length;
  if (exponent !== lastHaze.exponent) {
    lastHaze.exponent = exponent;
    lastHaze.keep = exactExp(exponent);
  }
  const { keep } = lastHaze;
  colour.r = horizon[0] + (r - horizon[0]) * keep;
  colour.g = horizon[1] + (g - horizon[1]) * keep;
  colour.b = horizon[2] + (b - horizon[2]) * keep;
}

/** The sky in direction (dx, dy, dz), dy ≥ 0 in units of the forward component. */
export function shadeSky(shader: Shader, dx: number, dy: number): void {
  const { zenith, horizon, clouds } = shader.scene.sky;
  const height = dy < 0 ? 0 : dy;
  const blend = height / (height + 0.22);
  let cloud = 0;
  if (clouds > 0) {
    const plane = 1.6 / (height + 0.12);
    const shift = shader.ground.x;
    const density = valueNoise(dx * plane + shift, plane * 1.4) + 0.5 * valueNoise(2.1 * dx * plane, 3.3 * plane + shift) + 0.1;
    cloud = density > 0 ? clouds * (density < 1 ? density : 1) * (height < 0.15 ? height / 0.15 : 1) : 0;
  }
  colour.r = horizon[0] + (zenith[0] - horizon[0]) * blend;
  colour.g = horizon[1] + (zenith[1] - horizon[1]) * blend;
  colour.b = horizon[2] + (zenith[2] - horizon[2]) * blend;
  colour.r += (0.92 - colour.r) * cloud;
  colour.g += (0.92 - colour.g) * cloud;
  colour.b += (0.93 - colour.b) * cloud;
}

/** The ground point (x, 0, z) at camera-plane distance `depth`; `steep` is rows' footprint over columns' (how slanted the view is). */
export function shadeGroundPoint(shader: Shader, x: number, z: number, depth: number, steep: number): void {
  const { rig } = shader;
  // A pixel's footprint is long in z: the geometric mean of both sides blurs a little and aliases a little.
  shadeGround(shader.ground, x, z, shader.pixel * depth * steep);
  const sun = rig.sun * rig.y * sunOnGround(rig, shader.shadows, x, z);
  const light = sun + rig.ambient * skyOnGround(shader.contacts, x, z);
  haze(shader, groundAlbedo.r * light, groundAlbedo.g * light, groundAlbedo.b * light, depth);
}

/** A point of `solid`, seen along (dx, dy, dz). */
export function shadeSolid(shader: Shader, solid: Solid, face: number, x: number, y: number, z: number, dx: number, dy: number, dz: number, depth: number): void {
  normalAt(solid, face, x, y, z);
  const { nx, ny, nz } = hit;
  const { rig, bounce } = shader;
  const facing = nx * rig.x + ny * rig.y + nz * rig.z;
  let diffuse = 0;
  let shine = 0;
  if (facing > 0) {
    const offset = 2e-4;
    const seen = sunOnSolid(rig, solid, x + nx * offset, y + ny * offset, z + nz * offset);
    if (seen > 0) {
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
  }
  // Hemispheric ambient: sky from above, the lit ground's bounce from below, less where the ground is near.
  const up = 0.5 + 0.5 * ny;
  const near = y < 0.25 ? 0.6 + 1.6 * (y < 0 ? 0 : y) : 1;
  const ambient = rig.ambient * (up + (1 - up) * bounce * near) + rig.sun * rig.y * bounce * 0.6 * (1 - up) * near;
  const light = diffuse + ambient;
  const { albedo } = solid;
  haze(shader, albedo[0] * light + shine, albedo[1] * light + shine, albedo[2] * light + shine, depth);
}
