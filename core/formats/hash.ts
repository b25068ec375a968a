/** Content keys: sha-256 of bytes, of values and of files. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { fileError } from './file-errors.ts';
import { stableJson } from './json.ts';

/** Hexadecimal sha-256 of text (UTF-8) or bytes. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Hexadecimal sha-256 of a value's JSON with sorted keys. */
export function hashValue(value: unknown): string {
  return sha256(stableJson(value));
}

/** Hexadecimal sha-256 of a file, streamed; when `signal` aborts, its reason is thrown. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20, signal }))
      hash.update(chunk as Uint8Array);
  } catch (error) {
    signal?.throwIfAborted();
    throw fileError(error, path);
  }
  return hash.digest('hex');
}

/**
 * Hexadecimal sha-256 over several files: names and contents, in name order, so that neither the order given nor the
 * folder's place matters.
 * @param files paths relative to `directory`, with forward slashes
 */
export async function hashFiles(directory: string, files: readonly string[], signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for (const file of [...new Set(files)].sort())
    hash.update(`${file}\0${await hashFile(join(directory, file), signal)}\n`);
  return hash.digest('hex');
}
