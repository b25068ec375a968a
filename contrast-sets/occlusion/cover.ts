/**
 * How far a panel must slide to cover a given share of the target: rays through the target's pixels against the panel,
 * and bisection.
 */
import { frameOf, unproject } from '../scene/camera.ts';
import { bodyId, bodyOf } from '../scene/solids.ts';
import { intersect, type Ray } from '../render/intersect.ts';
import type { Picture } from '../render/render.ts';
import { PANEL, slid, TARGET, type OcclusionDesign } from './design.ts';

/** Rays from the camera through every pixel of the target in a picture without panels. */
export function targetRays(
  { covered: { camera } }: OcclusionDesign,
  { ids, width, height }: Pick<Picture, 'ids' | 'width' | 'height'>,
): Ray[] {
  const frame = frameOf(camera, width / height);
  const rays: Ray[] = [];
  for (let at = 0; at < ids.length; at++) {
    if (ids[at] !== bodyId(TARGET)) continue;
    const [x, y, z] = unproject(frame, ((at % width) + 0.5) / height, (Math.floor(at / width) + 0.5) / height, 1);
    rays.push({ ox: 0, oy: camera.height, oz: 0, dx: x, dy: y - camera.height, dz: z, nearest: 0 });
  }
  return rays;
}

export function coveredShare(design: OcclusionDesign, rays: readonly Ray[], slide: number): number {
  const panel = bodyOf(slid(design, slide).objects[PANEL], PANEL);
  return rays.reduce((sum, ray) => sum + (intersect(panel, ray) ? 1 : 0), 0) / rays.length;
}

/** The slide at which `share` of the target is covered, to the nearest pixel column. */
export function slideFor(design: OcclusionDesign, rays: readonly Ray[], share: number): number {
  if (share === 0) return design.beside;
  if (share === 1) return 0;
  let [low, high] = [0, design.beside];
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (coveredShare(design, rays, middle) > share) low = middle;
    else high = middle;
  }
  // Coverage falls in steps of a column: the nearer side of the step.
  return coveredShare(design, rays, low) - share < share - coveredShare(design, rays, high) ? low : high;
}
