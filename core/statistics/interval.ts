/** Lower and upper bound. */
export type Interval = [lower: number, upper: number];

/** Two-sided 95 % quantile of the standard normal distribution. */
export const Z95 = 1.959963984540054;

/** The part of an interval inside a statistic's range; an interval wholly outside becomes the nearer end. */
export function clampInterval([lower, upper]: Interval, [min, max]: Interval): Interval {
  return [clamp(lower, [min, max]), clamp(upper, [min, max])];
}

/** The value itself, or the nearer end of the range. */
export function clamp(value: number, [min, max]: Interval): number {
  return Math.min(max, Math.max(min, value));
}
