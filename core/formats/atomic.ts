/**
 * Files that are either whole or not there: written under a temporary name in the same folder, flushed, then renamed.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileError, systemCode } from './file-errors.ts';
import { sha256 } from './hash.ts';
import { stableJson } from './json.ts';

/**
 * Tells this machine's temporary files from those of others that share the folder: process ids mean something on one
 * machine only.
 */
const HOST = sha256(hostname()).slice(0, 8);
const ABANDONED_AFTER_MS = 24 * 3600 * 1000;

/** Name for a temporary file beside `path`, which `removeStaleTemporaries` knows. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${HOST}${randomBytes(4).toString('hex')}.tmp`);
}

/**
 * Writes `data` to `path`, replacing what is there; the folder is made when missing. On any failure (full disk, no
 * permission) the old file is untouched, no half-written one stays behind, and a `PlumblineError` says why.
 * @param data text (UTF-8), bytes, or chunks of bytes written one after the other
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array | Iterable<Uint8Array>): Promise<void> {
  const temporary = temporaryName(path);
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

/**
 * Writes a value as JSON with sorted keys, two spaces of indent and a final newline; the same value always gives the
 * same bytes.
 */
export async function writeJsonAtomic(path: string, value: unknown): Promise<void> {
  await writeFileAtomic(path, `${stableJson(value, 2)}\n`);
}

/**
 * Removes what processes that were killed while writing left in a folder. Temporary files of running processes stay,
 * and those of other machines for a day: whether their process still runs can't be seen from here.
 */
export async function removeStaleTemporaries(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const [, pid, host] = /^\..+\.(\d+)-([0-9a-f]{8})[0-9a-f]{8}\.tmp$/.exec(name) ?? [];
    if (pid === undefined) continue;
    const path = join(directory, name);
    const stale = host === HOST ? !isRunning(Number(pid)) : Date.now() - (await modified(path)) > ABANDONED_AFTER_MS;
    if (stale) await rm(path, { force: true });
  }
}

/** Time of the last write in milliseconds; now, when the file has gone. */
async function modified(path: string): Promise<number> {
  return (await stat(path).catch(() => null))?.mtimeMs ?? Date.now();
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
