/** Bytes that can be read at any position: a file, a part of one, or memory. */
import { open } from 'node:fs/promises';
import { PlumblineError } from '../errors.ts';
import { fileError } from './file-errors.ts';

export interface ByteSource {
  /** File name for errors. */
  readonly where: string;
  readonly size: number;
  /**
   * Fills `target` from `position` on.
   * @throws PlumblineError `file-truncated` when the bytes end before
   */
  read(target: Uint8Array, position: number): Promise<void>;
  close(): Promise<void>;
}

const MAX_READ = 1 << 30;

const truncated = (where: string, position: number, size: number): PlumblineError =>
  new PlumblineError('file-truncated', `it ends at byte ${size}, while more was expected after byte ${position}`, {
    where,
    hint: 'the file is cut off or damaged: make it again',
  });

/** Opens a file for reading at any position; close it after use. */
export async function openFileSource(path: string): Promise<ByteSource> {
  try {
    const file = await open(path, 'r');
    const stat = await file.stat();
    if (!stat.isFile()) {
      await file.close();
      throw new PlumblineError('not-a-file', 'is no file', { where: path, hint: 'check the path' });
    }
    const { size } = stat;
    return {
      where: path,
      size,
      async read(target, position) {
        for (let got = 0; got < target.length;) {
          const { bytesRead } = await file.read(target, got, Math.min(target.length - got, MAX_READ), position + got);
          if (bytesRead === 0) throw truncated(path, position + got, size);
          got += bytesRead;
        }
      },
      close: () => file.close(),
    };
  } catch (error) {
    throw fileError(error, path);
  }
}

/** Bytes in memory as a source. */
export function memorySource(bytes: Uint8Array, where: string): ByteSource {
  return {
    where,
    size: bytes.length,
    read(target, position) {
      if (position + target.length > bytes.length) return Promise.reject(truncated(where, position, bytes.length));
      target.set(bytes.subarray(position, position + target.length));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

/** `size` bytes of a source from `start` on; closing it leaves the source open. */
export function sliceSource(source: ByteSource, start: number, size: number, where: string): ByteSource {
  return {
    where,
    size,
    read: (target, position) =>
      position + target.length > size
        ? Promise.reject(truncated(where, position, size))
        : source.read(target, start + position),
    close: () => Promise.resolve(),
  };
}

/** Reads `size` bytes at `position` into new memory, at most what the source holds. */
export async function readBytes(source: ByteSource, position: number, size: number): Promise<Uint8Array> {
  if (position + size > source.size) throw truncated(source.where, position, source.size);
  const bytes = new Uint8Array(size);
  await source.read(bytes, position);
  return bytes;
}
