/** Procedural ground textures in true perspective. Each octave fades out where its cells fall below the pixel grid, so that the distance stays calm. */
import { exactCos, exactSin } from '../../core/numerics/exact-math.ts';
import { RADIANS } from '../scene/camera.ts';
import type { Ground, GroundKind, Vector } from '../scene/model.ts';
import { hash2, valueNoise } from './noise.ts';

/** Albedo of the last `shadeGround`. */
export const groundAlbedo = { r: 0, g: 0, b: 0 };

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
  return { kind: ground.kind, cos: exactCos(angle), sin: exactSin(angle), x, z, frequency: 1 / ground.scale, tint: ground.tint };
}

/** Weight of detail with `frequency` cells a metre where a pixel covers `footprint` metres. */
function visible(frequency: number, footprint: number): number {
  const weight = (1 - frequency * footprint) * 2;
  return weight < 0 ? 0 : weight > 1 ? 1 : weight;
}

function octave(x: number, z: number, frequency: number, footprint: number): number {
  const weight = visible(frequency, footprint);
  return weight === 0 ? 0 : weight * valueNoise(x * frequency + frequency * 7.3, z * frequency + frequency * 3.1);
}

/** Mean over `width` of a line pattern that is 1 in [0, line) of every `period`. */
function lines(x: number, period: number, line: number, width: number): number {
  const integral = (t: number): number => {
    const whole = Math.floor(t / period);
    const rest = t - whole * period;
    return whole * line + (rest < line ? rest : line);
  };
  return (integral(x + width / 2) - integral(x - width / 2)) / width;
}

function set(base: Vector, factor: number, shift = 0): void {
  groundAlbedo.r = base[0] * factor * (1 + shift);
  groundAlbedo.g = base[1] * factor;
  groundAlbedo.b = base[2] * factor * (1 - shift);
}

const unit = (h: number): number => h / 4294967296;

const GRASS: Vector = [0.13, 0.18, 0.065];
const SAND: Vector = [0.46, 0.37, 0.25];
const TILE: Vector = [0.36, 0.33, 0.3];
const WOOD: Vector = [0.3, 0.18, 0.095];
const GRAVEL: Vector = [0.24, 0.235, 0.225];

/** Albedo of the ground at (wx, wz) where a pixel covers `footprint` metres; into `groundAlbedo`. */
export function shadeGround(s: GroundShader, wx: number, wz: number, footprint: number): void {
  const rx = wx - s.x;
  const rz = wz - s.z;
  const x = (rx * s.cos - rz * s.sin) * s.frequency;
  const z = (rx * s.sin + rz * s.cos) * s.frequency;
  const fp = footprint * s.frequency;
  switch (s.kind) {
    case 'grass': {
      const broad = octave(x, z, 0.7, fp);
      const fine = octave(x, z, 6, fp) + 0.9 * octave(z + 5, x, 14, fp) + 0.9 * octave(x + z, z - x, 30, fp);
      set(GRASS, s.tint * (1 + 0.16 * broad + 0.26 * fine), 0.1 * broad);
      return;
    }
    case 'sand': {
      const warp = octave(x, z, 0.8, fp);
      const ripple = octave(x * 1.2 + 0.6 * warp, z * 5 + warp, 1, fp * 5);
      const grain = octave(x, z, 9, fp) + 1.2 * octave(z, x, 28, fp);
      set(SAND, s.tint * (1 + 0.09 * warp + 0.07 * ripple + 0.06 * grain));
      return;
    }
    case 'tiles': {
      const period = 0.62;
      const tx = Math.floor(x / period);
      const tz = Math.floor(z / period);
      const each = unit(hash2(tx, tz, 77)) - 0.5;
      const checker = ((tx + tz) & 1) - 0.5;
      const grout = 1 - (1 - lines(x, period, 0.03, fp + 1e-3)) * (1 - lines(z, period, 0.03, fp + 1e-3));
      const stone = 0.05 * octave(x, z, 3, fp) + 0.04 * octave(z, x, 11, fp);
      const calm = visible(1.1, fp);
      set(TILE, s.tint * (1 + calm * (0.3 * each + 0.34 * checker) + stone) * (1 - 0.45 * grout));
      return;
    }
    case 'wood': {
      const width = 0.3;
      const plank = Math.floor(x / width);
      const shift = unit(hash2(plank, 5, 91)) * 2.4;
      const along = Math.floor((z + shift) / 2.4);
      const each = unit(hash2(plank, along, 93)) - 0.5;
      const gap = 1 - (1 - lines(x, width, 0.012, fp + 1e-3)) * (1 - lines(z + shift, 2.4, 0.012, fp + 1e-3));
      const grain = octave(x * 16 + each * 40, z * 1.3 + each * 17, 1, fp * 16) + 0.7 * octave(x * 38 + each * 9, z * 3, 1, fp * 38);
      set(WOOD, s.tint * (1 + visible(2, fp) * 0.5 * each + 0.13 * grain) * (1 - 0.6 * gap), 0.06 * each);
      return;
    }
    case 'gravel': {
      const stones = octave(x, z, 5, fp) + 1.1 * octave(z + 3, x, 12, fp) + octave(x - z, x + z, 26, fp);
      set(GRAVEL, s.tint * (1 + 0.08 * octave(x, z, 0.9, fp) + 0.25 * stones), 0.04 * octave(x, z, 12, fp));
      return;
    }
  }
}
