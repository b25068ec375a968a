/** Objects and their supports as primitive solids, the form that projection and rendering work on. */
import { exactCos, exactSin } from '../../core/numerics/exact-math.ts';
import { RADIANS } from './camera.ts';
import { COMPOSITIONS, type Paint } from './categories.ts';
import { COLOURS } from './colours.ts';
import type { ObjectSpec, Pattern, Scene, Shape, Vector } from './model.ts';

export interface Solid {
  readonly shape: Shape;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Half extents: radius or half width, half height, half depth. A cone's apex is up. */
  readonly rx: number;
  readonly ry: number;
  readonly rz: number;
  readonly cos: number;
  readonly sin: number;
  /** Radius of the bounding sphere. */
  readonly bound: number;
  readonly albedo: Vector;
  readonly pattern?: Pattern;
  /** Strength of the highlight, 0–1. */
  readonly gloss: number;
  /** Value in the id map. */
  readonly id: number;
}

/** Values of the id map: 0 is sky, 1 is ground. */
export const SKY_ID = 0;
export const GROUND_ID = 1;
/** Walls of a room: none of the objects' ids. */
export const WALL_ID = 255;
/** Id of the body of object `index`. */
export const bodyId = (index: number): number => 2 + 2 * index;
/** Id of the stand or cord of object `index`. */
export const supportId = (index: number): number => 3 + 2 * index;

/** Half width and half height of a shape of size 1, chosen so that the silhouettes cover about the same area. */
const PROPORTIONS: Record<Shape, readonly [number, number]> = {
  sphere: [0.5, 0.5],
  box: [0.395, 0.395],
  cylinder: [0.42, 0.44],
  cone: [0.55, 0.56],
};

/** Thin parts in metres; `perSize` ones scale with the object. */
const POST_RADIUS = 0.02;
const CORD_RADIUS = 0.008;
const FOOT = { radius: 0.17, halfHeight: 0.014 };
const PLATE = { perSize: 0.3, halfHeight: 0.01 };
const HOOK = 0.03;
/** Cords end this far above the object, beyond the top edge of any sensible picture. */
const CORD_LENGTH = 30;

const METAL: Vector = [0.3, 0.31, 0.33];
const ROPE: Vector = [0.2, 0.17, 0.13];

function solid(
  shape: Shape,
  [x, y, z]: Vector,
  [rx, ry, rz]: Vector,
  yaw: number,
  albedo: Vector,
  gloss: number,
  id: number,
): Solid {
  const bound =
    shape === 'sphere' ? rx : shape === 'box' ? Math.sqrt(rx * rx + ry * ry + rz * rz) : Math.sqrt(rx * rx + ry * ry);
  return {
    shape,
    x,
    y,
    z,
    rx,
    ry,
    rz,
    cos: exactCos(yaw * RADIANS),
    sin: exactSin(yaw * RADIANS),
    bound,
    albedo,
    gloss,
    id,
  };
}

/** Colours and gloss of composed things' parts that don't have the object's own colour. */
const PAINTS: Readonly<Record<Exclude<Paint, 'own'>, readonly [Vector, number]>> = {
  dark: [[0.05, 0.05, 0.055], 0.2],
  metal: [METAL, 0.6],
  wood: [[0.2, 0.12, 0.06], 0.1],
  light: [[0.75, 0.74, 0.7], 0.3],
  glass: [[0.09, 0.12, 0.15], 0.9],
};

/** Half height of an object, metres. */
export function halfHeight({
  shape,
  category,
  size,
  stretch: [, tall] = [1, 1, 1],
}: Pick<ObjectSpec, 'shape' | 'category' | 'size' | 'stretch'>): number {
  if (category !== undefined) return (COMPOSITIONS[category].height * size) / COMPOSITIONS[category].size / 2;
  return PROPORTIONS[shape][1] * size * tall;
}

