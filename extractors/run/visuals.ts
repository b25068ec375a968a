/** Visuals of a set, decoded and preprocessed, and the regions of them that are read. */
import { join } from 'node:path';
import { checkPixels } from '../../core/formats/pixel-hash.ts';
import type { VisionPart, Visual, VisualRef } from '../families/family.ts';
import { decodeImage, type RgbImage } from '../preprocess/image.ts';

/**
 * Decodes and preprocesses visuals; decoding runs beside the model, on other threads.
 * @param hashes pixel hashes that the set records; a picture that differs is refused
 */
export async function loadVisuals(
  part: VisionPart,
  directory: string,
  refs: readonly VisualRef[],
  hashes: Readonly<Record<string, string>> = {},
): Promise<Visual[]> {
  const load = async (image: string): Promise<RgbImage> => {
    const decoded = await decodeImage(join(directory, image));
    checkPixels(decoded.width, decoded.height, decoded.data, hashes[image], join(directory, image));
    return decoded;
  };
  return Promise.all(refs.map(async (ref) => part.prepare(ref, await Promise.all(ref.images.map(load)))));
}

/** A black picture as a visual: what the encoder's layers look like is tried on it. */
export function blankVisual(part: VisionPart): Visual {
  const { width, height } = part.picture.size ?? { width: 224, height: 224 };
  const black: RgbImage = { width, height, data: new Uint8Array(3 * width * height) };
  return part.prepare({ kind: 'picture', images: ['black'] }, [black]);
}

/**
 * What is averaged for one pooled row: all patches, the class token, or the patches that a box covers in one of the
 * visual's pictures.
 */
export type Region =
  'image' | 'cls' | { readonly box: readonly [number, number, number, number]; readonly picture: number };

/** The distinct regions of one visual, each with its row. */
export class Regions {
  readonly list: Region[] = [];
  private readonly rows = new Map<string, number>();

  /** Row of a region, which is added when new. */
  row(region: Region): number {
    const key = JSON.stringify(region);
    let row = this.rows.get(key);
    if (row === undefined) {
      row = this.list.push(region) - 1;
      this.rows.set(key, row);
    }
    return row;
  }
}
