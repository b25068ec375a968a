import { assertSameLength, indexGroups } from './groups.ts';

/**
 * Standard error of a mean over rows that come in groups: sqrt(C/(C−1) · Σ_c (Σ_{i∈c} (x_i − x̄))²) / n (methods §5).
 *
 * @returns the standard error, in the values' unit; NaN with a single group, where it cannot be known.
 * @throws {PlumblineError} `missing-group`.
 */
export function clusteredSe(values: ArrayLike<number>, groups: ArrayLike<string | null | undefined>): number {
  assertSameLength(values, groups);
  const { of, ids } = indexGroups(groups);
  const n = values.length;
  const clusters = ids.length;
  if (clusters < 2) return Number.NaN;
  let total = 0;
  for (let i = 0; i < n; i++) total += values[i];
  const mean = total / n;
  const deviations = new Float64Array(clusters);
  for (let i = 0; i < n; i++) deviations[of[i]] += values[i] - mean;
  let squares = 0;
  for (const deviation of deviations) squares += deviation * deviation;
  return Math.sqrt((clusters / (clusters - 1)) * squares) / n;
}
