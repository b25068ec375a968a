/**
 * Any-res of LLaVA-NeXT and LLaVA-OneVision: which grid of tiles a picture gets. Sources: `image_processing_utils.py`,
 * `modeling_llava_onevision.py` in transformers.
 */
import type { Size } from './geometry.ts';

/** The resolution that keeps most of the picture's pixels; among equals the one that wastes fewest. */
export function selectBestResolution({ width, height }: Size, resolutions: readonly Size[]): Size {
  let best = resolutions[0];
  let most = 0;
  let least = Infinity;
  for (const resolution of resolutions) {
    const scale = Math.min(resolution.width / width, resolution.height / height);
    const effective = Math.min(Math.trunc(width * scale) * Math.trunc(height * scale), width * height);
    const wasted = resolution.width * resolution.height - effective;
    if (effective > most || (effective === most && wasted < least))
      [best, most, least] = [resolution, effective, wasted];
  }
  return best;
}

/** The picture's size inside `target`, in its own proportions. */
export function fitInside({ width, height }: Size, target: Size): Size {
  const across = target.width / width;
  const down = target.height / height;
  if (across < down) return { width: target.width, height: Math.min(Math.ceil(height * across), target.height) };
  return { width: Math.min(Math.ceil(width * down), target.width), height: target.height };
}

/** Python's `int(round(value, 7))`. */
const roundedDown = (value: number): number => Math.trunc(Number(value.toFixed(7)));

/** The part of a grid of features that isn't padding (`unpad_image`). */
export interface Unpadded {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

/**
 * What is left of `rows` × `columns` features when those of the padding around a picture of this size are taken away.
 */
export function unpad({ width, height }: Size, rows: number, columns: number): Unpadded {
  if (width / height > columns / rows) {
    const padding = Math.floor((rows - roundedDown(height * (columns / width))) / 2);
    return { top: padding, left: 0, rows: rows - 2 * padding, columns };
  }
  const padding = Math.floor((columns - roundedDown(width * (rows / height))) / 2);
  return { top: 0, left: padding, rows, columns: columns - 2 * padding };
}

/**
 * Size to which a grid of features is shrunk, where it has more than `most` tiles' worth; the grid itself where it
 * hasn't.
 */
export function shrunk(
  { rows, columns }: Pick<Unpadded, 'rows' | 'columns'>,
  most: number,
  side: number,
): { rows: number; columns: number } {
  const ratio = Math.sqrt((rows * columns) / (most * side * side));
  return ratio > 1.1 ? { rows: Math.floor(rows / ratio), columns: Math.floor(columns / ratio) } : { rows, columns };
}

/**
 * Weights of PyTorch's bilinear interpolation (align_corners off, no antialiasing) along one axis: for each new index
 * two old ones and the second's share.
 */
export function bilinearTaps(from: number, to: number): { low: number; high: number; share: number }[] {
  return Array.from({ length: to }, (_, i) => {
    const at = Math.max(0, (i + 0.5) * (from / to) - 0.5);
    const low = Math.min(Math.floor(at), from - 1);
    return { low, high: Math.min(low + 1, from - 1), share: at - low };
  });
}
