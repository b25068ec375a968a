/**
 * Disentanglement scores of codes for factors, as in disentanglement_lib (Locatello et al. 2019,
 * https://github.com/google-research/disentanglement_lib): DCI (Eastwood & Williams 2018), MIG (Chen et al. 2018, 20
 * bins) and SAP (Kumar et al. 2018, the continuous form: squared correlation). One code a factor scores about 1, the
 * same codes rotated by 45° about 0.
 *
 * DCI's importance is the absolute weight of a lasso on standardised codes and factors, the linear form of Eastwood &
 * Williams' paper; disentanglement_lib replaces it by scikit-learn's gradient boosting, whose numbers differ.
 */
import type { Matrix } from '../core/matrix.ts';

export const BINS = 20;
/** Of the lasso, as in the paper's code. */
export const LASSO_ALPHA = 0.02;
export const IMPORTANCE = `absolute lasso weights, alpha ${LASSO_ALPHA}, standardised`;

export interface DisentanglementScores {
  readonly disentanglement: number;
  readonly completeness: number;
  /** Mean over factors of the lasso's R² on the same rows. */
  readonly informativeness: number;
  readonly mig: number;
  readonly sap: number;
  /** codes × factors. */
  readonly importances: number[][];
  /** codes × factors, nats. */
  readonly mutualInformation: number[][];
}

/**
 * @param codes n × c, continuous.
 * @param factors n × f, discrete (few distinct numbers) or continuous; for MIG continuous ones are cut into 20 bins
 * too.
 * @throws {RangeError} when row numbers differ or a factor does not vary.
 */
export function disentanglementScores(codes: Matrix, factors: Matrix): DisentanglementScores {
  if (codes.rows !== factors.rows) throw new RangeError(`${codes.rows} rows of codes, but ${factors.rows} of factors`);
  const z = Array.from({ length: codes.cols }, (_, c) => column(codes, c));
  const y = Array.from({ length: factors.cols }, (_, f) => column(factors, f));
  y.forEach((values, f) => {
    if (values.every((v) => v === values[0])) throw new RangeError(`factor ${f} does not vary`);
  });
  const [standardZ, standardY] = [z.map(standardised), y.map(standardised)];
  const fits = standardY.map((target) => lasso(standardZ, target));
  const importances = z.map((_, c) => fits.map(({ weights }) => Math.abs(weights[c])));
  const binnedZ = z.map(discretised);
  const binnedY = y.map((values) => (new Set(values).size <= BINS ? ordinals(values) : discretised(values)));
  const mutualInformation = binnedZ.map((a) => binnedY.map((b) => mutual(a, b)));
  const mig = mean(binnedY.map((b, f) => topGap(mutualInformation.map((line) => line[f])) / mutual(b, b)));
  const sap = mean(standardY.map((b) => topGap(standardZ.map((a) => dotMean(a, b) ** 2))));
  return {
    ...dci(importances),
    informativeness: mean(fits.map(({ r2 }) => r2)),
    mig,
    sap,
    importances,
    mutualInformation,
  };
}

/**
 * 1 − normalised entropy of each code's importances over factors (disentanglement) and of each factor's over codes
 * (completeness), weighted by importance.
 */
function dci(importances: readonly number[][]): { disentanglement: number; completeness: number } {
  const byFactor = importances[0].map((_, f) => importances.map((line) => line[f]));
  const score = (lines: readonly (readonly number[])[]): number => {
    const total = lines.flat().reduce((sum, v) => sum + v, 0);
    return total === 0
      ? 0
      : lines.reduce((sum, line) => sum + ((1 - entropy(line)) * line.reduce((s, v) => s + v, 0)) / total, 0);
  };
  return { disentanglement: score(importances), completeness: score(byFactor) };
}

