/** Contrast sets on disk: `set.json`, `pairs.jsonl` and the pictures. `set.json` is written last, so a folder that has one is whole. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { itemsOf, pairSchema, setSchema, type ContrastSet, type ContrastSetHeader, type Pair } from '../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../core/errors.ts';
import { writeJsonAtomic, writeFileAtomic } from '../core/formats/atomic.ts';
import { sha256 } from '../core/formats/hash.ts';
import { readJson, stableJson } from '../core/formats/json.ts';
import { readJsonl } from '../core/formats/jsonl.ts';

const HEADER = 'set.json';
const PAIRS = 'pairs.jsonl';

/** What a generator knows about its set; counts and hash follow from the pairs. */
export type SetDescription = Omit<ContrastSetHeader, 'format' | 'version' | 'counts' | 'hash'>;

const pairsText = (pairs: readonly Pair[]): string => pairs.map((pair) => `${JSON.stringify(pair)}\n`).join('');

/** sha-256 over the pairs and the image hashes: equal sets have equal hashes wherever they lie. */
export function setHash(pairs: readonly Pair[], imageHashes: Readonly<Record<string, string>>): string {
  // Sorted keys: reading and validating a line may reorder its fields.
  return sha256(`${stableJson(imageHashes)}\n${pairs.map((pair) => stableJson(pair)).join('\n')}`);
}

/** Writes `pairs.jsonl`, then `set.json`; the pictures are there already. Returns the set. */
export async function writeContrastSet(directory: string, description: SetDescription, pairs: readonly Pair[]): Promise<ContrastSet> {
  const conditions: Record<string, number> = {};
  const scenes = new Map(pairs.map((pair) => [pair.group, pair.condition]));
  for (const condition of scenes.values()) conditions[condition] = (conditions[condition] ?? 0) + 1;
  const header: ContrastSetHeader = {
    format: 'plumbline-contrast-set',
    version: 1,
    ...description,
    counts: {
      scenes: scenes.size,
      pairs: pairs.length,
      items: itemsOf({ pairs }).length,
      images: Object.keys(description.imageHashes).length,
      conditions,
    },
    hash: setHash(pairs, description.imageHashes),
  };
  await writeFileAtomic(join(directory, PAIRS), pairsText(pairs));
  await writeJsonAtomic(join(directory, HEADER), header);
  return { directory, header, pairs };
}

/** True if `directory` holds a finished set. */
export function hasContrastSet(directory: string): boolean {
  return existsSync(join(directory, HEADER));
}

/** Reads `set.json` alone. */
export function readContrastSetHeader(directory: string): Promise<ContrastSetHeader> {
  if (!hasContrastSet(directory)) {
    throw new PlumblineError('set-not-found', `no ${HEADER} in this folder`, { where: directory, hint: 'give the folder of a finished contrast set, or generate one' });
  }
  return readJson(join(directory, HEADER), setSchema);
}

/**
 * Reads a contrast set. Every line is validated; errors are `PlumblineError`s that name the file and the line.
 * Throws `set-not-found`, `invalid-json`, `invalid-line`, `set-incomplete` (pairs.jsonl does not match set.json) or `image-missing`.
 */
export async function readContrastSet(directory: string): Promise<ContrastSet> {
  const header = await readContrastSetHeader(directory);
  const path = join(directory, PAIRS);
  const pairs = await readJsonl(path, pairSchema);
  if (pairs.length !== header.counts.pairs) {
    throw new PlumblineError('set-incomplete', `${pairs.length} pairs, but ${HEADER} says ${header.counts.pairs}`, { where: path, hint: 'the file was cut off or edited; delete the folder and generate the set again' });
  }
  if (setHash(pairs, header.imageHashes) !== header.hash) {
    throw new PlumblineError('set-changed', `the content does not have the hash that ${HEADER} gives`, { where: path, hint: 'the file was edited; delete the folder and generate the set again' });
  }
  for (const { image } of itemsOf({ pairs })) {
    if (!existsSync(join(directory, image))) throw new PlumblineError('image-missing', 'a picture of the set is missing', { where: join(directory, image), hint: 'delete the folder and generate the set again' });
  }
  return { directory, header, pairs };
}
