/**
 * Ground truth at the level of patches (methods §4). A patch of the first view stands for one point: of the points
 * inside the patch the one nearest to its centre, ties to the lowest index. Visible in the other view, it is a query
 * with its exact projection as target; else the patch is a no-match. Patches without a point are left out.
 */
import type { Correspondences } from '../../core/artifacts/correspondences.ts';
import { patchAt, patchCentre, type PatchPlacement } from '../../core/artifacts/dense-patches.ts';
import { PlumblineError } from '../../core/errors.ts';

export interface PatchTruth {
  /** Patches of the first view whose point is visible in the second, ascending. */
  readonly queries: Int32Array;
  /** Where each query's point is in the first view, x and y in pixels. */
  readonly sources: Float64Array;
  /** Its exact projection into the second view, x and y in pixels. */
  readonly targets: Float64Array;
  /** Patches of the first view whose point is occluded in the second or outside it. */
  readonly unmatched: Int32Array;
}

/**
 * Places the ground truth of a pair of views on their patches. A point that the second view's patches don't cover
 * (cropped away) counts as outside it.
 * @throws PlumblineError `picture-size-mismatch`
 */
export function patchTruth(truth: Correspondences, first: PatchPlacement, second: PatchPlacement): PatchTruth {
  [first, second].forEach(({ picture }, view) => {
    const expected = truth.pictures[view];
    if (picture.width === expected.width && picture.height === expected.height) return;
    throw new PlumblineError(
      'picture-size-mismatch',
      `view ${view + 1} has ${picture.width} × ${picture.height} pixels, its correspondences are for ${expected.width} × ${expected.height}`,
      { hint: 'pictures and correspondences do not belong together' },
    );
  });
  const patches = first.grid.rows * first.grid.columns;
  const chosen = new Int32Array(patches).fill(-1);
  const nearest = new Float64Array(patches).fill(Infinity);
  for (let i = 0; i < truth.visible.length; i++) {
    const [x, y] = truth.points.subarray(4 * i, 4 * i + 2);
    const patch = patchAt(first, x, y);
    if (patch < 0) continue;
    const [cx, cy] = patchCentre(first, patch);
    const distance = Math.hypot((x - cx) / first.patch.width, (y - cy) / first.patch.height);
    if (distance < nearest[patch]) [chosen[patch], nearest[patch]] = [i, distance];
  }
  const queries: number[] = [];
  const unmatched: number[] = [];
  const sources: number[] = [];
  const targets: number[] = [];
  chosen.forEach((i, patch) => {
    if (i < 0) return;
    const [xa, ya, xb, yb] = truth.points.subarray(4 * i, 4 * i + 4);
    if (truth.visible[i] === 0 || patchAt(second, xb, yb) < 0) unmatched.push(patch);
    else {
      queries.push(patch);
      sources.push(xa, ya);
      targets.push(xb, yb);
    }
  });
  return {
    queries: Int32Array.from(queries),
    sources: Float64Array.from(sources),
    targets: Float64Array.from(targets),
    unmatched: Int32Array.from(unmatched),
  };
}
