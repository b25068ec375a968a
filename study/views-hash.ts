import { itemsOf, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import { hashFiles } from '../core/formats/hash.ts';

/** sha-256 over the ground truth of a set's views, which the set's own hash doesn't cover. */
export function hashOfViews(set: Pick<ContrastSet, 'directory' | 'pairs'>): Promise<string> {
  return hashFiles(
    set.directory,
    itemsOf(set).flatMap(({ correspondences }) => (correspondences === undefined ? [] : [correspondences])),
  );
}
