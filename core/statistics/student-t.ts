import { Z95 } from './interval.ts';

/**
 * Two-sided 95 % quantile of Student's t (Cornish–Fisher expansion, Abramowitz & Stegun 26.7.5); within 1e-3 of tables from 5 degrees of freedom up.
 *
 * @throws {RangeError} below 5 degrees of freedom, where the expansion is poor.
 */
export function studentT95(degreesOfFreedom: number): number {
  if (!(degreesOfFreedom >= 5)) throw new RangeError(`Student's t needs at least 5 degrees of freedom here: ${degreesOfFreedom}`);
  const z = Z95;
  const v = degreesOfFreedom;
  const g1 = (z ** 3 + z) / 4;
  const g2 = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const g3 = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  const g4 = (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160;
  return z + g1 / v + g2 / v ** 2 + g3 / v ** 3 + g4 / v ** 4;
}
