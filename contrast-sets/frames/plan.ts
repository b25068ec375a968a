/** Which clips a set holds: motions, directions and answers dealt out in balance. */
import { Random } from '../../core/random.ts';
import { balancedBits } from '../balance.ts';
import type { ColourName } from '../scene/colours.ts';
import type { FramesParameters, Motion } from './parameters.ts';

export const CLIP_COLOURS = [
  'red',
  'green',
  'blue',
  'yellow',
  'purple',
  'cyan',
] as const satisfies readonly ColourName[];
export const COUNTS = [2, 3, 4, 5] as const;

/** A clip before its scene is drawn: small enough to send to a worker. */
export interface ClipSpec {
  readonly id: string;
  readonly motion: Motion;
  /** Number of the clip within its motion. */
  readonly index: number;
  /** Whether the path is run forwards (right, forward, away) or backwards. */
  readonly forwards: boolean;
  /** Whether the object that the appearance question names first appears first. */
  readonly before: boolean;
  readonly present: boolean;
  readonly count: number;
  /** Colour of object 0, and the other one that the blind question offers. */
  readonly colour: ColourName;
  readonly offered: ColourName;
}

/**
 * All ordered pairs of the colours in rounds of a tournament (circle method): a round has every colour once, and (a, b)
 * is followed by (b, a).
 */
export function colourPairs(): [ColourName, ColourName][] {
  const n = CLIP_COLOURS.length;
  return Array.from({ length: n - 1 }, (_, round) => {
    const seats = [0, ...Array.from({ length: n - 1 }, (_, i) => ((round + i) % (n - 1)) + 1)];
    return Array.from(
      { length: n / 2 },
      (_, i) => [CLIP_COLOURS[seats[i]], CLIP_COLOURS[seats[n - 1 - i]]] as const,
    ).flatMap(([a, b]): [ColourName, ColourName][] => [
      [a, b],
      [b, a],
    ]);
  }).flat();
}

/** `values` in turn, `n` of them, mixed. */
const dealt = <T>(random: Random, values: readonly T[], n: number): T[] =>
  random.shuffle(Array.from({ length: n }, (_, i) => values[i % values.length]));

/** The clips of a set. Every answer is equally frequent (±1), and directions are balanced within each motion. */
export function planClips(seed: number, { scenes, motions }: Pick<FramesParameters, 'scenes' | 'motions'>): ClipSpec[] {
  const counts = dealt(new Random(seed, 'frames-count'), COUNTS, scenes);
  const colours = dealt(new Random(seed, 'frames-colour'), colourPairs(), scenes);
  const present = dealt(new Random(seed, 'frames-presence'), [true, false], scenes);
  const specs = motions.flatMap((motion, m) => {
    const rows = balancedBits(
      new Random(seed, 'frames-balance', motion),
      Math.floor((scenes - m - 1) / motions.length) + 1,
      2,
    );
    return rows.map(([forwards, before], index) => ({ motion, index, forwards: forwards === 1, before: before === 1 }));
  });
  return new Random(seed, 'frames-order').shuffle(specs).map((spec, i) => ({
    id: `c${String(i).padStart(5, '0')}`,
    ...spec,
    present: present[i],
    count: counts[i],
    colour: colours[i][0],
    offered: colours[i][1],
  }));
}
