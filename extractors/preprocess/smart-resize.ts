/** Qwen2-VL's sizes, and its pictures as rows of patches. Source: `image_processing_qwen2_vl.py` in transformers. */
import { PlumblineError } from '../../core/errors.ts';
import type { Size } from './geometry.ts';
import type { RgbImage } from './image.ts';

export interface SmartResizeOptions {
  /** Both edges become multiples of it. */
  readonly factor: number;
  readonly minPixels: number;
  readonly maxPixels: number;
}

const MAX_ASPECT = 200;

/** Python's `round`: halves go to the even neighbour. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/**
 * The size with edges divisible by `factor`, within the limits on the number of pixels, with about the picture's
 * proportions.
 * @throws PlumblineError `extreme-aspect-ratio`
 */
export function smartResize({ width, height }: Size, { factor, minPixels, maxPixels }: SmartResizeOptions): Size {
  if (Math.max(width, height) / Math.min(width, height) > MAX_ASPECT)
    throw new PlumblineError(
      'extreme-aspect-ratio',
      `a picture of ${width} × ${height} is more than ${MAX_ASPECT} times as long as wide`,
      { where: `${width} × ${height}`, hint: 'the model takes no such pictures: crop it' },
    );
  const rounded = { width: roundHalfEven(width / factor) * factor, height: roundHalfEven(height / factor) * factor };
  const pixels = rounded.width * rounded.height;
  if (pixels > maxPixels) {
    const beta = Math.sqrt((height * width) / maxPixels);
    const fit = (edge: number): number => Math.max(factor, Math.floor(edge / beta / factor) * factor);
    return { width: fit(width), height: fit(height) };
  }
  if (pixels < minPixels) {
    const beta = Math.sqrt(minPixels / (height * width));
    const fit = (edge: number): number => Math.ceil((edge * beta) / factor) * factor;
    return { width: fit(width), height: fit(height) };
  }
  return rounded;
}

export interface PatchRowsOptions {
  readonly patch: number;
  /** Patches that are merged into one token, along an edge. */
  readonly merge: number;
  /** Frames in a patch. */
  readonly temporal: number;
  /** Value of each byte in each channel, 3 × 256. */
  readonly table: Float32Array;
}

/**
 * Frames of one size as rows [t · h · w, 3 · temporal · patch²]: blocks of merge × merge patches row by row, in each
 * the patches row by row, in each row channel, frame, y, x. The last frame is repeated to fill the last patch.
 */
export function patchRows(
  frames: readonly RgbImage[],
  { patch, merge, temporal, table }: PatchRowsOptions,
): { values: Float32Array; grid: [number, number, number] } {
  const [{ width, height }] = frames;
  const grid: [number, number, number] = [Math.ceil(frames.length / temporal), height / patch, width / patch];
  const size = 3 * temporal * patch * patch;
  const values = new Float32Array(grid[0] * grid[1] * grid[2] * size);
  const order = blockOrder(grid[1], grid[2], merge);
  for (let t = 0; t < grid[0]; t++) {
    for (let cell = 0; cell < order.length; cell++) {
      const y0 = Math.floor(cell / grid[2]) * patch;
      const x0 = (cell % grid[2]) * patch;
      let at = (t * order.length + order[cell]) * size;
      for (let channel = 0; channel < 3; channel++) {
        for (let k = 0; k < temporal; k++) {
          const { data } = frames[Math.min(t * temporal + k, frames.length - 1)];
          for (let y = 0; y < patch; y++) {
            const from = ((y0 + y) * width + x0) * 3 + channel;
            for (let x = 0; x < patch; x++) values[at++] = table[channel * 256 + data[from + 3 * x]];
          }
        }
      }
    }
  }
  return { values, grid };
}

/** Place of each patch (the grid read row by row) when blocks of merge × merge patches follow one another. */
export function blockOrder(rows: number, columns: number, merge: number): Int32Array {
  const across = columns / merge;
  return Int32Array.from({ length: rows * columns }, (_, cell) => {
    const row = Math.floor(cell / columns);
    const column = cell % columns;
    const block = Math.floor(row / merge) * across + Math.floor(column / merge);
    return block * merge * merge + (row % merge) * merge + (column % merge);
  });
}
