/** Pictures cut into tiles of one size, and stacked into one tensor. */
import { z } from 'zod';
import type { Feed } from '../families/family.ts';
import type { Size } from './geometry.ts';
import type { RgbImage } from './image.ts';
import { valueTable, writePixels } from './processor.ts';
import { type Filter, FILTERS } from './resample.ts';

/** The fields of `preprocessor_config.json` that say how grey levels become numbers, and how pictures are resized. */
export const pixelSchema = z.looseObject({
  resample: z.number().int().min(0).max(5).optional(),
  do_rescale: z.boolean().default(true),
  rescale_factor: z.number().default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: z.array(z.number()).length(3).default([0.5, 0.5, 0.5]),
  image_std: z.array(z.number().positive()).length(3).default([0.5, 0.5, 0.5]),
});
export type PixelConfig = z.infer<typeof pixelSchema>;

/** Height and width, as `size` gives them for tiles. */
export const heightWidth = z.object({ height: z.number().int().positive(), width: z.number().int().positive() });

/** Filter and table of values of a config. */
export function pixelValues(
  config: PixelConfig,
  fallback: Filter,
): { filter: Filter; table: Float32Array; flipped: false } {
  return {
    filter: config.resample === undefined ? fallback : FILTERS[config.resample],
    table: valueTable(config),
    flipped: false,
  };
}

/** The part of a picture that starts at (`left`, `top`); black where that lies outside. */
export function cropImage(image: RgbImage, left: number, top: number, { width, height }: Size): RgbImage {
  const data = new Uint8Array(width * height * 3);
  const fromX = Math.max(0, left);
  const toX = Math.min(image.width, left + width);
  for (let y = Math.max(0, top); y < Math.min(image.height, top + height); y++)
    if (toX > fromX)
      data.set(
        image.data.subarray((y * image.width + fromX) * 3, (y * image.width + toX) * 3),
        ((y - top) * width + fromX - left) * 3,
      );
  return { width, height, data };
}

/** Tiles of one size as `[tiles, 3, height, width]`. */
export function stackTiles(
  tiles: readonly RgbImage[],
  values: { readonly table: Float32Array; readonly flipped: boolean },
): Feed {
  const [{ width, height }] = tiles;
  const size = 3 * width * height;
  const pixels = new Float32Array(tiles.length * size);
  tiles.forEach((tile, i) => writePixels(values, tile, pixels, i * size));
  return { values: pixels, dims: [tiles.length, 3, height, width] };
}
