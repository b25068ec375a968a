/**
 * Procedural ground textures in true perspective, a row of pixels at a time. Each octave fades out where its cells fall
 * below the pixel grid, so that the distance stays calm.
 */
import { exactCos, exactSin } from '../../core/numerics/exact-math.ts';
import { RADIANS } from '../scene/camera.ts';
import type { Ground, GroundKind, Vector } from '../scene/model.ts';
import { addNoise, hash2, type NoiseLine } from './noise.ts';

/** A ground prepared for shading. */
export interface GroundShader {
  readonly kind: GroundKind;
  readonly cos: number;
  readonly sin: number;
  readonly x: number;
  readonly z: number;
  /** Features a metre, relative to the kind's own. */
  readonly frequency: number;
  readonly tint: number;
}

export function groundShader(ground: Ground): GroundShader {
  const angle = ground.rotation * RADIANS;
  const [x, z] = ground.offset;
  return {
    kind: ground.kind,
    cos: exactCos(angle),
    sin: exactSin(angle),
    x,
    z,
    frequency: 1 / ground.scale,
    tint: ground.tint,
  };
}

/** A row of ground: pixel i shows the point (x + i·dx, z). */
export interface GroundRow {
  readonly n: number;
  x: number;
  dx: number;
  z: number;
  /** Metres that a pixel covers. */
  footprint: number;
}

/** A texture's own coordinates along a row: (x + i·dx, z + i·dz), and a pixel's footprint in them. */
interface TextureRow {
  readonly n: number;
  readonly x: number;
  readonly z: number;
  readonly dx: number;
  readonly dz: number;
  readonly footprint: number;
}

interface Rows {
  readonly r: Float64Array;
  readonly g: Float64Array;
  readonly b: Float64Array;
}

let broad = new Float64Array(0);
let fine = new Float64Array(0);

const GRASS: Vector = [0.13, 0.18, 0.065];
const SAND: Vector = [0.46, 0.37, 0.25];
const TILE: Vector = [0.36, 0.33, 0.3];
const WOOD: Vector = [0.3, 0.18, 0.095];
const ASPHALT: Vector = [0.1, 0.1, 0.105];
const CARPET: Vector = [0.27, 0.235, 0.21];
const GRAVEL: Vector = [0.24, 0.235, 0.225];

/** Writes the albedo along `row` to `out`. */
export function shadeGroundRow(s: GroundShader, row: GroundRow, out: Rows): void {
  if (broad.length < row.n) {
    broad = new Float64Array(row.n);
    fine = new Float64Array(row.n);
  }
  broad.fill(0);
  fine.fill(0);
  const rx = row.x - s.x;
  const rz = row.z - s.z;
  const t: TextureRow = {
    n: row.n,
    x: (rx * s.cos - rz * s.sin) * s.frequency,
    z: (rx * s.sin + rz * s.cos) * s.frequency,
    dx: row.dx * s.cos * s.frequency,
    dz: row.dx * s.sin * s.frequency,
    footprint: row.footprint * s.frequency,
  };
  switch (s.kind) {
    case 'grass':
      octave(broad, t, 0.7, 1);
      octave(fine, t, 6, 0.26);
      octave(fine, t, 14, 0.24);
      octave(fine, t, 30, 0.24);
      octave(fine, t, 60, 0.2);
      mixNoise(out, t.n, GRASS, s.tint, 0.16, 0.1);
      return;
    case 'sand':
      octave(broad, t, 0.8, 1);
      ripples(t);
      octave(fine, t, 9, 0.06);
      octave(fine, t, 28, 0.07);
      octave(fine, t, 60, 0.06);
      mixNoise(out, t.n, SAND, s.tint, 0.09, 0);
      return;
    case 'gravel':
      octave(broad, t, 0.9, 1);
      octave(fine, t, 5, 0.25);
      octave(fine, t, 12, 0.27);
      octave(fine, t, 26, 0.25);
      octave(fine, t, 58, 0.2);
      mixNoise(out, t.n, GRAVEL, s.tint, 0.08, 0.03);
      return;
    case 'asphalt':
      octave(broad, t, 0.5, 1);
      octave(fine, t, 9, 0.1);
      octave(fine, t, 25, 0.22);
      octave(fine, t, 60, 0.24);
      mixNoise(out, t.n, ASPHALT, s.tint, 0.1, 0);
      return;
    case 'carpet':
      octave(fine, t, 7, 0.06);
      octave(fine, t, 22, 0.1);
      octave(fine, t, 60, 0.12);
      carpet(out, t, s.tint);
      return;
    case 'tiles':
      octave(fine, t, 3, 0.05);
      octave(fine, t, 11, 0.04);
      tiles(out, t, s.tint);
      return;
    case 'wood':
      wood(out, t, s.tint);
      return;
  }
}

/** Weight of detail with `frequency` cells a metre where a pixel covers `footprint` metres. */
export function visible(frequency: number, footprint: number): number {
  const weight = (1 - frequency * footprint) * 2;
  return weight < 0 ? 0 : weight > 1 ? 1 : weight;
}

const line: NoiseLine = { u: 0, v: 0, du: 0, dv: 0, amplitude: 0 };

