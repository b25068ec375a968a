/**
 * `co-visible`: is the named object seen in all of the item's pictures? From the objects, one entry for each picture
 * that shows it.
 */
import { z } from 'zod';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { issuesOf } from '../../core/formats/json.ts';

export const coVisibleSchema = z.strictObject({
  op: z.literal('co-visible'),
  /** Name of the object, e.g. `red sphere`. */
  subject: z.string().min(1),
});
export type CoVisibleProgram = z.infer<typeof coVisibleSchema>;

/** `Yes` or `No`. */
export function coVisible(item: Item): string {
  const parsed = coVisibleSchema.safeParse(item.program);
  if (!parsed.success)
    throw new PlumblineError('invalid-program', issuesOf(parsed.error), {
      where: `item ${item.item}`,
      hint: 'co-visible needs the name of the subject',
    });
  const shownIn = new Set(
    item.objects
      .filter(({ name, box }) => name === parsed.data.subject && box !== undefined)
      .map(({ picture = 0 }) => picture),
  );
  return item.images.every((_, picture) => shownIn.has(picture)) ? 'Yes' : 'No';
}