/** Entropy of weights in units of the logarithm of their number; a single one has none. */
function entropy(weights: readonly number[]): number {
  if (weights.length < 2) return 0;
  const total = weights.reduce((sum, v) => sum + v + 1e-11, 0);
  return (
    -weights.reduce((sum, v) => sum + ((v + 1e-11) / total) * Math.log((v + 1e-11) / total), 0) /
    Math.log(weights.length)
  );
}

/** Coordinate descent on ‖y − Zw‖²/(2n) + α‖w‖₁, scikit-learn's objective; columns have mean 0 and mean square 1. */
function lasso(z: readonly Float64Array[], y: Float64Array): { weights: Float64Array; r2: number } {
  const weights = new Float64Array(z.length);
  const rest = y.slice();
  for (let sweep = 0; sweep < 10_000; sweep++) {
    let moved = 0;
    z.forEach((column, c) => {
      const square = dotMean(column, column);
      if (square === 0) return;
      const target = dotMean(column, rest) + square * weights[c];
      const next = (Math.sign(target) * Math.max(0, Math.abs(target) - LASSO_ALPHA)) / square;
      const change = next - weights[c];
      if (change === 0) return;
      for (let i = 0; i < rest.length; i++) rest[i] -= change * column[i];
      weights[c] = next;
      moved = Math.max(moved, Math.abs(change));
    });
    if (moved < 1e-12) break;
  }
  return { weights, r2: 1 - dotMean(rest, rest) };
}

function column({ data, rows, cols }: Matrix, c: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, i) => data[i * cols + c]);
}

/** Mean 0 and mean square 1; a constant column becomes 0. */
function standardised(values: Float64Array): Float64Array {
  const centre = mean([...values]);
  const spread = Math.sqrt(values.reduce((sum, v) => sum + (v - centre) ** 2, 0) / values.length);
  return values.map((v) => (spread > 1e-12 * Math.abs(centre) ? (v - centre) / spread : 0));
}

/** numpy's `digitize(x, histogram(x, 20)[1][:-1])`: 20 bins of equal width. */
function discretised(values: Float64Array): Int32Array {
  const low = values.reduce((a, b) => Math.min(a, b), Infinity);
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity);
  if (high === low) return new Int32Array(values.length);
  const edges = Array.from({ length: BINS }, (_, k) => low + (k * (high - low)) / BINS);
  return Int32Array.from(values, (v) => {
    let bin = Math.max(0, Math.min(BINS - 1, Math.floor(((v - low) / (high - low)) * BINS)));
    while (bin + 1 < BINS && v >= edges[bin + 1]) bin++;
    while (bin > 0 && v < edges[bin]) bin--;
    return bin;
  });
}

function ordinals(values: Float64Array): Int32Array {
  const order = [...new Set(values)].sort((a, b) => a - b);
  return Int32Array.from(values, (v) => order.indexOf(v));
}

/** Mutual information of two discrete columns, nats. */
function mutual(a: Int32Array, b: Int32Array): number {
  const joint = new Map<number, number>();
  const [ofA, ofB] = [new Map<number, number>(), new Map<number, number>()];
  const SHIFT = 1 << 20;
  for (let i = 0; i < a.length; i++) {
    joint.set(a[i] * SHIFT + b[i], (joint.get(a[i] * SHIFT + b[i]) ?? 0) + 1);
    ofA.set(a[i], (ofA.get(a[i]) ?? 0) + 1);
    ofB.set(b[i], (ofB.get(b[i]) ?? 0) + 1);
  }
  const n = a.length;
  let sum = 0;
  for (const [key, count] of joint)
    sum += (count / n) * Math.log((count * n) / (ofA.get(Math.floor(key / SHIFT))! * ofB.get(key % SHIFT)!));
  return Math.max(0, sum);
}

/** Largest minus second largest. */
function topGap(values: readonly number[]): number {
  const [first, second = 0] = [...values].sort((a, b) => b - a);
  return first - second;
}

function dotMean(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum / a.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}
