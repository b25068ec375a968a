/** Standard errors below this are rounding of a sum of zeros: deviations of 0/1 scores are multiples of 1/n. */
const ZERO_SE = 1e-12;

/**
 * Effective number of independent items behind a proportion (methods §3b): min(items, A(1−A)/SE²), or the number of
 * scenes if SE = 0 or cannot be known.
 */
export function effectiveSize(options: {
  accuracy: number;
  standardError: number;
  items: number;
  scenes: number;
}): number {
  const { accuracy, standardError, items, scenes } = options;
  if (!(standardError > ZERO_SE)) return scenes;
  return Math.min(items, (accuracy * (1 - accuracy)) / standardError ** 2);
}
