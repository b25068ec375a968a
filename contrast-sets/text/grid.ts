/**
 * A layout drawn as characters, or the same one told in rows and columns (the rewording). The intervention trades the
 * two letters' columns (or rows).
 */
import type { Pair } from '../../core/artifacts/contrast-set.ts';
import { Random } from '../../core/random.ts';
import { balancedBits } from '../balance.ts';
import { textPairs, type Told } from './scene.ts';

const LETTERS = [...'ABCDEFGHKLMNPRSTX'];
const EMPTY = '.';

export interface GridSpec {
  readonly index: number;
  readonly horizontal: boolean;
  readonly vertical: boolean;
}

export function gridScenes(seed: number, scenes: number): GridSpec[] {
  return balancedBits(new Random(seed, 'text-grid-balance'), scenes, 2).map((row, index) => ({
    index,
    horizontal: row[0] === 0,
    vertical: row[1] === 0,
  }));
}

export function gridPairs(spec: GridSpec, seed: number, size: number): Pair[] {
  const random = new Random(seed, 'text-grid', spec.index);
  const names = random.shuffle(LETTERS).slice(0, 2);
  const two = (): [number, number] => {
    const [a, b] = random.shuffle(Array.from({ length: size }, (_, i) => i)).slice(0, 2);
    return a < b ? [a, b] : [b, a];
  };
  const [columns, rows] = [two(), two()];
  /** Cells of the first and the second letter: the lower column is the left one, the lower row the upper one. */
  const cells = (turned?: 'horizontal' | 'vertical'): [number, number][] => {
    const left = spec.horizontal !== (turned === 'horizontal') ? 0 : 1;
    const above = spec.vertical !== (turned === 'vertical') ? 0 : 1;
    return [0, 1].map((i) => [columns[i === left ? 0 : 1], rows[i === above ? 0 : 1]]);
  };
  const draw = (places: readonly (readonly [number, number])[]): string =>
    Array.from({ length: size }, (_, row) =>
      Array.from(
        { length: size },
        (__, column) => names[places.findIndex(([c, r]) => c === column && r === row)] ?? EMPTY,
      ).join(' '),
    ).join('\n');
  const tell = (places: [number, number][], words: boolean): Told => {
    const text = words
      ? `On a grid of ${size} rows (counted from the top) and ${size} columns (counted from the left), ${names[0]} is in row ${places[0][1] + 1}, column ${places[0][0] + 1}, and ${names[1]} is in row ${places[1][1] + 1}, column ${places[1][0] + 1}.`
      : draw(places);
    const placed = places.map(([column, row], i) => ({ name: names[i], column, row }));
    return { text, objects: [placed[0], placed[1]], layout: [size, size] };
  };
  return (['horizontal', 'vertical'] as const).flatMap((axis) =>
    textPairs({
      group: `grid-${String(spec.index).padStart(5, '0')}`,
      axis,
      conditions: {},
      task: 'grid',
      told: tell(cells(), false),
      flipped: tell(cells(axis), false),
      reworded: tell(cells(), true),
      order: [0, 1],
      // Neighbouring cells are the hard ones.
      difficulty:
        1 -
        (Math.abs((axis === 'horizontal' ? columns : rows)[1] - (axis === 'horizontal' ? columns : rows)[0]) - 1) /
          Math.max(1, size - 2),
      nuisance: {
        first_name: names[0],
        second_name: names[1],
        columns_apart: columns[1] - columns[0],
        rows_apart: rows[1] - rows[0],
        first_column: columns[0],
        first_row: rows[0],
      },
    }),
  );
}
