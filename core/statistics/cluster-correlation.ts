import { assertSameLength, indexGroups } from './groups.ts';

export interface ClusteredScores {
  readonly scores: ArrayLike<number | boolean>;
  /** Scene of each score. */
  readonly groups: ArrayLike<string | null | undefined>;
}

/**
 * How two means hang together through the scenes that both have rows in: the correlation of their clustered errors,
 * Σ_c a_c·b_c / √(Σ a_c² · Σ b_c²), a_c and b_c the sums of a scene's deviations from either mean (`clusteredSe`). 0
 * where no scene is shared or an error is 0.
 *
 * @returns the correlation, and the scenes of both together and those shared.
 * @throws {PlumblineError} `missing-group`.
 */
export function clusterCorrelation(
  a: ClusteredScores,
  b: ClusteredScores,
): { correlation: number; groups: number; shared: number } {
  const [one, two] = [deviations(a), deviations(b)];
  const shared = [...one.keys()].filter((id) => two.has(id));
  const square = (sums: ReadonlyMap<string, number>): number => [...sums.values()].reduce((sum, v) => sum + v * v, 0);
  const size = Math.sqrt(square(one) * square(two));
  const product = shared.reduce((sum, id) => sum + one.get(id)! * two.get(id)!, 0);
  return {
    correlation: size > 0 && shared.length > 0 ? Math.max(-1, Math.min(1, product / size)) : 0,
    groups: one.size + two.size - shared.length,
    shared: shared.length,
  };
}

function deviations({ scores, groups }: ClusteredScores): Map<string, number> {
  assertSameLength(scores, groups);
  const { ids, of } = indexGroups(groups);
  const values = Float64Array.from(scores, Number);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const sums = new Float64Array(ids.length);
  values.forEach((value, i) => (sums[of[i]] += value - mean));
  return new Map(ids.map((id, g) => [id, sums[g]]));
}
