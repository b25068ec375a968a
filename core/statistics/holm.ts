/**
 * Holm's step-down adjustment of p-values (Holm 1979, https://www.jstor.org/stable/4615733): rejecting where the
 * adjusted value is ≤ α keeps the chance of any false alarm ≤ α, whatever the dependence.
 *
 * @returns adjusted p-values in the order given.
 * @throws {RangeError} when a p-value is outside [0, 1].
 */
export function holm(pValues: readonly number[]): number[] {
  for (const p of pValues) if (!(p >= 0 && p <= 1)) throw new RangeError(`p-value must lie in [0, 1]: ${p}`);
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a] - pValues[b]);
  const adjusted = new Array<number>(pValues.length);
  let running = 0;
  order.forEach((index, rank) => {
    running = Math.max(running, Math.min(1, (pValues.length - rank) * pValues[index]));
    adjusted[index] = running;
  });
  return adjusted;
}
