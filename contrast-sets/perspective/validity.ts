/** When a scene is a fair question: targets whole in the picture and mostly visible, nothing inside anything else, all of it above the ground. */
import { boundsOf, overlapArea, type Rect } from '../scene/bounds.ts';
import { depthOf, type CameraFrame } from '../scene/camera.ts';
import type { Scene } from '../scene/model.ts';
import { bodyOf, halfHeight, supportOf, type Solid } from '../scene/solids.ts';

/** Share of a target's box that may be covered by nearer things, an upper bound from bounding rectangles. */
const TARGET_COVERED = 0.3;
const DISTRACTOR_COVERED = 0.5;
/** Distance of boxes from the picture's border, in heights. */
const BORDER = 0.012;
/** Room for a stand, and for a gap below a hanging object, metres. */
const CLEARANCE = 0.1;
/** Air between neighbouring columns, metres. */
const AIR = 0.12;

interface Part {
  readonly owner: number;
  readonly rect: Rect;
  readonly depth: number;
}

/** True if every object of `scene` can be seen well; objects 0 and 1 are the targets. */
export function isValid(scene: Scene, frame: CameraFrame): boolean {
  const parts: Part[] = [];
  const bodies: { rect: Rect; depth: number }[] = [];
  for (let owner = 0; owner < scene.objects.length; owner++) {
    const object = scene.objects[owner];
    const bottom = object.position[1] - halfHeight(object);
    if (object.support !== 'ground' && bottom < CLEARANCE) return false;
    const body = bodyOf(object, owner);
    const rect = boundsOf(frame, body);
    if (!rect || rect.left < BORDER || rect.top < BORDER || rect.right > frame.aspect - BORDER || rect.bottom > 1 - BORDER) return false;
    bodies.push({ rect, depth: depthOf(frame, object.position) });
    for (const solid of [body, ...supportOf(object, owner)]) {
      const bounds = solid === body ? rect : boundsOf(frame, solid);
      if (bounds) parts.push({ owner, rect: bounds, depth: nearestDepth(frame, solid) });
    }
  }
  return !columnsCollide(scene) && bodies.every(({ rect, depth }, owner) => {
    const allowed = (owner < 2 ? TARGET_COVERED : DISTRACTOR_COVERED) * (rect.right - rect.left) * (rect.bottom - rect.top);
    let covered = 0;
    for (const part of parts) if (part.owner !== owner && part.depth < depth) covered += overlapArea(part.rect, rect);
    return covered <= allowed;
  });
}

function nearestDepth(frame: CameraFrame, solid: Solid): number {
  // Where a tall part is nearest depends on where one looks; its foot errs on the far side by a few centimetres only.
  return depthOf(frame, [solid.x, solid.shape === 'cylinder' && solid.ry > 0.5 ? solid.y - solid.ry : solid.y, solid.z]) - solid.rx;
}

/** Every object owns the vertical column it stands or hangs in; no two columns may touch. */
function columnsCollide({ objects }: Scene): boolean {
  for (let i = 0; i < objects.length; i++) {
    for (let j = 0; j < i; j++) {
      const dx = objects[i].position[0] - objects[j].position[0];
      const dz = objects[i].position[2] - objects[j].position[2];
      const reach = 0.56 * (objects[i].size + objects[j].size) + AIR;
      if (dx * dx + dz * dz < reach * reach) return true;
    }
  }
  return false;
}
