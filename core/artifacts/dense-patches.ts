/**
 * Dense patch states: the state of every patch of a picture at every layer, special tokens left out; what
 * correspondence is read from (methods §4).
 */
import { z } from 'zod';
import type { Matrix } from '../matrix.ts';

const sizeSchema = z.object({ width: z.number().positive(), height: z.number().positive() });
export const gridSchema = z.object({ rows: z.number().int().positive(), columns: z.number().int().positive() });

/** Where the patches of a picture lie in it, in pixels of the picture; patches are numbered row by row. */
export const patchPlacementSchema = z.object({
  picture: sizeSchema,
  grid: gridSchema,
  /** Width and height of a patch. */
  patch: sizeSchema,
  /**
   * Top-left corner of the first patch; inside the picture where the model's picture is cropped, negative where it is
   * padded.
   */
  left: z.number(),
  top: z.number(),
});
export type PatchGrid = z.infer<typeof gridSchema>;
export type PatchPlacement = z.infer<typeof patchPlacementSchema>;

/** Any source of dense patch states: a folder, arrays in memory, pixels. */
export interface DensePatches {
  /** In order of depth. */
  readonly layers: readonly string[];
  placement(image: string): PatchPlacement;
  /** States of all patches of one picture, P × d. */
  read(layer: string, image: string): Promise<Matrix<Float32Array>>;
}

/** Centre of a patch in pixels of the picture. */
export function patchCentre({ grid, patch, left, top }: PatchPlacement, index: number): [x: number, y: number] {
  return [
    left + ((index % grid.columns) + 0.5) * patch.width,
    top + (Math.floor(index / grid.columns) + 0.5) * patch.height,
  ];
}

/**
 * The patch that holds a point of the picture; -1 outside the grid. A point on an edge belongs to the patch right of
 * and below it.
 */
export function patchAt({ grid, patch, left, top }: PatchPlacement, x: number, y: number): number {
  const column = Math.floor((x - left) / patch.width);
  const row = Math.floor((y - top) / patch.height);
  return column >= 0 && column < grid.columns && row >= 0 && row < grid.rows ? row * grid.columns + column : -1;
}

/** Name of the pseudo-layer that holds the patches' own pixels, as the model sees them: the raw-RGB baseline. */
export const PIXELS = 'pixels';
