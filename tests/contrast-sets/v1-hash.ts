import { SetHash } from '../../contrast-sets/io.ts';
import { conditionFor, type ContrastSet } from '../../core/artifacts/contrast-set.ts';

/** The hash that version 1 gave a set: pinned values of then still say that nothing else has changed. */
export function hashOfVersion1({ header, pairs }: Pick<ContrastSet, 'header' | 'pairs'>): string {
  const hash = new SetHash();
  for (const { conditions, ...pair } of pairs) hash.add({ ...pair, condition: conditionFor({ conditions }) });
  return hash.digest(header.imageHashes);
}
