/** `claim`: does an object lie at the named pole of a spatial axis, compared with another one? A yes/no question. */
import { z } from 'zod';
import { AXES, locatedObjects, POLES, type Item } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { issuesOf } from '../../core/formats/json.ts';
import { towardsPole } from './compare.ts';

export const claimSchema = z.strictObject({
  op: z.literal('claim'),
  axis: z.enum(AXES),
  subject: z.number().int().nonnegative(),
  reference: z.number().int().nonnegative(),
  /** What is claimed of the subject, e.g. `close`. */
  pole: z.enum(Object.values(POLES).flat()),
});
export type ClaimProgram = z.infer<typeof claimSchema>;

/** `Yes` or `No`. */
export function claim(item: Item): string {
  const where = `item ${item.item}`;
  const parsed = claimSchema.safeParse(item.program);
  if (!parsed.success)
    throw new PlumblineError('invalid-program', issuesOf(parsed.error), {
      where,
      hint: 'claim needs axis, subject, reference and pole',
    });
  const { axis, subject, reference, pole } = parsed.data;
  const place = (POLES[axis] as readonly string[]).indexOf(pole);
  const objects = locatedObjects(item);
  const [a, b] = [objects.at(subject), objects.at(reference)];
  if (place < 0 || a === undefined || b === undefined)
    throw new PlumblineError(
      'invalid-program',
      `${pole} of ${axis}, objects ${subject} and ${reference} of ${objects.length}`,
      { where, hint: 'the pole belongs to the axis, subject and reference are indices of objects' },
    );
  const towards = towardsPole(axis, a, b);
  if (towards === 0)
    throw new PlumblineError('undecided-answer', `the objects are level on the ${axis} axis`, {
      where,
      hint: 'the two objects must differ along the axis',
    });
  return towards > 0 === (place === 0) ? 'Yes' : 'No';
}
