/** Do all pictures decode, have their recorded pixels, and differ? */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { OnProgress } from '../../core/progress.ts';
import type { FinishedSet } from '../build.ts';
import { sidecarsOf } from '../io.ts';
import { pixelHash, readPixels } from '../render/png.ts';
import { Problems, type CheckResult } from './result.ts';

export interface CheckedPictures {
  readonly result: CheckResult;
  /** Picture → height in pixels, of those that decode. */
  readonly heights: ReadonlyMap<string, number>;
}

export async function checkPictures(
  { directory, header }: FinishedSet,
  { onProgress, signal }: { onProgress?: OnProgress | undefined; signal?: AbortSignal | undefined },
): Promise<CheckedPictures> {
  const heights = new Map<string, number>();
  const byHash = new Map<string, string>();
  const problems = new Problems();
  const files = Object.entries(header.imageHashes);
  const look = async (file: string): Promise<{ height: number; hash: string } | string> => {
    try {
      const pixels = await readPixels(join(directory, file));
      return { height: pixels.height, hash: pixelHash(pixels) };
    } catch (error) {
      if (!(error instanceof PlumblineError)) throw error;
      return `${file}: ${error.message}`;
    }
  };
  const atOnce = 2 * Math.min(availableParallelism(), 8);
  for (let i = 0; i < files.length; i += atOnce) {
    signal?.throwIfAborted();
    const batch = files.slice(i, i + atOnce);
    const looked = await Promise.all(batch.map(([file]) => look(file)));
    for (const [j, [file, expected]] of batch.entries()) {
      const found = looked[j];
      if (typeof found === 'string') {
        problems.add(found);
        continue;
      }
      heights.set(file, found.height);
      if (found.hash !== expected) problems.add(`${file}: pixels do not have the recorded hash`);
      const twin = byHash.get(found.hash);
      if (twin !== undefined) problems.add(`${file} and ${twin} are the same picture`);
      byHash.set(found.hash, file);
    }
    onProgress?.({ stage: 'check', done: i + batch.length, total: files.length, unit: 'pictures' });
  }
  return {
    result: problems.result(
      'pictures',
      `${files.length} pictures decode, have their recorded hash and are all different`,
    ),
    heights,
  };
}

/** Are all files that items name there, and all pictures listed in `set.json`? */
export class FileCheck {
  private readonly problems = new Problems();
  private readonly seen = new Set<string>();

  private readonly set: FinishedSet;

  constructor(set: FinishedSet) {
    this.set = set;
  }

  add(item: Item): void {
    for (const image of item.images)
      if (this.isNew(image) && !(image in this.set.header.imageHashes))
        this.problems.add(`${image}: not listed in set.json`);
    for (const file of sidecarsOf(item))
      if (this.isNew(file) && !existsSync(join(this.set.directory, file))) this.problems.add(`${file}: not there`);
  }

  private isNew(file: string): boolean {
    const size = this.seen.size;
    return this.seen.add(file).size > size;
  }

  result(): CheckResult {
    return this.problems.result('files', 'every file that an item names is there');
  }
}
