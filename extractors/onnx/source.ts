/** Random access to the bytes of a model, whether in memory or in a file that is too large to read whole. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fileError } from '../../core/formats/file-errors.ts';
import { PlumblineError } from '../../core/errors.ts';

export interface ByteSource {
  /** What errors call it: a path, mostly. */
  readonly name: string;
  readonly size: number;
  /** Bytes `[start, end)`; the result is only valid until the next call. */
  bytes(start: number, end: number): Uint8Array;
}

/** A source over bytes in memory. */
export function memorySource(name: string, data: Uint8Array): ByteSource {
  return { name, size: data.length, bytes: (start, end) => data.subarray(start, end) };
}

const WINDOW = 1 << 16;

/** A file read through a window of 64 KiB, so that weights which are stepped over are never read. */
export class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  private readonly descriptor: number;
  private window = new Uint8Array(0);
  private windowStart = 0;

  /** Opens `path`; call {@link close} when done. */
  constructor(path: string) {
    this.name = path;
    try {
      this.descriptor = openSync(path, 'r');
    } catch (error) {
      throw fileError(error, path);
    }
    const stat = fstatSync(this.descriptor);
    if (!stat.isFile()) {
      closeSync(this.descriptor);
      throw new PlumblineError('not-a-file', 'is not a regular file', {
        where: path,
        hint: 'give the path of an .onnx file',
      });
    }
    this.size = stat.size;
  }

  bytes(start: number, end: number): Uint8Array {
    if (start >= this.windowStart && end <= this.windowStart + this.window.length)
      return this.window.subarray(start - this.windowStart, end - this.windowStart);
    const length = Math.min(Math.max(end - start, WINDOW), this.size - start);
    const window = new Uint8Array(length);
    let got = 0;
    while (got < length) {
      const count = readSync(this.descriptor, window, got, Math.min(length - got, 1 << 30), start + got);
      if (count === 0)
        throw new PlumblineError('file-changed', 'the file became shorter while it was read', {
          where: this.name,
          hint: 'run again when nothing writes to it',
        });
      got += count;
    }
    this.window = window;
    this.windowStart = start;
    return window.subarray(0, end - start);
  }

  close(): void {
    closeSync(this.descriptor);
  }
}
