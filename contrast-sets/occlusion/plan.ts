/** Which scenes an occlusion set holds: colour, shape and side of the target dealt out in balance. */
import { Random } from '../../core/random.ts';
import type { ColourName } from '../scene/colours.ts';
import { SHAPES, type Shape } from '../scene/model.ts';

export const TARGET_COLOURS = [
  'red',
  'green',
  'blue',
  'yellow',
  'purple',
  'cyan',
] as const satisfies readonly ColourName[];

export interface OcclusionSpec {
  readonly id: string;
  readonly index: number;
  readonly colour: ColourName;
  readonly shape: Shape;
  readonly left: boolean;
}

/** `values` in turn, `n` of them, mixed. */
const dealt = <T>(random: Random, values: readonly T[], n: number): T[] =>
  random.shuffle(Array.from({ length: n }, (_, i) => values[i % values.length]));

export function planOcclusions(seed: number, scenes: number): OcclusionSpec[] {
  const colours = dealt(new Random(seed, 'occlusion-colour'), TARGET_COLOURS, scenes);
  const shapes = dealt(new Random(seed, 'occlusion-shape'), SHAPES, scenes);
  const sides = dealt(new Random(seed, 'occlusion-side'), [true, false], scenes);
  return colours.map((colour, index) => ({
    id: `o${String(index).padStart(5, '0')}`,
    index,
    colour,
    shape: shapes[index],
    left: sides[index],
  }));
}
