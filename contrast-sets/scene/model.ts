/**
 * The scene: what stands where, in metres. World axes: x right, y up, z away from the camera; the ground is the plane y
 * = 0 and the camera stands at (0, height, 0), looking along +z and pitched down, unless it has a yaw or a position.
 * Angles are in degrees. A scene is plain data: it can be stored as JSON and rendered again.
 */
import type { ColourName } from './colours.ts';

export type Vector = readonly [number, number, number];

export const SHAPES = ['sphere', 'box', 'cylinder', 'cone'] as const;
export type Shape = (typeof SHAPES)[number];

/** What carries an object: a slim stand, a cord that leaves the picture at the top, or the ground itself. */
export const SUPPORTS = ['stand', 'cord', 'ground'] as const;
export type Support = (typeof SUPPORTS)[number];

/** Things with a usual size, composed of those solids (`categories.ts`). */
export const CATEGORIES = ['cup', 'bottle', 'chair', 'barrel', 'car', 'tree', 'house'] as const;
export type Category = (typeof CATEGORIES)[number];

export const PATTERNS = ['patches', 'blotches'] as const;

/** Light and dark places on a body that differ all around, so that its sides can be told apart. */
export interface Pattern {
  readonly kind: (typeof PATTERNS)[number];
  readonly seed: number;
}

export interface ObjectSpec {
  readonly colour: ColourName;
  /** Defaults to *one colour all over*. */
  readonly pattern?: Pattern;
  readonly shape: Shape;
  /**
   * What it is, where it is more than a solid: `shape` then doesn't count, and `size` is the root of its width times
   * its height.
   */
  readonly category?: Category;
  /** Thickness of stand or cord relative to the usual; defaults to *1*. */
  readonly fittings?: number;
  /** Diameter of the sphere; the other shapes are scaled to look about as large. Metres. */
  readonly size: number;
  /** Rotation about the vertical. */
  readonly yaw: number;
  readonly support: Support;
  /** Centre of the body. */
  readonly position: Vector;
  /**
   * Width, height and depth relative to the shape's own; only boxes may differ in width and depth. Defaults to *[1, 1,
   * 1]*.
   */
  readonly stretch?: Vector;
}

export interface Camera {
  /** Above the ground, metres. */
  readonly height: number;
  /** Downward tilt of the optical axis. */
  readonly pitch: number;
  /** Vertical field of view. */
  readonly fov: number;
  /** Turn about the vertical, positive to the right; defaults to *0*. */
  readonly yaw?: number;
  /** Where it stands, [x, z]; defaults to *[0, 0]*. */
  readonly position?: readonly [number, number];
}

export interface Light {
  /** Direction the light comes from: 0 = from behind the scene, 90 = from the right, 180 = from behind the camera. */
  readonly azimuth: number;
  readonly elevation: number;
  /** Irradiance of the sun and of the sky, times albedo/1. */
  readonly sun: number;
  readonly ambient: number;
}

export interface Sky {
  /** Linear-light colours overhead and at the horizon. */
  readonly zenith: Vector;
  readonly horizon: Vector;
  /** Opacity of the clouds, 0–1. */
  readonly clouds: number;
  /** Distance at which haze has taken 63 % of an object's own colour, metres. */
  readonly haze: number;
  /** Rotation of the clouds about the vertical; defaults to *0*. */
  readonly rotation?: number;
  /** Origin of the clouds; defaults to the ground's. */
  readonly offset?: readonly [number, number];
}

export const GROUNDS = ['grass', 'sand', 'tiles', 'wood', 'gravel'] as const;
/** All grounds; generators draw from `GROUNDS` unless told otherwise. */
export const GROUND_KINDS = [...GROUNDS, 'asphalt', 'carpet'] as const;
export type GroundKind = (typeof GROUND_KINDS)[number];

export interface Ground {
  readonly kind: GroundKind;
  /** Rotation of the texture about the vertical. */
  readonly rotation: number;
  /** Origin of the texture, metres. */
  readonly offset: readonly [number, number];
  /** Size of the texture's features relative to the kind's own. */
  readonly scale: number;
  /** Brightness relative to the kind's own. */
  readonly tint: number;
}

export const WALLS = ['paint', 'stripes'] as const;

/**
 * Two side walls and a back wall, higher than any picture shows, in place of the sky. For cameras without yaw or
 * position.
 */
export interface Room {
  /** Distance of the back wall in z, and of either side wall in x, metres. */
  readonly back: number;
  readonly side: number;
  readonly walls: (typeof WALLS)[number];
  /** Linear-light albedo. */
  readonly colour: Vector;
  /** Size of skirting boards and stripes relative to those of a room for people. */
  readonly scale: number;
}

export interface Scene {
  readonly camera: Camera;
  readonly light: Light;
  readonly sky: Sky;
  readonly ground: Ground;
  /** Defaults to *none: open air*. */
  readonly room?: Room;
  readonly objects: readonly ObjectSpec[];
  /** Indices of objects that are not there in this picture; the others keep their ids. Defaults to *none*. */
  readonly hidden?: readonly number[];
  /** Standard deviation of the sensor noise, in grey levels of 255. */
  readonly noise: number;
  /** Seed of the sensor noise, a 32-bit integer. */
  readonly noiseSeed: number;
}

/** The words for an object in a question, e.g. `red sphere` or `red car`. */
export function nameOf(object: Pick<ObjectSpec, 'colour' | 'shape' | 'category'>): string {
  return `${object.colour} ${object.category ?? object.shape}`;
}
