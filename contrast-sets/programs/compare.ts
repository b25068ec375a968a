/**
 * `compare`: which pole of a spatial axis the asked object lies at, from centres (horizontal, vertical) or depths
 * (distance).
 */
import { z } from 'zod';
import { AXES, locatedObjects, type Axis, type Item, type LocatedObject } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { issuesOf } from '../../core/formats/json.ts';

export const compareSchema = z.strictObject({
  op: z.literal('compare'),
  axis: z.enum(AXES),
  /** Index of the object that is asked about, and of the one it is compared with. */
  subject: z.number().int().nonnegative(),
  reference: z.number().int().nonnegative(),
});
export type CompareProgram = z.infer<typeof compareSchema>;

/** Centre of an object's box, in pixels. */
export function boxCentre({ box: [x, y, width, height] }: Pick<LocatedObject, 'box'>): { x: number; y: number } {
  return { x: x + width / 2, y: y + height / 2 };
}

/** Centre of an object in the picture, in pixels: of its whole outline where that is known, else of its box. */
export function centreOf({ centre, box }: Pick<LocatedObject, 'box' | 'centre'>): { x: number; y: number } {
  return centre === undefined ? boxCentre({ box }) : { x: centre[0], y: centre[1] };
}

/**
 * How far `a` is from `b` towards the canonical pole of an axis (left, above: pixels; far: metres); negative on the
 * other side.
 */
export function towardsPole(axis: Axis, a: LocatedObject, b: LocatedObject): number {
  switch (axis) {
    case 'horizontal':
      return centreOf(b).x - centreOf(a).x;
    case 'vertical':
      return centreOf(b).y - centreOf(a).y;
    case 'distance':
      return a.depth - b.depth;
  }
}

export function compare(item: Item): string {
  const parsed = compareSchema.safeParse(item.program);
  if (!parsed.success)
    throw new PlumblineError('invalid-program', issuesOf(parsed.error), {
      where: `item ${item.item}`,
      hint: 'compare needs axis, subject and reference',
    });
  const { axis, subject, reference } = parsed.data;
  const objects = locatedObjects(item);
  const [a, b] = [objects.at(subject), objects.at(reference)];
  if (a === undefined || b === undefined)
    throw new PlumblineError('invalid-program', `the item has ${objects.length} objects`, {
      where: `item ${item.item}`,
      hint: 'subject and reference are indices of objects',
    });
  const towards = towardsPole(axis, a, b);
  if (towards === 0)
    throw new PlumblineError('undecided-answer', `the geometry says neither ${item.options.join(' nor ')}`, {
      where: `item ${item.item}`,
      hint: 'the two objects must differ along the axis',
    });
  return item.options[towards > 0 ? 0 : 1];
}
