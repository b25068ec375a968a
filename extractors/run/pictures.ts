/** Pictures of a set, decoded and fitted to the model, and the regions of them that are read. */
import { join } from 'node:path';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { checkPixels } from '../../core/formats/pixel-hash.ts';
import type { VisionPart } from '../checkpoint/vision-part.ts';
import { patchesOfBox, type Placement, type Size } from '../preprocess/geometry.ts';
import { decodeImage } from '../preprocess/image.ts';
import { fitImage, writePixels } from '../preprocess/processor.ts';
import type { Region } from './vision.ts';

export interface Picture {
  /** Path relative to the set's folder. */
  readonly image: string;
  readonly original: Size;
  readonly placement: Placement;
  /** Normalised planes [3, height, width]. */
  readonly pixels: Float32Array;
}

/**
 * Decodes and preprocesses pictures; decoding runs beside the model, on other threads.
 * @param hashes pixel hashes that the set records; a picture that differs is refused
 */
export async function loadPictures(part: VisionPart, directory: string, images: readonly string[], hashes: Readonly<Record<string, string>> = {}): Promise<Picture[]> {
  return Promise.all(
    images.map(async (image) => {
      const decoded = await decodeImage(join(directory, image));
      checkPixels(decoded.width, decoded.height, decoded.data, hashes[image], join(directory, image));
      const fitted = fitImage(part.processor, decoded);
      const pixels = new Float32Array(3 * fitted.image.width * fitted.image.height);
      writePixels(part.processor, fitted.image, pixels, 0);
      return { image, original: { width: decoded.width, height: decoded.height }, placement: fitted.placement, pixels };
    }),
  );
}

/** Patches of the first two objects of an item. */
export function objectPatches(part: VisionPart, picture: Picture, item: Pick<Item, 'objects'>): number[][] {
  return item.objects.slice(0, 2).map(({ box }) => (box === undefined ? [] : patchesOfBox(box, picture.original, picture.placement, part.grid)));
}

/** The distinct regions of one picture, each with its row. */
export class Regions {
  readonly list: Region[] = [];
  private readonly rows = new Map<string, number>();

  /** Row of a region, which is added when new. */
  row(region: Region): number {
    const key = region === 'cls' ? region : region.join();
    let row = this.rows.get(key);
    if (row === undefined) {
      row = this.list.push(region) - 1;
      this.rows.set(key, row);
    }
    return row;
  }
}
