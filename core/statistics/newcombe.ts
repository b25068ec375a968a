import type { Interval } from './interval.ts';

/** A proportion with its interval. */
export interface BoundedProportion {
  readonly value: number;
  readonly interval: Readonly<Interval>;
}

/**
 * Interval for the difference of two proportions from their two Wilson intervals
 * (Newcombe 1998, method 10, https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8%3C873::AID-SIM779%3E3.0.CO;2-I).
 *
 * @param correlation of the two proportions' errors, where they come from the same scenes (Newcombe's method 10 for
 * paired data, https://doi.org/10.1002/(SICI)1097-0258(19981130)17:22%3C2635::AID-SIM954%3E3.0.CO;2-C; his φ, here from
 * the scenes' sums and without a continuity correction); defaults to *0*, independent.
 * @returns the difference `a − b` and its bounds, in [−1, 1].
 */
export function newcombeDifference(
  a: BoundedProportion,
  b: BoundedProportion,
  correlation = 0,
): { value: number; interval: Interval } {
  const value = a.value - b.value;
  const below = width(a.value - a.interval[0], b.interval[1] - b.value, correlation);
  const above = width(a.interval[1] - a.value, b.value - b.interval[0], correlation);
  return { value, interval: [value - below, value + above] };
}

/** Length of the difference of two errors. */
function width(a: number, b: number, correlation: number): number {
  return correlation === 0 ? Math.hypot(a, b) : Math.sqrt(Math.max(0, a * a - 2 * correlation * a * b + b * b));
}
