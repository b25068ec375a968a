/** Layouts: where the patches of a visual lie among rows, for image features and for layers of the encoder. */
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { patchesOfBox } from '../preprocess/geometry.ts';
import type { Layout, Tile, TilePlan, Visual, VisualRef } from './family.ts';

const count = ({ grid }: Pick<TilePlan, 'grid'>): number => grid.rows * grid.columns;

/**
 * Rows of tiles that lie one after the other, each after `prefix` rows that are no patches (class token, registers).
 */
export function layoutOfTiles(tiles: readonly TilePlan[], prefix: number): Layout {
  let at = 0;
  const placed = tiles.map((tile): Tile => {
    const first = at + prefix;
    at = first + count(tile);
    return {
      pictures: tile.pictures,
      grid: tile.grid,
      placement: tile.placement,
      rows: Int32Array.from({ length: count(tile) }, (_, i) => first + (tile.order?.[i] ?? i)),
    };
  });
  return { length: at, cls: prefix > 0 ? 0 : null, tiles: placed };
}

/** All rows that are patches. */
export function patchRows(layout: Layout): number[] {
  return layout.tiles.flatMap(({ rows }) => [...rows]);
}

/**
 * Rows of the patches that an object's box covers, over all tiles that show its picture: those whose centre lies in the
 * box, or where no centre does, of the first such tile the patch that holds the box's centre.
 * @param box `[x, y, width, height]` in pixels of the original picture
 * @param picture which of the visual's pictures
 */
export function rowsOfBox(
  visual: Visual,
  layout: Layout,
  box: readonly [number, number, number, number],
  picture = 0,
): number[] {
  const tiles = layout.tiles.filter(({ pictures }) => pictures.includes(picture));
  const found = tiles.map((tile) => ({
    tile,
    ...patchesOfBox(box, visual.originals[picture], tile.placement, tile.grid),
  }));
  const inside = found.filter(({ exact }) => exact);
  const used = inside.length > 0 ? inside : found.slice(0, 1);
  return used.flatMap(({ tile, patches }) => patches.map((patch) => tile.rows[patch]));
}

/** A visual of an item's, and which of its pictures the item's picture `index` is; null where no visual shows it. */
export function visualOfPicture(refs: readonly VisualRef[], index: number): { visual: number; picture: number } | null {
  let before = 0;
  for (const [visual, { images }] of refs.entries()) {
    if (index < before + images.length) return { visual, picture: index - before };
    before += images.length;
  }
  return null;
}

/** Every picture by itself, in order; also the frames of a clip. */
export function eachPicture({ images }: Pick<Item, 'images'>): VisualRef[] {
  return images.map((image) => ({ kind: 'picture', images: [image] }));
}

/** Key of a visual: the same pictures in the same order go through the encoder once. */
export const visualKey = ({ kind, images }: VisualRef): string => JSON.stringify([kind, images]);
