/** Small pictures for the gallery, each stored once however many sides show it. */
import { join } from 'node:path';
import sharp from 'sharp';
import { messageOf, PlumblineError } from '../../core/errors.ts';

export interface Thumbnail {
  /** Place in the list of pictures. */
  readonly index: number;
  /** Of the picture itself, in pixels: boxes are given in these. */
  readonly width: number;
  readonly height: number;
}

/** Longest side of a picture that stands alone, and of one among many. */
const LONGEST = { alone: 288, strip: 128 } as const;

export class Thumbnails {
  private readonly known = new Map<string, Promise<Thumbnail>>();
  /** Data addresses, by `Thumbnail.index`. */
  readonly pictures: string[] = [];
  private readonly directory: string;

  /** @param directory folder of the set */
  constructor(directory: string) {
    this.directory = directory;
  }

  /** @throws PlumblineError `picture-unreadable` */
  of(file: string, size: keyof typeof LONGEST): Promise<Thumbnail> {
    const key = `${size} ${file}`;
    let found = this.known.get(key);
    if (found === undefined) this.known.set(key, (found = this.make(file, LONGEST[size])));
    return found;
  }

  private async make(file: string, longest: number): Promise<Thumbnail> {
    const path = join(this.directory, file);
    const index = this.pictures.push('') - 1;
    try {
      const image = sharp(path, { ignoreIcc: true });
      const { width, height } = await image.metadata();
      const jpeg = await image
        .resize({ width: longest, height: longest, fit: 'inside', withoutEnlargement: true })
        .flatten({ background: '#808080' })
        .jpeg({ quality: 80 })
        .toBuffer();
      this.pictures[index] = `data:image/jpeg;base64,${jpeg.toString('base64')}`;
      return { index, width, height };
    } catch (error) {
      throw new PlumblineError('picture-unreadable', `a picture of the set can't be read: ${messageOf(error)}`, {
        where: path,
        hint: 'generate or import the contrast set again',
        cause: error,
      });
    }
  }
}
