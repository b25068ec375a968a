/**
 * Everyday things composed of solids, each with the size that it usually has, so that known size is a cue to distance.
 * Parts are given in metres of the usual thing: x along it, y up from its foot, z across it.
 */
import type { Category, Shape, Vector } from './model.ts';

/** `own` is the object's colour. */
export type Paint = 'own' | 'dark' | 'metal' | 'wood' | 'light' | 'glass';

export interface Part {
  readonly shape: Shape;
  readonly at: Vector;
  /** Half extents; radius and half height of round parts. */
  readonly half: Vector;
  readonly paint: Paint;
}

const part = (shape: Shape, paint: Paint, at: Vector, half: Vector): Part => ({ shape, paint, at, half });
const box = (paint: Paint, at: Vector, half: Vector): Part => part('box', paint, at, half);
/** An upright round part from `bottom` to `top`. */
const round = (
  shape: 'cylinder' | 'cone',
  paint: Paint,
  radius: number,
  bottom: number,
  top: number,
  [x, z] = [0, 0],
): Part => part(shape, paint, [x, (bottom + top) / 2, z], [radius, (top - bottom) / 2, radius]);
const ball = (paint: Paint, radius: number, at: Vector): Part => part('sphere', paint, at, [radius, radius, radius]);
const both = (make: (sign: number) => Part): Part[] => [-1, 1].map(make);

const PARTS: Readonly<Record<Category, readonly Part[]>> = {
  cup: [
    round('cylinder', 'own', 0.04, 0, 0.09),
    round('cylinder', 'dark', 0.034, 0.09, 0.091),
    box('own', [0.049, 0.072, 0], [0.014, 0.006, 0.007]),
    box('own', [0.049, 0.024, 0], [0.014, 0.006, 0.007]),
    box('own', [0.063, 0.048, 0], [0.006, 0.03, 0.007]),
  ],
  bottle: [
    round('cylinder', 'own', 0.037, 0, 0.17),
    round('cone', 'own', 0.037, 0.17, 0.25),
    round('cylinder', 'own', 0.014, 0.17, 0.25),
    round('cylinder', 'light', 0.0375, 0.05, 0.12),
    round('cylinder', 'metal', 0.016, 0.25, 0.275),
  ],
  chair: [
    box('own', [0, 0.45, 0], [0.22, 0.025, 0.22]),
    box('own', [-0.2, 0.69, 0], [0.02, 0.22, 0.22]),
    ...both((x) => box('own', [0.195 * x, 0.215, 0.195], [0.025, 0.215, 0.025])),
    ...both((x) => box('own', [0.195 * x, 0.215, -0.195], [0.025, 0.215, 0.025])),
  ],
  barrel: [
    round('cylinder', 'own', 0.29, 0, 0.88),
    round('cylinder', 'metal', 0.3, 0.14, 0.21),
    round('cylinder', 'metal', 0.3, 0.67, 0.74),
    round('cylinder', 'wood', 0.26, 0.88, 0.885),
  ],
  car: [
    box('own', [0, 0.62, 0], [2.1, 0.34, 0.85]),
    box('glass', [-0.2, 1.2, 0], [1.05, 0.26, 0.74]),
    box('own', [-0.2, 1.49, 0], [1, 0.05, 0.74]),
    ...both((x) => ball('dark', 0.36, [1.3 * x, 0.36, 0.6])),
    ...both((x) => ball('dark', 0.36, [1.3 * x, 0.36, -0.6])),
    ...both((z) => box('light', [2.1, 0.72, 0.6 * z], [0.03, 0.09, 0.16])),
  ],
  tree: [
    round('cylinder', 'wood', 0.2, 0, 1.8),
    round('cone', 'own', 1.5, 1.3, 3.5),
    round('cone', 'own', 1.2, 2.4, 4.3),
    round('cone', 'own', 0.85, 3.4, 5.2),
  ],
  house: [
    box('own', [0, 1.36, 0], [2.4, 1.36, 2.08]),
    round('cone', 'dark', 3.28, 2.72, 4.96),
    box('wood', [1.44, 3.68, 0], [0.28, 0.96, 0.28]),
    ...both((z) => box('wood', [0, 0.84, 2.08 * z], [0.4, 0.84, 0.048])),
    ...both((z) => box('glass', [-1.44, 1.52, 2.08 * z], [0.4, 0.44, 0.048])),
    ...both((z) => box('glass', [1.44, 1.52, 2.08 * z], [0.4, 0.44, 0.048])),
    ...both((x) => box('glass', [2.4 * x, 1.52, -0.88], [0.048, 0.44, 0.4])),
    ...both((x) => box('glass', [2.4 * x, 1.52, 0.88], [0.048, 0.44, 0.4])),
  ],
};

/** A thing at its usual size. */
export interface Composition {
  readonly parts: readonly Part[];
  readonly height: number;
  /** Radius of the upright cylinder that holds it. */
  readonly radius: number;
  /** Where a cord is tied: x and z. */
  readonly hook: readonly [number, number];
  /** Root of its width times its height, metres: a sphere of this diameter looks about as large. */
  readonly size: number;
}

const square = (value: number): number => value * value;

function composed(parts: readonly Part[], hook: Composition['hook'] = [0, 0]): Composition {
  const extent = (k: 0 | 1 | 2): number => Math.max(...parts.map(({ at, half }) => at[k] + half[k]));
  const radius = Math.max(
    ...parts.map(({ shape, at: [x, , z], half: [rx, , rz] }) =>
      shape === 'box' ? Math.sqrt(square(Math.abs(x) + rx) + square(Math.abs(z) + rz)) : Math.sqrt(x * x + z * z) + rx,
    ),
  );
  // Seen from the side and end-on in equal parts.
  return { parts, height: extent(1), radius, hook, size: Math.sqrt((extent(0) + extent(2)) * extent(1)) };
}

export const COMPOSITIONS: Readonly<Record<Category, Composition>> = Object.fromEntries(
  // A chair hangs by its back.
  Object.entries(PARTS).map(([name, parts]) => [name, composed(parts, name === 'chair' ? [-0.2, 0] : [0, 0])]),
) as Record<Category, Composition>;
