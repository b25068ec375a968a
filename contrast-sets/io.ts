/**
 * Contrast sets on disk: `set.json`, `pairs.jsonl` and the pictures. `set.json` is written last, so a folder that has
 * one is whole.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { z } from 'zod';
import {
  conditionFor,
  itemsOf,
  pairSchema,
  setSchema,
  type ContrastSet,
  type ContrastSetHeader,
  type Item,
  type Pair,
} from '../core/artifacts/contrast-set.ts';
import { CONDITIONS, CUE_NAMES, type Cue } from '../core/artifacts/cues.ts';
import { PlumblineError } from '../core/errors.ts';
import { writeJsonAtomic, writeFileAtomic } from '../core/formats/atomic.ts';
import { fileError } from '../core/formats/file-errors.ts';
import { readJson, stableJson } from '../core/formats/json.ts';
import { parseJsonl } from '../core/formats/jsonl.ts';

export const HEADER_FILE = 'set.json';
export const PAIRS_FILE = 'pairs.jsonl';

/** What a generator knows about its set; counts and hash follow from the pairs. */
export type SetDescription = Omit<ContrastSetHeader, 'format' | 'version' | 'counts' | 'hash'>;

/** A pair of a set of version 1: one condition, of height in the picture. */
const pairSchemaV1 = pairSchema.omit({ conditions: true }).extend({ condition: z.enum([...CONDITIONS, 'none']) });
const headerSchema = z.discriminatedUnion('version', [
  setSchema,
  setSchema.extend({
    version: z.literal(1),
    counts: setSchema.shape.counts.extend({ conditions: z.record(z.string(), z.number().int()) }),
  }),
]);

const fromV1 = ({ condition, ...rest }: z.infer<typeof pairSchemaV1>): Pair => ({
  ...rest,
  conditions: { height: condition },
});

/**
 * sha-256 over the pairs and the image hashes, fed pair by pair: equal sets have equal hashes wherever they lie. Sets of
 * version 1 keep theirs, over their pairs as they stand in the file.
 */
export class SetHash {
  private readonly hash = createHash('sha256');

  /** Sorted keys: reading and validating a line may reorder its fields. */
  add(pair: Pair | z.infer<typeof pairSchemaV1>): void {
    this.hash.update(`${stableJson(pair)}\n`);
  }

  digest(imageHashes: Readonly<Record<string, string>>): string {
    return this.hash.update(stableJson(imageHashes)).digest('hex');
  }
}

/** Counts scenes, pairs and items as pairs come; holds identifiers only. */
export class SetCounts {
  /** Cue → scene → conditions that its pairs have. */
  private readonly conditions = new Map<Cue, Map<string, Set<string>>>();
  private readonly scenes = new Set<string>();
  private readonly items = new Set<string>();
  private pairs = 0;

  add(pair: Pair): void {
    const { group, conditions, first, second } = pair;
    this.pairs++;
    this.scenes.add(group);
    for (const cue of CUE_NAMES) {
      const condition = conditionFor({ conditions }, cue);
      if (condition === 'none') continue;
      let scenes = this.conditions.get(cue);
      if (scenes === undefined) this.conditions.set(cue, (scenes = new Map<string, Set<string>>()));
      scenes.set(group, (scenes.get(group) ?? new Set()).add(condition));
    }
    this.items.add(first.item).add(second.item);
  }

  result(images: number): ContrastSetHeader['counts'] {
    const conditions: ContrastSetHeader['counts']['conditions'] = {};
    for (const cue of CUE_NAMES) {
      const scenes = this.conditions.get(cue) ?? new Map<string, Set<string>>();
      if (scenes.size === 0 && cue !== 'height') continue;
      const counts: Record<string, number> = {};
      for (const scene of this.scenes)
        for (const condition of scenes.get(scene) ?? ['none']) counts[condition] = (counts[condition] ?? 0) + 1;
      conditions[cue] = counts;
    }
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
    version: 2,
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

/** Reads `set.json` alone; of version 1, as if it were written today, with the hash that it was written with. */
export async function readContrastSetHeader(directory: string): Promise<ContrastSetHeader> {
  const header = await readHeader(directory);
  if (header.version === 2) return header;
  const { counts, ...rest } = header;
  return { ...rest, version: 2, counts: { ...counts, conditions: { height: counts.conditions } } };
}

function readHeader(directory: string): Promise<z.infer<typeof headerSchema>> {
  if (!hasContrastSet(directory)) {
    throw new PlumblineError('set-not-found', `no ${HEADER_FILE} in this folder`, {
      where: directory,
      hint: 'give the folder of a finished contrast set, or generate one',
    });
  }
  return readJson(join(directory, HEADER_FILE), headerSchema);
}

/**
 * The pairs of a set one by one, so that memory stays flat however many there are; every line is validated.
 *
 * @param hash is fed every pair as it stands in the file
 * @throws PlumblineError `invalid-line` with file and line
 */
export async function* streamPairs(directory: string, hash?: SetHash): AsyncGenerator<Pair> {
  const { version } = await readHeader(directory);
  const path = join(directory, PAIRS_FILE);
  let number = 0;
  try {
    for await (const line of createInterface({
      input: createReadStream(path, { highWaterMark: 1 << 18 }),
      crlfDelay: Infinity,
    })) {
      number++;
      if (line.trim() === '') continue;
      // A validator numbers the lines of its text from 1.
      const parsed =
        version === 1 ? parseJsonl(line, pairSchemaV1, path, number) : parseJsonl(line, pairSchema, path, number);
      for (const pair of parsed) {
        hash?.add(pair);
        yield 'condition' in pair ? fromV1(pair) : pair;
      }
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
  for await (const pair of streamPairs(directory, hash)) pairs.push(pair);
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
