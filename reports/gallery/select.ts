/**
 * Which pairs a gallery shows: every kind of pair that the set holds, each in proportion and evenly over the file, so
 * that the choice knows nothing of the answers.
 */
import { conditionFor, type Pair } from '../../core/artifacts/contrast-set.ts';

/** Pairs that one look can't tell apart: same axis, condition, kind and manipulation. */
const kindOf = ({ axis, conditions, kind, second }: Pair): string =>
  JSON.stringify([
    axis,
    conditionFor({ conditions }),
    kind,
    second.variant?.manipulation,
    second.variant?.degradation,
    second.variant?.severity,
  ]);

/**
 * Reads the pairs twice and keeps at most `limit`.
 * @param pairs gives the pairs from the start, each time it is called
 */
export async function selectPairs(pairs: () => AsyncIterable<Pair> | Iterable<Pair>, limit: number): Promise<Pair[]> {
  const sizes = new Map<string, number>();
  let total = 0;
  for await (const pair of pairs()) {
    const kind = kindOf(pair);
    sizes.set(kind, (sizes.get(kind) ?? 0) + 1);
    total++;
  }
  const quotas = quotasOf(sizes, total, limit);
  const seen = new Map<string, number>();
  const chosen: Pair[] = [];
  for await (const pair of pairs()) {
    const kind = kindOf(pair);
    const [at, size, quota] = [seen.get(kind) ?? 0, sizes.get(kind)!, quotas.get(kind)!];
    seen.set(kind, at + 1);
    // True for exactly `quota` of the `size` places, evenly spread.
    if (Math.floor(((at + 1) * quota) / size) > Math.floor((at * quota) / size)) chosen.push(pair);
  }
  return chosen;
}

/** Shares by largest remainder, at least one for each kind while there is room. */
function quotasOf(sizes: ReadonlyMap<string, number>, total: number, limit: number): Map<string, number> {
  if (total <= limit) return new Map(sizes);
  const kinds = [...sizes].sort(([, a], [, b]) => a - b);
  const quotas = new Map<string, number>();
  let [left, rest] = [limit, total];
  // The rarest first: what they can't use or need beyond their share is settled before the frequent ones.
  for (const [i, [kind, size]] of kinds.entries()) {
    const others = kinds.length - i - 1;
    const share = Math.round((left * size) / rest);
    const quota = Math.max(0, Math.min(size, Math.max(share, 1), Math.max(left - others, left > 0 ? 1 : 0)));
    quotas.set(kind, quota);
    left -= quota;
    rest -= size;
  }
  return quotas;
}
