/**
 * `stated`: the question gives its own answer: the option that is a word of the named object, as in "Is the red sphere
 * red or blue?"
 */
import { z } from 'zod';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { programOf, undecided } from './clip.ts';

export const statedSchema = z.strictObject({ op: z.literal('stated'), object: z.number().int().nonnegative() });
export type StatedProgram = z.infer<typeof statedSchema>;

export function stated(item: Item): string {
  const words = item.objects.at(programOf(item, statedSchema).object)?.name.split(' ') ?? [];
  const found = item.options.filter((option) => words.includes(option));
  if (found.length !== 1) throw undecided(item.item, `${found.length} options are words of the object's name`);
  return found[0];
}
