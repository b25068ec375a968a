/**
 * `count`: how many different objects are seen in the clip, each counted once however often it is shown. Options are
 * numbers.
 */
import { z } from 'zod';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { clipFactsOf, programOf, undecided } from './clip.ts';

export const countSchema = z.strictObject({ op: z.literal('count') });
export type CountProgram = z.infer<typeof countSchema>;

export function count(item: Item): string {
  programOf(item, countSchema);
  const found = String(new Set(clipFactsOf(item).visible.flat()).size);
  if (!item.options.includes(found)) throw undecided(item.item, `${found} objects, none of the options`);
  return found;
}