/** Adds one octave of noise, turned a little and shifted by its own frequency, so that octaves don't line up. */
function octave(out: Float64Array, t: TextureRow, frequency: number, amplitude: number): void {
  const weight = visible(frequency, t.footprint);
  if (weight === 0) return;
  line.u = (t.x * 0.8 + t.z * 0.6) * frequency + frequency * 7.3;
  line.v = (t.z * 0.8 - t.x * 0.6) * frequency + frequency * 3.1;
  line.du = (t.dx * 0.8 + t.dz * 0.6) * frequency;
  line.dv = (t.dz * 0.8 - t.dx * 0.6) * frequency;
  line.amplitude = amplitude * weight;
  addNoise(out, t.n, line);
}

/** Wind ripples of sand: noise five times finer along z than along x. */
function ripples(t: TextureRow): void {
  const weight = visible(5, t.footprint);
  if (weight === 0) return;
  line.u = t.x * 1.2;
  line.v = t.z * 5;
  line.du = t.dx * 1.2;
  line.dv = t.dz * 5;
  line.amplitude = 0.07 * weight;
  addNoise(fine, t.n, line);
}

/** base · tint · (1 + broadWeight·broad + fine), redder by `shift` where broad is high. */
function mixNoise(out: Rows, n: number, base: Vector, tint: number, broadWeight: number, shift: number): void {
  for (let i = 0; i < n; i++) {
    const factor = tint * (1 + broadWeight * broad[i] + fine[i]);
    const turn = shift * broad[i];
    out.r[i] = base[0] * factor * (1 + turn);
    out.g[i] = base[1] * factor;
    out.b[i] = base[2] * factor * (1 - turn);
  }
}

/** Integral from 0 to t of a line pattern that is 1 in [0, line) of every `period`. */
function lineIntegral(t: number, period: number, width: number): number {
  const whole = Math.floor(t / period);
  const rest = t - whole * period;
  return whole * width + (rest < width ? rest : width);
}

/** Mean of that pattern over `footprint` around x. */
export function lines(x: number, period: number, width: number, footprint: number): number {
  return (lineIntegral(x + footprint / 2, period, width) - lineIntegral(x - footprint / 2, period, width)) / footprint;
}

export const unit = (h: number): number => h / 4294967296;

function tiles(out: Rows, t: TextureRow, tint: number): void {
  const period = 0.62;
  const calm = visible(1.1, t.footprint);
  const width = t.footprint + 1e-3;
  for (let i = 0; i < t.n; i++) {
    const x = t.x + i * t.dx;
    const z = t.z + i * t.dz;
    const tx = Math.floor(x / period);
    const tz = Math.floor(z / period);
    const each = unit(hash2(tx, tz, 77)) - 0.5;
    const checker = ((tx + tz) & 1) - 0.5;
    const grout = 1 - (1 - lines(x, period, 0.03, width)) * (1 - lines(z, period, 0.03, width));
    const factor = tint * (1 + calm * (0.3 * each + 0.34 * checker) + fine[i]) * (1 - 0.45 * grout);
    out.r[i] = TILE[0] * factor;
    out.g[i] = TILE[1] * factor;
    out.b[i] = TILE[2] * factor;
  }
}

/** Fleece with broad bands of two tones. */
function carpet(out: Rows, t: TextureRow, tint: number): void {
  const width = t.footprint + 1e-3;
  for (let i = 0; i < t.n; i++) {
    const band = lines(t.x + i * t.dx, 0.9, 0.45, width) + lines(t.z + i * t.dz, 0.9, 0.45, width);
    const factor = tint * (1 + 0.22 * (band - 1) + fine[i]);
    out.r[i] = CARPET[0] * factor;
    out.g[i] = CARPET[1] * factor;
    out.b[i] = CARPET[2] * factor * (1 + 0.1 * (band - 1));
  }
}

function wood(out: Rows, t: TextureRow, tint: number): void {
  const width = 0.3;
  const length = 2.4;
  const calm = visible(2, t.footprint);
  const gapWidth = t.footprint + 1e-3;
  grain(t, 16, 1.3, 0.13);
  grain(t, 38, 3, 0.09);
  for (let i = 0; i < t.n; i++) {
    const x = t.x + i * t.dx;
    const plank = Math.floor(x / width);
    const z = t.z + i * t.dz + unit(hash2(plank, 5, 91)) * length;
    const each = unit(hash2(plank, Math.floor(z / length), 93)) - 0.5;
    const gap = 1 - (1 - lines(x, width, 0.012, gapWidth)) * (1 - lines(z, length, 0.012, gapWidth));
    const factor = tint * (1 + calm * 0.5 * each + fine[i]) * (1 - 0.6 * gap);
    out.r[i] = WOOD[0] * factor * (1 + 0.06 * each);
    out.g[i] = WOOD[1] * factor;
    out.b[i] = WOOD[2] * factor * (1 - 0.06 * each);
  }
}

/** Streaks along the planks. */
function grain(t: TextureRow, across: number, along: number, amplitude: number): void {
  const weight = visible(across, t.footprint);
  if (weight === 0) return;
  line.u = t.x * across;
  line.v = t.z * along;
  line.du = t.dx * across;
  line.dv = t.dz * along;
  line.amplitude = amplitude * weight;
  addNoise(fine, t.n, line);
}
