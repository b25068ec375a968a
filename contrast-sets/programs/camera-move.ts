/**
 * `camera-move`: which way the camera went round the objects between two pictures, seen from where it stood first; from
 * `facts.cameras` and `facts.centre`.
 */
import { z } from 'zod';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { issuesOf } from '../../core/formats/json.ts';

/** Places on the ground, metres: x to the right and z away from where the scene is told. */
const placeSchema = z.object({ x: z.number(), z: z.number() });
const factsSchema = z.object({ cameras: z.array(placeSchema).min(2), centre: placeSchema });

/** `left` or `right`. Which way the camera is turned doesn't matter, nor how far away it is. */
export function cameraMove(item: Item): string {
  const where = `item ${item.item}`;
  const parsed = factsSchema.safeParse(item.facts);
  if (!parsed.success)
    throw new PlumblineError('invalid-program', issuesOf(parsed.error), {
      where,
      hint: 'camera-move needs facts.cameras and facts.centre, places with x and z',
    });
  const {
    cameras: [a, b],
    centre,
  } = parsed.data;
  // Facing the centre from a, with (x, z) ahead, right is (z, −x).
  const [ahead, aside] = [centre.x - a.x, centre.z - a.z];
  const sideways = (b.x - centre.x) * aside - (b.z - centre.z) * ahead;
  if (Math.abs(sideways) < 1e-6)
    throw new PlumblineError('undecided-answer', 'the camera went neither left nor right', {
      where,
      hint: 'the two cameras must not be in line with the centre',
    });
  return sideways > 0 ? 'right' : 'left';
}
