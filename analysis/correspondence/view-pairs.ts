/**
 * The pairs of views of a contrast set: items with two pictures and point correspondences between them, each pair of
 * pictures once.
 */
import { join } from 'node:path';
import { itemsOf, type ContrastSet } from '../../core/artifacts/contrast-set.ts';
import { readCorrespondences } from '../../core/artifacts/correspondences.ts';
import type { DensePatches, PatchPlacement } from '../../core/artifacts/dense-patches.ts';
import { PlumblineError } from '../../core/errors.ts';
import { patchTruth, type PatchTruth } from './ground-truth.ts';

export interface ViewPair {
  readonly id: string;
  /** The scene: pairs of one scene are resampled together. */
  readonly group: string;
  readonly images: readonly [string, string];
  readonly placements: readonly [PatchPlacement, PatchPlacement];
  readonly truth: PatchTruth;
  /** Angle between the viewpoints, in degrees. */
  readonly viewpoint: number;
  /** Share of the first view's points visible in the second. */
  readonly overlap: number;
  /** Frames between the two pictures, where they are of one clip (`variant.interval`); null otherwise. */
  readonly interval: number | null;
}

/**
 * Reads the ground truth of a set's pairs of views and places it on the patches.
 * @throws PlumblineError `no-views` when the set has none; as `readCorrespondences` and `patchTruth`
 */
export async function viewPairs(
  set: Pick<ContrastSet, 'directory' | 'pairs'>,
  patches: Pick<DensePatches, 'placement'>,
): Promise<ViewPair[]> {
  const pairs: ViewPair[] = [];
  const seen = new Set<string>();
  for (const { item, group, images, correspondences, variant } of itemsOf(set)) {
    if (correspondences === undefined || seen.has(correspondences)) continue;
    seen.add(correspondences);
    if (images.length !== 2)
      throw new PlumblineError(
        'two-pictures-expected',
        `${images.length} pictures with correspondences, expected two`,
        { where: `item ${item}`, hint: 'correspondences are between the two pictures of an item' },
      );
    const [first, second] = images;
    const truth = await readCorrespondences(join(set.directory, correspondences));
    const placements = [patches.placement(first), patches.placement(second)] as const;
    const interval = variant?.interval;
    pairs.push({
      id: item,
      group,
      images: [first, second],
      placements,
      truth: patchTruth(truth, ...placements),
      viewpoint: truth.viewpoint,
      overlap: truth.overlap,
      interval: typeof interval === 'number' ? interval : null,
    });
  }
  if (pairs.length > 0) return pairs;
  throw new PlumblineError('no-views', 'no item of this set has correspondences between two pictures', {
    where: set.directory,
    hint: 'make a set of views: plumbline generate views',
  });
}

/** The same pairs in two halves of the scenes, seeded; the first half gets the odd scene. */
export function splitGroups(
  groups: readonly string[],
  shuffle: (values: readonly string[]) => string[],
): [ReadonlySet<string>, ReadonlySet<string>] {
  const shuffled = shuffle([...new Set(groups)].sort());
  const half = Math.ceil(shuffled.length / 2);
  return [new Set(shuffled.slice(0, half)), new Set(shuffled.slice(half))];
}
