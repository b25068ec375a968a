/** Which pictures a tunnel set holds, and what is random in them. */
import { Random } from '../../core/random.ts';
import type { ColourName } from '../scene/colours.ts';
import type { Vector } from '../scene/model.ts';
import {
  ANGLES,
  BASE_SIZES,
  FAR_SIZES,
  ROUGHNESS,
  SIZE_FACTOR,
  SIZE_SUM,
  type TunnelParameters,
} from './parameters.ts';

/** One of the two objects of an appearance, wherever it is placed. */
export interface TunnelObject {
  readonly colour: ColourName;
  readonly shape: 'sphere' | 'box';
  readonly roughness: number;
  readonly yaw: number;
  /** Size relative to the base of its depth. */
  readonly factor: number;
}

/** What two instances share: they differ in which object is the far one. */
export interface Appearance {
  readonly objects: readonly [TunnelObject, TunnelObject];
  readonly walls: readonly [Vector, Vector, Vector, Vector];
  readonly wallSeed: number;
  readonly tile: number;
  readonly offset: number;
  readonly ambient: number;
  readonly lamp: number;
  readonly reach: number;
  readonly haze: Vector;
  readonly hazeDistance: number;
  readonly noise: number;
}

/**
 * The pictures of two instances at two angles: which object is at which angle, and which is far (two pictures where the
 * angles are equal, else four).
 */
export interface TunnelSpec {
  readonly appearance: number;
  readonly angles: readonly [number, number];
  /** Size of the far object (size variant). */
  readonly farSize?: number;
}

/** One picture. */
export interface TunnelPicture {
  readonly id: string;
  readonly instance: number;
  /** Which object of the appearance is far: object 1 in SpatialTunnel's words. */
  readonly far: 0 | 1;
  /** Angular position of objects 0 and 1 of the appearance. */
  readonly angles: readonly [number, number];
  /** Radii of objects 0 and 1, metres. */
  readonly sizes: readonly [number, number];
}

/** All specs, shuffled; a random share of them where fewer pictures are asked for. */
export function planTunnel(
  seed: number,
  { variant, instances, pictures }: Pick<TunnelParameters, 'variant' | 'instances' | 'pictures'>,
): TunnelSpec[] {
  const specs: TunnelSpec[] = [];
  for (let appearance = 0; appearance < instances / 2; appearance++) {
    if (variant === 'phase') {
      for (let a = 0; a < ANGLES; a++) for (let b = a; b < ANGLES; b++) specs.push({ appearance, angles: [a, b] });
    } else
      for (const farSize of FAR_SIZES)
        for (let a = 0; a < ANGLES / 2; a++) specs.push({ appearance, angles: [a, a + ANGLES / 2], farSize });
  }
  const shuffled = new Random(seed, 'tunnel-order').shuffle(specs);
  if (pictures === undefined) return shuffled;
  let held = 0;
  return shuffled.filter((spec) => {
    if (held >= pictures) return false;
    held += picturesOf(spec).length;
    return true;
  });
}

const BITS = [0, 1] as const;

/** Objects, walls and light of appearance `index`: the same for a seed, whatever else the set holds. */
export function appearanceOf(
  seed: number,
  index: number,
  { colours, shapes, haze }: Pick<TunnelParameters, 'colours' | 'shapes' | 'haze'>,
): Appearance {
  const random = new Random(seed, 'tunnel-appearance', index);
  const kinds = random.shuffle(colours.flatMap((colour) => shapes.map((shape) => ({ colour, shape }))));
  const object = (place: 0 | 1): TunnelObject => ({
    ...kinds[place],
    roughness: random.uniform(...ROUGHNESS),
    yaw: random.uniform(0, 90),
    factor: random.uniform(...SIZE_FACTOR),
  });
  const base = random.uniform(0.3, 0.42);
  const warm = random.uniform(-0.035, 0.035);
  const wall = (): Vector => {
    const tint = base * random.uniform(0.9, 1.1);
    return [tint + warm, tint, tint - warm];
  };
  const grey = random.uniform(0.34, 0.5);
  return {
    objects: [object(0), object(1)],
    walls: [wall(), wall(), wall(), wall()],
    wallSeed: random.integer(1 << 30),
    tile: 2 / random.pick([3, 4, 5]),
    offset: random.uniform(0, 2),
    ambient: random.uniform(0.26, 0.36),
    lamp: random.uniform(1.25, 1.6),
    reach: random.uniform(2.6, 3.6),
    haze: [grey + warm, grey, grey - warm],
    hazeDistance: random.uniform(...haze),
    noise: random.uniform(0.5, 1.4),
  };
}

/**
 * The pictures of a spec: both objects far in turn, and the angles exchanged. `seed` and sizes come with the
 * appearance's objects where they are known.
 */
export function picturesOf(
  { appearance, angles: [a, b], farSize }: TunnelSpec,
  objects?: Appearance['objects'],
): TunnelPicture[] {
  const placements = a === b ? [[a, b] as const] : [[a, b] as const, [b, a] as const];
  return placements.flatMap((angles) =>
    BITS.map((far): TunnelPicture => {
      const sizeOf = (object: 0 | 1): number => {
        if (farSize !== undefined) return object === far ? farSize : SIZE_SUM - farSize;
        return (object === far ? BASE_SIZES[0] : BASE_SIZES[1]) * (objects?.[object].factor ?? 1);
      };
      const instance = 2 * appearance + far;
      const size = farSize === undefined ? '' : `-s${Math.round(farSize * 100)}`;
      // Named after SpatialTunnel's angle 1 (of the far object) and angle 2.
      return {
        id: `i${pad(instance)}-a${pad(angles[far])}-b${pad(angles[far === 0 ? 1 : 0])}${size}`,
        instance,
        far,
        angles,
        sizes: [sizeOf(0), sizeOf(1)],
      };
    }),
  );
}

const pad = (value: number): string => String(value).padStart(2, '0');
