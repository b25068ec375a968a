/**
 * `unless-hidden`: the answer of another operation while anything of the target is seen (`facts.visible`, a share), the
 * abstention when nothing is.
 */
import { z } from 'zod';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { issuesOf } from '../../core/formats/json.ts';
import { programOf } from './clip.ts';
import { colour, colourSchema } from './colour.ts';
import { compare, compareSchema } from './compare.ts';
import { shape, shapeSchema } from './shape.ts';

export const unlessHiddenSchema = z.strictObject({
  op: z.literal('unless-hidden'),
  /** The option that says it can't be told. */
  abstention: z.string(),
  then: z.discriminatedUnion('op', [colourSchema, compareSchema, shapeSchema]),
});
export type UnlessHiddenProgram = z.infer<typeof unlessHiddenSchema>;

const THEN = { colour, compare, shape };
const factsSchema = z.object({ visible: z.number().min(0).max(1) });

export function unlessHidden(item: Item): string {
  const { abstention, then } = programOf(item, unlessHiddenSchema);
  const facts = factsSchema.safeParse(item.facts);
  if (!facts.success)
    throw new PlumblineError('invalid-facts', issuesOf(facts.error), {
      where: `item ${item.item}`,
      hint: 'the facts must say which share of the target is visible',
    });
  return facts.data.visible === 0 ? abstention : THEN[then.op]({ ...item, program: then });
}
