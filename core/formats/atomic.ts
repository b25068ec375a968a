/** Files that are either whole or not there: written under a temporary name in the same folder, flushed, then renamed. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileError, systemCode } from './file-errors.ts';
import { stableJson } from './json.ts';

/**
 * Writes `data` to `path`, replacing what is there; the folder is made when missing. On any failure (full disk, no permission) the
 * old file is untouched, no half-written one stays behind, and a `PlumblineError` says why.
 * @param data text (UTF-8), bytes, or chunks of bytes written one after the other
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array | Iterable<Uint8Array>): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      if (typeof data === 'string' || data instanceof Uint8Array) await file.writeFile(data);
      else for (const chunk of data) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileError(error, path);
  }
}

/** Writes a value as JSON with sorted keys, two spaces of indent and a final newline; the same value always gives the same bytes. */
export async function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${stableJson(value, 2)}\n`);
}

/** Removes what processes that were killed while writing left in a folder; temporary files of running processes stay. */
export async function removeStaleTemporaries(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const owner = /^\..+\.(\d+)-[0-9a-f]{8}\.tmp$/.exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) await rm(join(directory, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
