/** Facts of a clip, one entry a picture shown, that the operations over clips read. */
import { z } from 'zod';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { issuesOf } from '../../core/formats/json.ts';

export const clipFactsSchema = z.object({
  /**
   * Frame of the untouched clip, from 0: shuffling and repeating change the order of the pictures, not the time they
   * were taken at.
   */
  time: z.array(z.number().int().nonnegative()).min(2),
  /** Yaw of the camera, degrees, positive to the right. */
  yaw: z.array(z.number()),
  /** Where the camera stands, [x, z] in metres. */
  position: z.array(z.tuple([z.number(), z.number()])),
  /** Labels of the objects of which any pixel is seen. */
  visible: z.array(z.array(z.number().int())),
  /** Camera-plane distance of every object, metres, in the order of `objects`. */
  depth: z.array(z.array(z.number())),
  /** All objects of the scene. */
  objects: z.array(z.object({ label: z.number().int(), colour: z.string(), shape: z.string() })),
});
export type ClipFacts = z.infer<typeof clipFactsSchema>;

/** Validated facts; throws `invalid-facts`. */
export function clipFactsOf({ item, facts }: Pick<Item, 'item' | 'facts'>): ClipFacts {
  const parsed = clipFactsSchema.safeParse(facts);
  if (!parsed.success)
    throw new PlumblineError('invalid-facts', issuesOf(parsed.error), {
      where: `item ${item}`,
      hint: 'this operation needs the facts of a clip',
    });
  return parsed.data;
}

/** Places of the pictures in the order in which they were taken. */
export const inTime = ({ time }: ClipFacts): number[] => Array.from(time.keys()).sort((a, b) => time[a] - time[b]);

/** Parses an item's program; throws `invalid-program`. */
export function programOf<S extends z.ZodType>(
  { item, program }: Pick<Item, 'item' | 'program'>,
  schema: S,
): z.output<S> {
  const parsed = schema.safeParse(program);
  if (!parsed.success)
    throw new PlumblineError('invalid-program', issuesOf(parsed.error), {
      where: `item ${item}`,
      hint: 'see contrast-sets/programs for the fields of each operation',
    });
  return parsed.data;
}

export const undecided = (item: string, found: string): PlumblineError =>
  new PlumblineError('undecided-answer', found, { where: `item ${item}`, hint: 'the facts must decide the answer' });
