/** Which row belongs to which item: ids from a file or from the dump itself, matched to the set without a gap. */
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { z } from 'zod';
import { PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import { parseJsonl } from '../../core/formats/jsonl.ts';
import { openFileSource } from '../../core/formats/byte-source.ts';
import { openNpy } from '../../core/formats/npy.ts';
import { parseIds } from './arrays.ts';

const SHOWN = 5;

const text = z.union([z.string(), z.number().int().transform(String)]);
const lineSchema = z.union([
  text,
  z.looseObject({ item: text }).transform(({ item }) => item),
  z.looseObject({ id: text }).transform(({ id }) => id),
]);

/**
 * Reads item ids, in the order of the rows: a JSON list, JSON lines (texts, or objects with `item` or `id`), an npy
 * array, or one id a line.
 */
export async function readIdsFile(path: string): Promise<string[]> {
  const kind = extname(path).toLowerCase();
  if (kind === '.npy') {
    const source = await openFileSource(path);
    try {
      return await (await openNpy(source, 'ids')).labels();
    } finally {
      await source.close();
    }
  }
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    throw fileError(error, path);
  }
  if (kind === '.json') return parseIds(content, path);
  if (kind === '.jsonl') return parseJsonl(content, lineSchema, path);
  return content.split(/\r?\n/).filter((line) => line !== '');
}

const listed = (names: readonly string[]): string =>
  `${names.slice(0, SHOWN).join(', ')}${names.length > SHOWN ? ` and ${names.length - SHOWN} more` : ''}`;

/**
 * Place of every item of the set in `ids`.
 * @returns for each item in order, the index of its id
 * @throws PlumblineError `duplicate-ids`, `unknown-ids`, `missing-ids`, which name them
 */
export function matchIds(ids: readonly string[], items: readonly string[], where: string): number[] {
  const place = new Map<string, number>();
  const twice = new Set<string>();
  ids.forEach((id, i) => (place.has(id) ? twice.add(id) : place.set(id, i)));
  if (twice.size > 0)
    throw new PlumblineError('duplicate-ids', `${twice.size} ids occur more than once: ${listed([...twice])}`, {
      where,
      hint: 'each item of the set has one row',
    });
  const known = new Set(items);
  const unknown = ids.filter((id) => !known.has(id));
  if (unknown.length > 0)
    throw new PlumblineError('unknown-ids', `${unknown.length} ids are no items of the set: ${listed(unknown)}`, {
      where,
      hint: `ids are the set's item ids, e.g. ${items[0] ?? ''}; check that the dump was made from this set`,
    });
  const missing = items.filter((item) => !place.has(item));
  if (missing.length > 0)
    throw new PlumblineError(
      'missing-ids',
      `${missing.length} of ${items.length} items have no row: ${listed(missing)}`,
      { where, hint: 'dump all items of the set, or make a smaller set' },
    );
  return items.map((item) => place.get(item)!);
}
