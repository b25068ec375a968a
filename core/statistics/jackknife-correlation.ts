import { jackknifeInterval } from './jackknife.ts';

export const JACKKNIFE_FISHER = 'delete-one-group jackknife, Fisher z';

/**
 * `jackknifeInterval` of a correlation on Fisher's scale: atanh(value) ± t·SE/(1 − value²), turned back. A correlation
 * far from 0 that comes out high has too small a jackknife error, one that comes out low too large a one; on this scale
 * misses are even on both sides.
 *
 * @param value in [−1, 1]; at ±1 there is no scale, and the interval is the plain one.
 */
export function jackknifeCorrelation(
  value: number,
  leaveOneOut: ArrayLike<number | null>,
): ReturnType<typeof jackknifeInterval> {
  const plain = jackknifeInterval(value, leaveOneOut);
  if (plain.interval === null) return plain;
  const slope = 1 - value * value;
  if (!(slope > 1e-9)) return jackknifeInterval(value, leaveOneOut, [-1, 1]);
  const half = (plain.interval[1] - plain.interval[0]) / 2 / slope;
  return { interval: [Math.tanh(Math.atanh(value) - half), Math.tanh(Math.atanh(value) + half)] };
}
