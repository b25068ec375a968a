/** `seen`: is an object of that colour and shape seen in any picture? First option yes. */
import { z } from 'zod';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { clipFactsOf, programOf } from './clip.ts';

export const seenSchema = z.strictObject({ op: z.literal('seen'), colour: z.string(), shape: z.string() });
export type SeenProgram = z.infer<typeof seenSchema>;

export function seen(item: Item): string {
  const { colour, shape } = programOf(item, seenSchema);
  const { objects, visible } = clipFactsOf(item);
  const labels = objects
    .filter((object) => object.colour === colour && object.shape === shape)
    .map(({ label }) => label);
  return item.options[visible.some((picture) => labels.some((label) => picture.includes(label))) ? 0 : 1];
}
