/** Encoded grey levels to bytes, with the sensor's noise. */

/**
 * Rounds to bytes after adding sensor noise of standard deviation `sigma`: most of it shared by the channels, the rest
 * red's and blue's own.
 */
export function store(
  rgb: Uint8Array,
  at: number,
  { r, g, b }: { r: number; g: number; b: number },
  sigma: number,
  h: number,
): void {
  // The sum of two uniform bytes has mean 255 and standard deviation 104.5.
  const shared = (((h & 255) + ((h >>> 8) & 255) - 255) / 104.5) * sigma;
  const red = (((h >>> 16) & 255) / 147 - 0.867) * sigma;
  const blue = ((h >>> 24) / 147 - 0.867) * sigma;
  rgb[at] = byte(r + shared + red);
  rgb[at + 1] = byte(g + shared);
  rgb[at + 2] = byte(b + shared + blue);
}

function byte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value + 0.5);
}
