/**
 * Random surroundings: camera-independent parts of a scene that every generator can use. All draws are plain
 * arithmetic, so equal on every machine.
 */
import type { Random } from '../../core/random.ts';
import { GROUNDS, WALLS, type Ground, type GroundKind, type Light, type Room, type Sky, type Vector } from './model.ts';

type Range = readonly [number, number];
export type LightRanges = Readonly<Record<keyof Light, Range>>;
export const LIGHT: LightRanges = { azimuth: [80, 280], elevation: [35, 62], sun: [0.85, 1.1], ambient: [0.42, 0.58] };
/** Opacity of the clouds, and haze in metres. */
export const AIR: Readonly<Record<'clouds' | 'haze', Range>> = { clouds: [0, 0.6], haze: [30, 60] };

/** A sun that reaches the sides the camera sees: from behind or beside the camera, never from straight ahead. */
export function sampleLight(random: Random, { azimuth, elevation, sun, ambient }: LightRanges = LIGHT): Light {
  return {
    azimuth: random.uniform(...azimuth),
    elevation: random.uniform(...elevation),
    sun: random.uniform(...sun),
    ambient: random.uniform(...ambient),
  };
}

const mix = (a: Vector, b: Vector, t: number): Vector => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

const CLEAR: Vector = [0.19, 0.33, 0.56];
const OVERCAST: Vector = [0.44, 0.48, 0.53];
const PALE: Vector = [0.66, 0.71, 0.76];
const WARM: Vector = [0.76, 0.68, 0.58];

export function sampleSky(random: Random, { clouds, haze } = AIR): Sky {
  return {
    zenith: mix(CLEAR, OVERCAST, random.next()),
    horizon: mix(PALE, WARM, random.next()),
    clouds: random.uniform(...clouds),
    haze: random.uniform(...haze),
  };
}

const PLASTER: Vector = [0.62, 0.6, 0.55];
const GREYISH: Vector = [0.4, 0.43, 0.45];

/** A room around objects that reach `far` metres away; `scale` as in `Room`. */
export function sampleRoom(random: Random, far: number, scale: number): Room {
  return {
    side: far * random.uniform(0.42, 0.6),
    back: far * random.uniform(1.3, 1.7),
    walls: random.pick(WALLS),
    colour: mix(PLASTER, GREYISH, random.next()),
    scale,
  };
}

export function sampleGround(random: Random, kinds: readonly GroundKind[] = GROUNDS): Ground {
  return {
    kind: random.pick(kinds),
    rotation: random.uniform(0, 360),
    offset: [random.uniform(-20, 20), random.uniform(-20, 20)],
    scale: random.uniform(0.85, 1.25),
    tint: random.uniform(0.85, 1.15),
  };
}
