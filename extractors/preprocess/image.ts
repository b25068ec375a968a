/** 8-bit RGB pictures and how they are decoded. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';

/** Interleaved RGB, row by row, 3 bytes a pixel. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Decodes a picture as Pillow's `Image.open(path).convert("RGB")` does: no rotation by EXIF, no colour profile applied,
 * transparency dropped (not composited), grey repeated in the three channels.
 * @throws PlumblineError `file-not-found`, `image-undecodable`
 */
export async function decodeImage(path: string): Promise<RgbImage> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw fileError(error, path);
  }
  try {
    const { data, info } = await sharp(bytes, { ignoreIcc: true })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} channels after conversion to RGB`);
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw new PlumblineError('image-undecodable', `this picture can't be decoded: ${messageOf(error)}`, {
      where: path,
      hint: 'make it again or take it out of the set',
      cause: error,
    });
  }
}
