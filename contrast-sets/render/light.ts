/** The light of a scene, prepared for shading: samples over the sun's disc, and where each solid's shadow can fall. */
import { exactCos, exactSin } from '../../core/numerics/exact-math.ts';
import { RADIANS } from '../scene/camera.ts';
import type { Light } from '../scene/model.ts';
import type { Solid } from '../scene/solids.ts';

/** Directions sampled over the sun's disc, which is drawn wider than the real one, as through thin cloud. */
export const SUN_SAMPLES = 10;
/** Tangent of the disc's angular radius. */
export const DISC = 0.035;

export interface LightRig {
  /** Unit direction towards the light. */
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Unit direction along the ground, away from the light. */
  readonly ux: number;
  readonly uz: number;
  readonly sun: number;
  readonly ambient: number;
  /** Directions over the disc, x y z each. */
  readonly disc: Float64Array;
  readonly solids: readonly Solid[];
  readonly shadows: readonly GroundShadow[];
  readonly contacts: readonly ContactShadow[];
}

/** Where a solid can darken the ground: a strip from under it, away from the light. */
export interface GroundShadow {
  readonly solid: Solid;
  readonly start: number;
  readonly end: number;
  readonly half: number;
  /** Bounding box of the strip on the ground. */
  readonly x0: number;
  readonly x1: number;
  readonly z0: number;
  readonly z1: number;
}

export function lightRig(light: Light, solids: readonly Solid[]): LightRig {
  const elevation = light.elevation * RADIANS;
  const azimuth = light.azimuth * RADIANS;
  const flat = exactCos(elevation);
  const x = flat * exactSin(azimuth);
  const y = exactSin(elevation);
  const z = flat * exactCos(azimuth);
  // Two axes across the light's direction; the elevation is never 90°.
  const ax = z / flat;
  const az = -x / flat;
  const bx = y * az;
  const by = z * ax - x * az;
  const bz = -y * ax;
  const disc = new Float64Array(3 * SUN_SAMPLES);
  for (let i = 0; i < SUN_SAMPLES; i++) {
    // Sunflower arrangement: equal area a sample.
    const r = DISC * Math.sqrt((i + 0.5) / SUN_SAMPLES);
    const turn = i * 2.399963229728653;
    const p = r * exactCos(turn);
    const q = r * exactSin(turn);
    disc[3 * i] = x + p * ax + q * bx;
    disc[3 * i + 1] = y + q * by;
    disc[3 * i + 2] = z + p * az + q * bz;
  }
  const slope = flat / y;
  const ux = -x / flat;
  const uz = -z / flat;
  const shadows = solids.map((solid): GroundShadow => {
    const radius = solid.shape === 'box' ? Math.sqrt(solid.rx * solid.rx + solid.rz * solid.rz) : solid.rx;
    const top = solid.y + solid.ry;
    const blur = (DISC / (y * y)) * top;
    const start = (solid.y - solid.ry) * slope - radius - blur;
    const end = top * slope + radius + blur;
    const half = radius + (DISC / y) * top;
    const sideX = Math.abs(uz) * half;
    const sideZ = Math.abs(ux) * half;
    return {
      solid,
      start,
      end,
      half,
      x0: solid.x + Math.min(ux * start, ux * end) - sideX,
      x1: solid.x + Math.max(ux * start, ux * end) + sideX,
      z0: solid.z + Math.min(uz * start, uz * end) - sideZ,
      z1: solid.z + Math.max(uz * start, uz * end) + sideZ,
    };
  });
  return {
    x,
    y,
    z,
    ux,
    uz,
    sun: light.sun,
    ambient: light.ambient,
    disc,
    solids,
    shadows,
    contacts: contactShadows(solids),
  };
}

/** Bodies that darken the ground beneath them: a sphere of radius r at distance d hides r²/d² · cosθ of the sky. */
export interface ContactShadow {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly rr: number;
  /** Distance along the ground at which it has faded. */
  readonly reach: number;
}

/** Wide solids (bodies, plates, feet); posts and cords hide too little sky to matter. */
function contactShadows(solids: readonly Solid[]): ContactShadow[] {
  return solids
    .filter((s) => s.rx > 0.1)
    .map((s) => {
      const radius = s.shape === 'cone' ? s.rx * 0.75 : s.rx * 1.05;
      // A sphere that touches the ground would hide half the sky at its foot; flat feet are lifted so that they do the
      // same.
      const y = Math.max(s.y, radius * 0.9);
      const flatness = s.ry < 0.1 * s.rx ? 0.35 : 1;
      const rr = radius * radius * flatness;
      return { x: s.x, y, z: s.z, rr, reach: Math.sqrt(Math.max(0, 25 * rr - y * y)) };
    });
}
