/** Random surroundings: camera-independent parts of a scene that every generator can use. All draws are plain arithmetic, so equal on every machine. */
import type { Random } from '../../core/random.ts';
import { GROUNDS, type Ground, type GroundKind, type Light, type Sky, type Vector } from './model.ts';

/** A sun that reaches the sides the camera sees: from behind or beside the camera, never from straight ahead. */
export function sampleLight(random: Random): Light {
  return { azimuth: random.uniform(80, 280), elevation: random.uniform(35, 62), sun: random.uniform(0.85, 1.1), ambient: random.uniform(0.42, 0.58) };
}

const mix = (a: Vector, b: Vector, t: number): Vector => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];

const CLEAR: Vector = [0.19, 0.33, 0.56];
const OVERCAST: Vector = [0.44, 0.48, 0.53];
const PALE: Vector = [0.66, 0.71, 0.76];
const WARM: Vector = [0.76, 0.68, 0.58];

export function sampleSky(random: Random): Sky {
  return {
    zenith: mix(CLEAR, OVERCAST, random.next()),
    horizon: mix(PALE, WARM, random.next()),
    clouds: random.uniform(0, 0.6),
    haze: random.uniform(30, 60),
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