/** The coloured solid itself. */
export function bodyOf(object: ObjectSpec, index: number): Solid {
  const [width, height] = PROPORTIONS[object.shape];
  const [wide, tall, deep] = object.stretch ?? [1, 1, 1];
  const extents: Vector = [width * object.size * wide, height * object.size * tall, width * object.size * deep];
  const body = solid(object.shape, object.position, extents, object.yaw, COLOURS[object.colour], 0.55, bodyId(index));
  return object.pattern === undefined ? body : { ...body, pattern: object.pattern };
}

/** Radius of the upright cylinder that holds an object, metres. */
export function reachOf({ category, size }: Pick<ObjectSpec, 'category' | 'size'>): number {
  return category === undefined ? 0.56 * size : (COMPOSITIONS[category].radius * size) / COMPOSITIONS[category].size;
}

/** All solids of the object itself: one, or the parts of a composed thing. */
export function partsOf(object: ObjectSpec, index: number): Solid[] {
  if (object.category === undefined) return [bodyOf(object, index)];
  const { parts, size, height } = COMPOSITIONS[object.category];
  const scale = object.size / size;
  const [cos, sin] = [exactCos(object.yaw * RADIANS), exactSin(object.yaw * RADIANS)];
  const [x, y, z] = object.position;
  return parts.map(({ shape, at, half, paint }) => {
    const [ax, ay, az] = [at[0] * scale, (at[1] - height / 2) * scale, at[2] * scale];
    const [albedo, gloss] = paint === 'own' ? [COLOURS[object.colour], 0.4] : PAINTS[paint];
    const body = solid(
      shape,
      [x + ax * cos + az * sin, y + ay, z - ax * sin + az * cos],
      [half[0] * scale, half[1] * scale, half[2] * scale],
      object.yaw,
      albedo,
      gloss,
      bodyId(index),
    );
    return object.pattern === undefined || paint !== 'own' ? body : { ...body, pattern: object.pattern };
  });
}

/** x and z of the cord that an object hangs by. */
function tiedAt({ category, size, yaw, position: [x, , z] }: ObjectSpec): [number, number] {
  if (category === undefined) return [x, z];
  const { hook, size: usual } = COMPOSITIONS[category];
  const [hx, hz] = [(hook[0] * size) / usual, (hook[1] * size) / usual];
  const [cos, sin] = [exactCos(yaw * RADIANS), exactSin(yaw * RADIANS)];
  return [x + hx * cos + hz * sin, z - hx * sin + hz * cos];
}

/** The solids that carry an object, from the object outward. */
export function supportOf(object: ObjectSpec, index: number): Solid[] {
  const [x, y, z] = object.position;
  const fit = object.fittings ?? 1;
  const id = supportId(index);
  const cylinder = (
    bottom: number,
    top: number,
    radius: number,
    albedo: Vector,
    gloss: number,
    [atX, atZ] = [x, z],
  ): Solid =>
    solid('cylinder', [atX, (bottom + top) / 2, atZ], [radius, (top - bottom) / 2, radius], 0, albedo, gloss, id);
  switch (object.support) {
    case 'ground':
      return [];
    case 'cord': {
      const top = y + halfHeight(object);
      const tied = tiedAt(object);
      return [
        cylinder(top - HOOK * fit, top + HOOK * fit, HOOK * 0.6 * fit, METAL, 0.6, tied),
        cylinder(top, top + CORD_LENGTH * fit, CORD_RADIUS * fit, ROPE, 0, tied),
      ];
    }
    case 'stand': {
      const bottom = y - halfHeight(object);
      const plate = bottom - 2 * PLATE.halfHeight * fit;
      return [
        cylinder(plate, bottom, PLATE.perSize * object.size, METAL, 0.6),
        cylinder(0, plate, POST_RADIUS * fit, METAL, 0.6),
        cylinder(0, 2 * FOOT.halfHeight * fit, FOOT.radius * fit, METAL, 0.4),
      ];
    }
  }
}

/** All solids of a scene. */
export function solidsOf({ objects, hidden = [] }: Pick<Scene, 'objects' | 'hidden'>): Solid[] {
  return objects.flatMap((object, index) =>
    hidden.includes(index) ? [] : [...partsOf(object, index), ...supportOf(object, index)],
  );
}
