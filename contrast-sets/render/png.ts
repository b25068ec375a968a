/** Pictures to PNG files and back, and the hash of decoded pixels. */
import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Row-major, three bytes a pixel. */
  readonly rgb: Uint8Array;
}

/** sha-256 of a picture's size and pixels, independent of how the file is compressed. */
export function pixelHash({ width, height, rgb }: Pixels): string {
  return createHash('sha256').update(`${width}x${height}\n`).update(rgb).digest('hex');
}

/**
 * Writes a PNG under a temporary name and renames it. Unlike `writeFileAtomic` it doesn't flush to the disk: a set counts only once its `set.json` is written,
 * and two thousand flushes would take longer than the rendering.
 */
export async function writePng(path: string, { rgb, width, height }: Pixels): Promise<void> {
  const bytes = await sharp(rgb, { raw: { width, height, channels: 3 } }).png({ compressionLevel: 6 }).toBuffer();
  const temporary = join(dirname(path), `.${basename(path)}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(error, path);
  }
}

/** Decodes an image file to RGB. Throws `image-not-readable`. */
export async function readPixels(path: string): Promise<Pixels> {
  try {
    const { data, info } = await sharp(path).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels`);
    return { width: info.width, height: info.height, rgb: data };
  } catch (error) {
    throw new PlumblineError('image-not-readable', `the image can't be decoded: ${messageOf(error)}`, { where: path, hint: 'the file is missing, damaged or not an image; generate the set again', cause: error });
  }
}
