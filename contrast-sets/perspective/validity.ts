/**
 * When a scene is a fair question: targets whole in the picture and mostly visible, nothing inside anything else, all
 * of it above the ground.
 */
import { boundsOf, outlineOf, overlapArea, type Rect } from '../scene/bounds.ts';
import { depthOf, type CameraFrame } from '../scene/camera.ts';
import type { ObjectSpec, Room, Scene } from '../scene/model.ts';
import { halfHeight, partsOf, reachOf, supportOf, type Solid } from '../scene/solids.ts';

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

export interface ValidityOptions {
  /**
   * Share of a target's box that may be covered by nearer things, an upper bound from bounding rectangles; defaults to
   * *.3*.
   */
  readonly overlap?: number;
  /** Of clearances, relative to the usual; defaults to *1*. */
  readonly scale?: number | undefined;
}

/** True if every object of `scene` can be seen well; objects 0 and 1 are the targets. */
export function isValid(scene: Scene, frame: CameraFrame, { overlap = 0.3, scale = 1 }: ValidityOptions = {}): boolean {
  const parts: Part[] = [];
  const bodies: { rect: Rect; depth: number }[] = [];
  for (let owner = 0; owner < scene.objects.length; owner++) {
    const object = scene.objects[owner];
    const bottom = object.position[1] - halfHeight(object);
    if (object.support !== 'ground' && bottom < CLEARANCE * scale) return false;
    const body = partsOf(object, owner);
    const rect = outlineOf(frame, body);
    if (
      !rect ||
      rect.left < BORDER ||
      rect.top < BORDER ||
      rect.right > frame.aspect - BORDER ||
      rect.bottom > 1 - BORDER
    )
      return false;
    bodies.push({ rect, depth: depthOf(frame, object.position) });
    if (scene.room !== undefined && !isInside(object, scene.room, AIR * scale)) return false;
    parts.push({ owner, rect, depth: Math.min(...body.map((solid) => nearestDepth(frame, solid))) });
    for (const solid of supportOf(object, owner)) {
      const bounds = boundsOf(frame, solid);
      if (bounds) parts.push({ owner, rect: bounds, depth: nearestDepth(frame, solid) });
    }
  }
  return (
    !columnsCollide(scene, AIR * scale) &&
    bodies.every(({ rect, depth }, owner) => {
      const allowed =
        (owner < 2 ? overlap : Math.max(overlap, DISTRACTOR_COVERED)) *
        (rect.right - rect.left) *
        (rect.bottom - rect.top);
      let covered = 0;
      for (const part of parts) if (part.owner !== owner && part.depth < depth) covered += overlapArea(part.rect, rect);
      return covered <= allowed;
    })
  );
}

function nearestDepth(frame: CameraFrame, solid: Solid): number {
  // Where a tall part is nearest depends on where one looks; its foot errs on the far side by a few centimetres only.
  return (
    depthOf(frame, [solid.x, solid.shape === 'cylinder' && solid.ry > 0.5 ? solid.y - solid.ry : solid.y, solid.z]) -
    solid.rx
  );
}

function isInside(object: ObjectSpec, { side, back }: Room, air: number): boolean {
  const reach = reachOf(object) + air;
  return Math.abs(object.position[0]) + reach < side && object.position[2] + reach < back;
}

/** Every object owns the vertical column it stands or hangs in; no two columns may touch. */
function columnsCollide({ objects }: Scene, air: number): boolean {
  for (let i = 0; i < objects.length; i++) {
    for (let j = 0; j < i; j++) {
      const dx = objects[i].position[0] - objects[j].position[0];
      const dz = objects[i].position[2] - objects[j].position[2];
      const reach = reachOf(objects[i]) + reachOf(objects[j]) + air;
      if (dx * dx + dz * dz < reach * reach) return true;
    }
  }
  return false;
}
