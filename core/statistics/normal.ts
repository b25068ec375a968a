/** Density, distribution function and quantile of the standard normal distribution. */

const SQRT_2PI = Math.sqrt(2 * Math.PI);

export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / SQRT_2PI;
}

/**
 * Φ(x): Marsaglia's series around 0 (2004, https://doi.org/10.18637/jss.v011.i04), an asymptotic fraction in the tails;
 * absolute error below 1e-13.
 */
export function normalCdf(x: number): number {
  if (Math.abs(x) > 6) {
    let fraction = 0;
    for (let k = 60; k >= 1; k--) fraction = k / (Math.abs(x) + fraction);
    const tail = normalDensity(x) / (Math.abs(x) + fraction);
    return x > 0 ? 1 - tail : tail;
  }
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) sum += term *= (x * x) / k;
  return 0.5 + sum * normalDensity(x);
}

/**
 * Φ⁻¹(p) by Halley steps on Φ from a logistic start.
 *
 * @throws {RangeError} outside (0, 1).
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a probability must lie strictly between 0 and 1: ${p}`);
  if (p > 0.5) return -normalQuantile(1 - p);
  let x = p < 1e-3 ? -Math.sqrt(-2 * Math.log(2 * p)) : Math.log(p / (1 - p)) / 1.702;
  for (let step = 0; step < 60; step++) {
    const error = (normalCdf(x) - p) / normalDensity(x);
    const change = error / (1 + (x * error) / 2);
    x -= change;
    if (Math.abs(change) < 1e-14 * Math.max(1, Math.abs(x))) break;
  }
  return x;
}
