import type { Interval } from './interval.ts';

/** A proportion with its interval. */
export interface BoundedProportion {
  readonly value: number;
  readonly interval: Readonly<Interval>;
}

/**
 * Interval for the difference of two independent proportions from their two Wilson intervals
 * (Newcombe 1998, method 10, https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8%3C873::AID-SIM779%3E3.0.CO;2-I).
 *
 * @returns the difference `a − b` and its bounds, in [−1, 1].
 */
export function newcombeDifference(a: BoundedProportion, b: BoundedProportion): { value: number; interval: Interval } {
  const value = a.value - b.value;
  const below = Math.hypot(a.value - a.interval[0], b.interval[1] - b.value);
  const above = Math.hypot(a.interval[1] - a.value, b.value - b.interval[0]);
  return { value, interval: [value - below, value + above] };
}
