/** Pictures to PNG files and back, and the hash of decoded pixels. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import sharp from 'sharp';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import { hashPixels } from '../../core/formats/pixel-hash.ts';

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Row-major, three bytes a pixel. */
  readonly rgb: Uint8Array;
}

/** sha-256 of a picture's size and pixels, independent of how the file is compressed. */
export const pixelHash = ({ width, height, rgb }: Pixels): string => hashPixels(width, height, rgb);

/** Writes a picture as PNG; see `writeQuickly`. */
export async function writePng(path: string, { rgb, width, height }: Pixels): Promise<void> {
  await writeQuickly(
    path,
    await sharp(rgb, { raw: { width, height, channels: 3 } })
      .png({ compressionLevel: 6 })
      .toBuffer(),
  );
}

export interface Mask {
  readonly width: number;
  readonly height: number;
  /** Row-major, one label a pixel. */
  readonly labels: Uint8Array;
}

/** Writes a mask as 8-bit grey PNG, a label a pixel. */
export async function writeMask(path: string, { labels, width, height }: Mask): Promise<void> {
  await writeQuickly(
    path,
    await sharp(labels, { raw: { width, height, channels: 1 } })
      .toColourspace('b-w')
      .png({ compressionLevel: 3 })
      .toBuffer(),
  );
}

/** Reads a mask. Throws `image-not-readable`. */
export async function readMask(path: string): Promise<Mask> {
  try {
    const { data, info } = await sharp(path).extractChannel(0).raw().toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      labels: new Uint8Array(data.buffer, data.byteOffset, data.length),
    };
  } catch (error) {
    throw notReadable(path, error);
  }
}

/** Writes a depth map (metres) as 16-bit grey PNG in millimetres; 0 where it is not finite, 65,535 beyond 65.5 m. */
export async function writeDepthMap(
  path: string,
  depth: ArrayLike<number>,
  { width, height }: { width: number; height: number },
): Promise<void> {
  const millimetres = Uint16Array.from(depth, (metres) =>
    Number.isFinite(metres) ? Math.min(65_535, Math.round(metres * 1000)) : 0,
  );
  await writeQuickly(
    path,
    await sharp(millimetres, { raw: { width, height, channels: 1 } })
      .toColourspace('grey16')
      .png({ compressionLevel: 3 })
      .toBuffer(),
  );
}

/**
 * Writes a file under a temporary name and renames it. Unlike `writeFileAtomic` it doesn't flush to the disk: a set
 * counts only once its `set.json` is written, and two thousand flushes would take longer than the rendering.
 */
async function writeQuickly(path: string, bytes: Uint8Array): Promise<void> {
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

/**
 * Decodes an image file to RGB, as extraction does: no colour profile applied, transparency dropped. Throws
 * `image-not-readable`.
 */
export async function readPixels(path: string): Promise<Pixels> {
  try {
    const { data, info } = await sharp(path, { ignoreIcc: true })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels`);
    // Not the Buffer itself: its `slice` shares memory where a typed array's copies.
    return { width: info.width, height: info.height, rgb: new Uint8Array(data.buffer, data.byteOffset, data.length) };
  } catch (error) {
    throw notReadable(path, error);
  }
}

const notReadable = (path: string, cause: unknown): PlumblineError =>
  new PlumblineError('image-not-readable', `the image can't be decoded: ${messageOf(cause)}`, {
    where: path,
    hint: 'the file is missing, damaged or not an image; generate the set again',
    cause,
  });
