/**
 * `change`: did a quantity rise or fall from the first to the last moment of the clip? Yaw (falls: left), travel along
 * the facing direction, or an object's depth.
 */
import { z } from 'zod';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { clipFactsOf, inTime, programOf, undecided, type ClipFacts } from './clip.ts';

export const changeSchema = z.strictObject({
  op: z.literal('change'),
  of: z.enum(['yaw', 'travel', 'depth']),
  /** Which option a rise means. */
  rise: z.union([z.literal(0), z.literal(1)]),
  /** Of `depth`: the label of the object. */
  label: z.number().int().optional(),
});
export type ChangeProgram = z.infer<typeof changeSchema>;

/** Below this (degrees, metres) nothing has changed. */
const LEAST = 0.5;

export function change(item: Item): string {
  const program = programOf(item, changeSchema);
  const facts = clipFactsOf(item);
  const order = inTime(facts);
  const difference = differenceOf(program, facts, order[0], order[order.length - 1]);
  if (!(Math.abs(difference) >= LEAST)) throw undecided(item.item, `${program.of} changes by ${difference}`);
  return item.options[difference > 0 ? program.rise : 1 - program.rise];
}

function differenceOf(
  { of, label }: ChangeProgram,
  { yaw, position, depth, objects }: ClipFacts,
  first: number,
  last: number,
): number {
  switch (of) {
    case 'yaw':
      return yaw[last] - yaw[first];
    case 'travel': {
      const angle = (yaw[first] * Math.PI) / 180;
      return (
        (position[last][0] - position[first][0]) * Math.sin(angle) +
        (position[last][1] - position[first][1]) * Math.cos(angle)
      );
    }
    case 'depth': {
      const index = objects.findIndex((object) => object.label === label);
      return index < 0 ? Number.NaN : depth[last][index] - depth[first][index];
    }
  }
}
