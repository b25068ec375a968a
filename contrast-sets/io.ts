/**
 * Contrast sets on disk: `set.json`, `pairs.jsonl` and the pictures. `set.json` is written last, so a folder that has
 * one is whole.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import {
  itemsOf,
  pairSchema,
  setSchema,
  type ContrastSet,
  type ContrastSetHeader,
  type Item,
  type Pair,
} from '../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../core/errors.ts';
import { writeJsonAtomic, writeFileAtomic } from '../core/formats/atomic.ts';
import { fileError } from '../core/formats/file-errors.ts';
import { readJson, stableJson } from '../core/formats/json.ts';
import { parseJsonl } from '../core/formats/jsonl.ts';

export const HEADER_FILE = 'set.json';
export const PAIRS_FILE = 'pairs.jsonl';

/** What a generator knows about its set; counts and hash follow from the pairs. */
export type SetDescription = Omit<ContrastSetHeader, 'format' | 'version' | 'counts' | 'hash'>;

/**
 * sha-256 over the pairs and the image hashes, fed pair by pair: equal sets have equal hashes wherever they lie.
 */
export class SetHash {
  private readonly hash = createHash('sha256');

  /** Sorted keys: reading and validating a line may reorder its fields. */
  add(pair: Pair): void {
    this.hash.update(`${stableJson(pair)}\n`);
  }

  digest(imageHashes: Readonly<Record<string, string>>): string {
    return this.hash.update(stableJson(imageHashes)).digest('hex');
  }
}

/** Counts scenes, pairs and items as pairs come; holds identifiers only. */
export class SetCounts {
  private readonly scenes = new Map<string, string>();
  private readonly items = new Set<string>();
  private pairs = 0;

  add({ group, condition, first, second }: Pair): void {
    this.pairs++;
    // A scene of an imported set may also have questions to which its condition doesn't apply.
    if (condition !== 'none' || !this.scenes.has(group)) this.scenes.set(group, condition);
    this.items.add(first.item).add(second.item);
  }

  result(images: number): ContrastSetHeader['counts'] {
    const conditions: Record<string, number> = {};
    for (const condition of this.scenes.values()) conditions[condition] = (conditions[condition] ?? 0) + 1;
    return { scenes: this.scenes.size, pairs: this.pairs, items: this.items.size, images, conditions };
  }
}

/**
 * Writes a small set at once: `pairs.jsonl`, then `set.json`; the pictures are there already. Returns the set. See
 * `build.ts` for large ones.
 */
export async function writeContrastSet(
  directory: string,
  description: SetDescription,
  pairs: readonly Pair[],
): Promise<ContrastSet> {
  const counts = new SetCounts();
  const hash = new SetHash();
  for (const pair of pairs) {
    counts.add(pair);
    hash.add(pair);
  }
  const header: ContrastSetHeader = {
    format: 'plumbline-contrast-set',
    version: 1,
    ...description,
    counts: counts.result(Object.keys(description.imageHashes).length),
    hash: hash.digest(description.imageHashes),
  };
  await writeFileAtomic(join(directory, PAIRS_FILE), pairs.map(pairLine).join(''));
  await writeJsonAtomic(join(directory, HEADER_FILE), header);
  return { directory, header, pairs };
}

export const pairLine = (pair: Pair): string => `${JSON.stringify(pair)}\n`;

/** True if `directory` holds a finished set. */
export function hasContrastSet(directory: string): boolean {
  return existsSync(join(directory, HEADER_FILE));
}

/** Reads `set.json` alone. */
export function readContrastSetHeader(directory: string): Promise<ContrastSetHeader> {
  if (!hasContrastSet(directory)) {
    throw new PlumblineError('set-not-found', `no ${HEADER_FILE} in this folder`, {
      where: directory,
      hint: 'give the folder of a finished contrast set, or generate one',
    });
  }
  return readJson(join(directory, HEADER_FILE), setSchema);
}

/**
 * The pairs of a set one by one, so that memory stays flat however many there are; every line is validated.
 * @throws PlumblineError `invalid-line` with file and line
 */
export async function* streamPairs(directory: string): AsyncGenerator<Pair> {
  const path = join(directory, PAIRS_FILE);
  let number = 0;
  try {
    for await (const line of createInterface({
      input: createReadStream(path, { highWaterMark: 1 << 18 }),
      crlfDelay: Infinity,
    })) {
      number++;
      // A validator numbers the lines of its text from 1.
      if (line.trim() !== '') yield* parseJsonl(line, pairSchema, path, number);
    }
  } catch (error) {
    throw fileError(error, path);
  }
}

/** All files beside `images` that an item refers to, relative to the set's folder. */
export const sidecarsOf = ({ masks = [], depthMaps = [], correspondences }: Item): string[] => [
  ...masks,
  ...depthMaps,
  ...(correspondences === undefined ? [] : [correspondences]),
];

/**
 * Reads a contrast set into memory. Every line is validated; errors are `PlumblineError`s that name the file and the
 * line. Throws `set-not-found`, `invalid-json`, `invalid-line`, `set-incomplete` (pairs.jsonl does not match set.json)
 * or `image-missing`.
 */
export async function readContrastSet(directory: string): Promise<ContrastSet> {
  const header = await readContrastSetHeader(directory);
  const path = join(directory, PAIRS_FILE);
  const pairs: Pair[] = [];
  const hash = new SetHash();
  for await (const pair of streamPairs(directory)) {
    pairs.push(pair);
    hash.add(pair);
  }
  if (pairs.length !== header.counts.pairs) {
    throw new PlumblineError(
      'set-incomplete',
      `${pairs.length} pairs, but ${HEADER_FILE} says ${header.counts.pairs}`,
      { where: path, hint: 'the file was cut off or edited; delete the folder and generate the set again' },
    );
  }
  if (hash.digest(header.imageHashes) !== header.hash) {
    throw new PlumblineError('set-changed', `the content does not have the hash that ${HEADER_FILE} gives`, {
      where: path,
      hint: 'the file was edited; delete the folder and generate the set again',
    });
  }
  for (const file of new Set(itemsOf({ pairs }).flatMap((item) => [...item.images, ...sidecarsOf(item)]))) {
    if (!existsSync(join(directory, file)))
      throw new PlumblineError('image-missing', 'a file of the set is missing', {
        where: join(directory, file),
        hint: 'delete the folder and generate the set again',
      });
  }
  return { directory, header, pairs };
}
