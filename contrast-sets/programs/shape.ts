/** `shape`: what shape is the only object of that colour? */
import { z } from 'zod';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { issuesOf } from '../../core/formats/json.ts';
import { programOf, undecided } from './clip.ts';

export const shapeSchema = z.strictObject({ op: z.literal('shape'), colour: z.string() });
export type ShapeProgram = z.infer<typeof shapeSchema>;
/** What the operation reads of the facts. */
const objectsSchema = z.object({ objects: z.array(z.object({ colour: z.string(), shape: z.string() })) });

export function shape(item: Item): string {
  const { colour } = programOf(item, shapeSchema);
  const facts = objectsSchema.safeParse(item.facts);
  if (!facts.success)
    throw new PlumblineError('invalid-facts', issuesOf(facts.error), {
      where: `item ${item.item}`,
      hint: 'the facts must list the objects with colour and shape',
    });
  const found = facts.data.objects.filter((object) => object.colour === colour);
  if (found.length !== 1) throw undecided(item.item, `${found.length} objects are ${colour}`);
  if (!item.options.includes(found[0].shape)) throw undecided(item.item, `${found[0].shape} is none of the options`);
  return found[0].shape;
}
