/**
 * What a kind of degradation is: a function of a picture, a severity from 1 to 5 and a random stream. Lengths are in
 * heights of the picture.
 */
import type { Random } from '../../../core/random.ts';
import type { Pixels } from '../../render/png.ts';

export const SEVERITIES = [1, 2, 3, 4, 5] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface Degraded {
  readonly picture: Pixels;
  /** Where a point of the clean picture went, in pixels; absent when nothing moved. */
  readonly moved?: (x: number, y: number) => readonly [number, number];
}

export interface DegradationKind {
  readonly name: string;
  /** What the five severities set, for `set.json` and captions. */
  readonly levels: { readonly what: string; readonly values: readonly [number, number, number, number, number] };
  apply(picture: Pixels, level: number, random: Random): Degraded | Promise<Degraded>;
}

export const clampByte = (value: number): number => (value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value + 0.5));

export type Rgb = [number, number, number];

/** A picture of the same size whose pixel (x, y) is what `at` writes into `rgb`, in 0–255. */
export function mapPixels({ width, height }: Pixels, at: (x: number, y: number, rgb: Rgb) => void): Pixels {
  const out = new Uint8Array(width * height * 3);
  const pixel: Rgb = [0, 0, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 3) {
      at(x, y, pixel);
      out[i] = clampByte(pixel[0]);
      out[i + 1] = clampByte(pixel[1]);
      out[i + 2] = clampByte(pixel[2]);
    }
  }
  return { width, height, rgb: out };
}

/**
 * Adds `weight` times the colour at a point between pixel centres, bilinear; the border repeats. Coordinates count
 * pixel centres from 0.
 */
export function addSample({ width, height, rgb }: Pixels, x: number, y: number, weight: number, into: Rgb): void {
  const cx = x < 0 ? 0 : x > width - 1 ? width - 1 : x;
  const cy = y < 0 ? 0 : y > height - 1 ? height - 1 : y;
  const [x0, y0] = [Math.floor(cx), Math.floor(cy)];
  const [fx, fy] = [cx - x0, cy - y0];
  const a = (y0 * width + x0) * 3;
  const b = x0 < width - 1 ? a + 3 : a;
  const down = y0 < height - 1 ? width * 3 : 0;
  for (let c = 0; c < 3; c++) {
    const top = rgb[a + c] * (1 - fx) + rgb[b + c] * fx;
    const bottom = rgb[a + down + c] * (1 - fx) + rgb[b + down + c] * fx;
    into[c] += weight * (top * (1 - fy) + bottom * fy);
  }
}

/** The colour at a point; see `addSample`. */
export function sample(picture: Pixels, x: number, y: number, into: Rgb): void {
  into[0] = into[1] = into[2] = 0;
  addSample(picture, x, y, 1, into);
}

/** About standard normal from four uniforms (Irwin–Hall), in the same bits on every machine; |z| ≤ 3.47. */
export const roughNormal = (random: Random): number =>
  (random.next() + random.next() + random.next() + random.next() - 2) * Math.sqrt(3);
