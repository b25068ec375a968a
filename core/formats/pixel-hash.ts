/** The content key of a picture: what it shows, however the file is compressed. */
import { createHash } from 'node:crypto';
import { PlumblineError } from '../errors.ts';

/** Hexadecimal sha-256 of a picture's size and its interleaved 8-bit RGB pixels. */
export function hashPixels(width: number, height: number, rgb: Uint8Array): string {
  return createHash('sha256').update(`${width}x${height}\n`).update(rgb).digest('hex');
}

/**
 * Refuses a picture that isn't the one that the set was made with.
 * @param expected hash in `set.json`; undefined where the set records none
 * @throws PlumblineError `picture-changed`
 */
export function checkPixels(
  width: number,
  height: number,
  rgb: Uint8Array,
  expected: string | undefined,
  where: string,
): void {
  if (expected === undefined || hashPixels(width, height, rgb) === expected) return;
  throw new PlumblineError(
    'picture-changed',
    `the pixels of this picture (${width} × ${height}) are not those that set.json was written with`,
    { where, hint: 'the file was replaced or edited: generate or import the set again' },
  );
}
