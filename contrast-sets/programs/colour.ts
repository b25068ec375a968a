/** `colour`: what colour is the only object of that shape? */
import { z } from 'zod';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { issuesOf } from '../../core/formats/json.ts';
import { programOf, undecided } from './clip.ts';

export const colourSchema = z.strictObject({ op: z.literal('colour'), shape: z.string() });
export type ColourProgram = z.infer<typeof colourSchema>;
/** What the operation reads of the facts. */
const objectsSchema = z.object({ objects: z.array(z.object({ colour: z.string(), shape: z.string() })) });

export function colour(item: Item): string {
  const { shape } = programOf(item, colourSchema);
  const facts = objectsSchema.safeParse(item.facts);
  if (!facts.success)
    throw new PlumblineError('invalid-facts', issuesOf(facts.error), {
      where: `item ${item.item}`,
      hint: 'the facts must list the objects with colour and shape',
    });
  const found = facts.data.objects.filter((object) => object.shape === shape);
  if (found.length !== 1) throw undecided(item.item, `${found.length} objects are a ${shape}`);
  if (!item.options.includes(found[0].colour)) throw undecided(item.item, `${found[0].colour} is none of the options`);
  return found[0].colour;
}
