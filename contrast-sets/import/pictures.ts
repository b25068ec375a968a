/**
 * The pictures of an imported set: as they come, named by what they show, so that a picture that many rows share is
 * stored once.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import sharp from 'sharp';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import { hashPixels } from '../../core/formats/pixel-hash.ts';
import { rowProblem } from './row-problem.ts';

const EXTENSIONS: Readonly<Record<string, string>> = { jpeg: 'jpg', png: 'png', webp: 'webp' };
/** Larger files aren't pictures of a benchmark. */
const MAX_BYTES = 256 << 20;

export interface DecodedPicture {
  readonly bytes: Uint8Array;
  readonly extension: string;
  readonly width: number;
  readonly height: number;
  /** Content key of the pixels. */
  readonly hash: string;
}

export interface StoredPicture {
  /** Path relative to the set's folder. */
  readonly file: string;
  readonly width: number;
  readonly height: number;
  readonly hash: string;
}

/** Decodes a JPEG, PNG or WebP; throws `bad-row` when it can't be. */
export async function decodePicture(bytes: Uint8Array): Promise<DecodedPicture> {
  if (bytes.length === 0) throw rowProblem('the picture is empty');
  if (bytes.length > MAX_BYTES) throw rowProblem(`the picture has ${bytes.length} bytes`);
  try {
    const { format } = await sharp(bytes).metadata();
    const extension = EXTENSIONS[format ?? ''];
    if (extension === undefined)
      throw rowProblem(`the picture is ${format ?? 'of an unknown kind'}; JPEG, PNG and WebP can be read`);
    const { data, info } = await sharp(bytes, { ignoreIcc: true })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw rowProblem(`the picture has ${info.channels} channels`);
    return {
      bytes,
      extension,
      width: info.width,
      height: info.height,
      hash: hashPixels(info.width, info.height, data),
    };
  } catch (error) {
    if (error instanceof PlumblineError) throw error;
    throw rowProblem(`the picture can't be decoded: ${messageOf(error).split('\n')[0]}`);
  }
}

/** Bytes of a picture in base64, with or without a `data:` prefix; addresses are refused, since nothing is fetched. */
export function base64Picture(text: string): Uint8Array {
  refuseAddress(text);
  const body = text.replace(/^data:[^,]{0,100},/, '').replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(body))
    throw rowProblem(`the picture is no base64: ${JSON.stringify(body.slice(0, 24))}`);
  return Buffer.from(body, 'base64');
}

export function refuseAddress(text: string): void {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text))
    throw rowProblem(
      `the picture is an address, and nothing is fetched: download ${JSON.stringify(text.slice(0, 80))} into a folder and give it with --images`,
    );
}

/**
 * Reads a picture that a row names by a path inside `root`; an address is looked for there by the last part of its
 * path.
 */
export async function pictureFile(name: string, root: string, { addresses = false } = {}): Promise<Uint8Array> {
  if (!addresses) refuseAddress(name);
  const address = /^[a-z][a-z0-9+.-]*:\/\/[^?#]*\/([^/?#]+)/i.exec(name);
  const path = resolve(root, address?.[1] ?? name);
  if (!path.startsWith(resolve(root) + sep))
    throw rowProblem(`the picture ${JSON.stringify(name)} lies outside ${root}`);
  try {
    return await readFile(path);
  } catch (error) {
    const reason = fileError(error, path);
    throw reason instanceof PlumblineError
      ? rowProblem(`the picture ${path} can't be read: ${reason.message}`)
      : reason;
  }
}

/** Writes pictures under the set's folder, a row's at a time; remembers their names and sizes only. */
export class PictureStore {
  private readonly known = new Map<string, StoredPicture>();
  private pending: { readonly stored: StoredPicture; readonly bytes: Uint8Array }[] = [];
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Takes a picture of the row at hand, unless one with these pixels is there. */
  add({ bytes, extension, width, height, hash }: DecodedPicture): StoredPicture {
    const there = this.known.get(hash);
    if (there !== undefined) return there;
    const stored = { file: `images/${hash.slice(0, 24)}.${extension}`, width, height, hash };
    this.known.set(hash, stored);
    this.pending.push({ stored, bytes });
    return stored;
  }

  /** Writes the row's new pictures; returns file → hash of its pixels. */
  async commit(): Promise<Record<string, string>> {
    const { pending } = this;
    this.pending = [];
    for (const { stored, bytes } of pending) {
      const path = join(this.folder, stored.file);
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, bytes);
      } catch (error) {
        throw fileError(error, path);
      }
    }
    return Object.fromEntries(pending.map(({ stored }) => [stored.file, stored.hash]));
  }

  /** Forgets the pictures of a row that is left out. */
  drop(): void {
    for (const { stored } of this.pending) this.known.delete(stored.hash);
    this.pending = [];
  }
}
