import { Z95, type Interval } from './interval.ts';

/**
 * Wilson's score interval for a proportion, 95 % (Wilson 1927, https://doi.org/10.1080/01621459.1927.10502953).
 *
 * @param proportion observed share, in [0, 1].
 * @param n number of independent trials; a fraction is fine (an effective number).
 * @returns bounds in [0, 1]; 97/124 gives [.702, .846], and 1.00 does not give [1, 1].
 * @throws {RangeError} when `n` is not positive or the proportion is outside [0, 1].
 */
export function wilsonInterval(proportion: number, n: number): Interval {
  if (!(proportion >= 0 && proportion <= 1)) throw new RangeError(`proportion must lie in [0, 1]: ${proportion}`);
  if (!(n > 0)) throw new RangeError(`number of trials must be positive: ${n}`);
  const z2 = Z95 * Z95;
  const centre = (proportion + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z95 / (1 + z2 / n)) * Math.sqrt((proportion * (1 - proportion)) / n + z2 / (4 * n * n));
  // At the ends of the range centre ± half meets the proportion only up to rounding.
  return [Math.min(proportion, Math.max(0, centre - half)), Math.max(proportion, Math.min(1, centre + half))];
}
