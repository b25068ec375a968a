/**
 * `nearer`: is one object nearer to the camera (first option) or farther than another, or are both equally far, so that
 * the answer is to abstain? Horizontal distances.
 */
import { z } from 'zod';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { issuesOf } from '../../core/formats/json.ts';
import { programOf } from './clip.ts';

export const nearerSchema = z.strictObject({
  op: z.literal('nearer'),
  subject: z.union([z.literal(0), z.literal(1)]),
  reference: z.union([z.literal(0), z.literal(1)]),
  abstention: z.string(),
});
export type NearerProgram = z.infer<typeof nearerSchema>;

const place = z.tuple([z.number(), z.number()]);
/** [x, z] in metres, objects in the question's order. */
const factsSchema = z.object({ camera: place, positions: z.tuple([place, place]) });
/** Distances that differ by less than this, in metres, are equal: facts are rounded to 1e-5. */
const EQUAL = 1e-3;

export function nearer(item: Item): string {
  const { subject, reference, abstention } = programOf(item, nearerSchema);
  const facts = factsSchema.safeParse(item.facts);
  if (!facts.success)
    throw new PlumblineError('invalid-facts', issuesOf(facts.error), {
      where: `item ${item.item}`,
      hint: 'the facts must hold the places of camera and objects',
    });
  const { camera, positions } = facts.data;
  const [a, b] = [subject, reference].map((index) =>
    Math.hypot(positions[index][0] - camera[0], positions[index][1] - camera[1]),
  );
  return Math.abs(a - b) < EQUAL ? abstention : item.options[a < b ? 0 : 1];
}
