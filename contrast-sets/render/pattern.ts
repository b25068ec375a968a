/** Patterns on bodies, in the body's own axes: they turn with it, and no two sides are alike. */
import type { Pattern, Vector } from '../scene/model.ts';
import type { Solid } from '../scene/solids.ts';
import { unit } from './ground.ts';
import { hash2 } from './noise.ts';

/** Cells a half extent. */
const PATCHES = 1.55;
const BLOTCHES = 1.9;

const mixed: [number, number, number] = [0, 0, 0];

/** base · (1 − share) + towards · share, into a record that is overwritten by the next call. */
function mix(base: Vector, towards: number, share: number): Vector {
  for (let i = 0; i < 3; i++) mixed[i] = base[i] + (towards - base[i]) * share;
  return mixed;
}

/**
 * Albedo of a patterned solid at a point of its surface; most of it keeps the solid's own hue, so that its name stays
 * right.
 */
export function patterned(solid: Solid, { kind, seed }: Pattern, x: number, y: number, z: number): Vector {
  const wx = x - solid.x;
  const wz = z - solid.z;
  const lx = (wx * solid.cos - wz * solid.sin) / solid.rx;
  const ly = (y - solid.y) / solid.ry;
  const lz = (wx * solid.sin + wz * solid.cos) / solid.rx;
  if (kind === 'patches') {
    // The shift keeps the flat faces away from cell borders.
    const h = unit(
      cell(
        Math.floor(lx * PATCHES + 100.37),
        Math.floor(ly * PATCHES + 100.29),
        Math.floor(lz * PATCHES + 100.41),
        seed,
      ),
    );
    if (h < 0.15) return mix(solid.albedo, 0.85, 0.55);
    if (h < 0.4) return mix(solid.albedo, 0.01, 0.72);
    if (h < 0.58) return mix(solid.albedo, 0.85, 0.22);
    return solid.albedo;
  }
  const value = noise3(lx * BLOTCHES + 50.3, ly * BLOTCHES + 50.7, lz * BLOTCHES + 50.1, seed);
  // Soft rims, so that nothing flickers at low resolution.
  if (value > 0.61) return mix(solid.albedo, 0.85, 0.6 * ramp((value - 0.61) / 0.06));
  if (value < 0.4) return mix(solid.albedo, 0.01, 0.75 * ramp((0.4 - value) / 0.06));
  return solid.albedo;
}

const ramp = (t: number): number => (t < 1 ? t : 1);
const cell = (i: number, j: number, k: number, seed: number): number => hash2(i + 1009 * k, j, seed);

/** Trilinear value noise in [0, 1], one cell a unit. */
function noise3(x: number, y: number, z: number, seed: number): number {
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  const [fx, fy, fz] = [x - i, y - j, z - k];
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    const [a, b, c] = [corner & 1, (corner >> 1) & 1, corner >> 2];
    sum +=
      unit(cell(i + a, j + b, k + c, seed)) *
      (a === 1 ? fx : 1 - fx) *
      (b === 1 ? fy : 1 - fy) *
      (c === 1 ? fz : 1 - fz);
  }
  return sum;
}
