/** `appeared`: was one object seen before (first option) or after another? */
import { z } from 'zod';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { clipFactsOf, inTime, programOf, undecided } from './clip.ts';

export const appearedSchema = z.strictObject({
  op: z.literal('appeared'),
  subject: z.number().int().nonnegative(),
  reference: z.number().int().nonnegative(),
});
export type AppearedProgram = z.infer<typeof appearedSchema>;

export function appeared(item: Item): string {
  const { subject, reference } = programOf(item, appearedSchema);
  const facts = clipFactsOf(item);
  const order = inTime(facts);
  const [a, b] = [subject, reference].map((index) => {
    const label = item.objects[index]?.label;
    const at = label === undefined ? -1 : order.findIndex((picture) => facts.visible[picture].includes(label));
    if (at < 0) throw undecided(item.item, `object ${index} never appears`);
    return at;
  });
  if (a === b) throw undecided(item.item, 'both objects appear at once');
  return item.options[a < b ? 0 : 1];
}
