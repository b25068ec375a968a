/**
 * Intervals of held-out accuracy that allow for what cross-validation shares (Bengio & Grandvalet, JMLR 5, 2004: no
 * K-fold estimator of its variance is unbiased, for the covariance between folds is not seen in the scores).
 *
 * Rows i and j of different folds train each other's probe, through one and the same product yᵢ·yⱼ·k(xᵢ, xⱼ). Take a
 * row's margin m = y·f(x) as normal within its class with P(m > 0) = A, and q as the share of its variance that comes
 * from chance in the training rows. Each training row j then brings ρᵢⱼ to the correlation of mᵢ and mⱼ, Σⱼ ρᵢⱼ = q,
 * and Cov(mᵢ > 0, mⱼ > 0) ≈ φ(z)²·ρᵢⱼ with z = Φ⁻¹(A). The variance of the mean score over a cell is therefore that of
 * unshared rows times
 *
 *     1 + s·q·φ(z)² / (A(1 − A)),   s = (share of the cell's rows that are trained on) · (share of the training rows
 * that lie in the cell).
 *
 * Without signal q = 1, A = ½ and the factor is 1 + 2/3.14 = 1.64: an unwidened 95 % interval covers 87 %. The factor
 * fades as accuracy rises and as training rows outnumber features.
 */
import { normalDensity, normalQuantile } from '../core/statistics/normal.ts';
import { clusteredProportion, WILSON_ON_N_EFF } from '../core/statistics/clustered-proportion.ts';
import { pearson } from '../core/statistics/spearman.ts';
import { wilsonInterval } from '../core/statistics/wilson.ts';
import type { Estimate } from '../core/artifacts/results.ts';
import type { NestedFolds } from './cross-validate.ts';

export const WILSON_HELD_OUT = `${WILSON_ON_N_EFF}, widened for folds that train each other's probes`;

/** How a probe's held-out scores hang together. */
export interface SharedTraining {
  /** Rows that are trained on. */
  readonly trainable: readonly number[];
  /** q: share of a margin's variance that comes from chance in the training rows, 0 … 1. */
  readonly noiseShare: number;
}

/**
 * q from the fits of nested cross-validation. On the rows of fold a, the probe without a and the probe without a and b
 * agree but for chance: with K folds each of the K − 1 training folds brings q/(K − 1) of the margin's variance, and
 * the squared correlation of the two within a class is 1/(1 + q/(K − 2)), whatever their scales.
 *
 * @param outer decisions of the probe without fold a, by row; `inner` those without a and b.
 * @returns 1 where the decisions do not vary.
 */
export function trainingNoiseShare(
  { folds, inside }: NestedFolds,
  labels: ArrayLike<number>,
  outer: (a: number) => ArrayLike<number>,
  inner: (a: number, b: number) => ArrayLike<number>,
): number {
  let total = 0;
  let count = 0;
  for (let a = 0; a < folds; a++) {
    const full = withinClass(inside[a], labels, outer(a));
    for (let b = 0; b < folds; b++) {
      if (a === b) continue;
      const part = withinClass(inside[a], labels, inner(a, b));
      const [ff, pp, fp] = [product(full, full), product(part, part), product(full, part)];
      if (!(ff > 0 && pp > 0)) continue;
      total += Math.max(0, fp) ** 2 / (ff * pp);
      count++;
    }
  }
  if (count === 0 || total === 0) return 1;
  return Math.min(1, (folds - 2) * (count / total - 1));
}

function withinClass(rows: readonly number[], labels: ArrayLike<number>, decisions: ArrayLike<number>): Float64Array {
  const sums = new Map<number, [total: number, count: number]>();
  for (const i of rows) {
    const sum = sums.get(labels[i]) ?? [0, 0];
    sums.set(labels[i], [sum[0] + decisions[i], sum[1] + 1]);
  }
  return Float64Array.from(rows, (i) => decisions[i] - sums.get(labels[i])![0] / sums.get(labels[i])![1]);
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/**
 * Mean held-out score of the rows `chosen` with its 95 % Wilson interval on the effective number of rows (methods §5),
 * that number divided by the factor above.
 *
 * @param right 1 where the held-out prediction is right, by row.
 */
export function heldOutProportion(
  chosen: readonly number[],
  right: ArrayLike<number>,
  groups: readonly string[],
  shared?: SharedTraining,
): Estimate {
  const { estimate, nEff } = clusteredProportion(
    chosen.map((i) => right[i]),
    chosen.map((i) => groups[i]),
  );
  const factor = shared === undefined || estimate.value === null ? 1 : varianceFactor(estimate.value, chosen, shared);
  if (factor === 1) return estimate;
  return { ...estimate, interval: wilsonInterval(estimate.value!, nEff / factor), intervalKind: WILSON_HELD_OUT };
}

/**
 * The same factor for a statistic that is linear in the margins, such as a correlation or a squared error: 1 + s·q, and
 * q falls as signal takes over.
 */
export function linearVarianceFactor(chosen: readonly number[], { trainable, noiseShare }: SharedTraining): number {
  return 1 + overlap(chosen, trainable) * noiseShare;
}

/** s: share of the cell's rows that are trained on, times the share of the training rows that lie in the cell. */
function overlap(chosen: readonly number[], trainable: readonly number[]): number {
  const trained = new Set(trainable);
  const both = chosen.filter((i) => trained.has(i)).length;
  return both === 0 ? 0 : (both / chosen.length) * (both / trainable.length);
}

/** Variance of the mean score of `chosen` over that of as many rows whose probes share nothing. */
export function varianceFactor(
  accuracy: number,
  chosen: readonly number[],
  { trainable, noiseShare }: SharedTraining,
): number {
  if (accuracy <= 0 || accuracy >= 1) return 1;
  return (
    1 +
    (overlap(chosen, trainable) * noiseShare * normalDensity(normalQuantile(accuracy)) ** 2) /
      (accuracy * (1 - accuracy))
  );
}

/** Held-out scores of one probe, and what its folds share; without `shared` no other row's label went into a score. */
export interface HeldOutScores {
  /** By row. */
  readonly right: ArrayLike<number>;
  readonly shared?: SharedTraining;
}

/**
 * Variance of the mean of a − b over `chosen` over that of as many rows whose probes share nothing. With c the
 * correlation of the two probes' margins, what one training row brings to both cancels: 1 + s·(q_a φ_a² + q_b φ_b² − 2c
 * √(q_a q_b) φ_a φ_b) / Var(a − b). c is the tetrachoric correlation of the scores, sin(πr/2) (exact where both are
 * right half of the time), so that the factor fades as the probes agree, and is that of a where b is a constant.
 */
export function differenceVarianceFactor(chosen: readonly number[], a: HeldOutScores, b: HeldOutScores): number {
  const [own, other] = [a, b].map(({ right }) => chosen.map((i) => right[i]));
  const mean = (values: readonly number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  const differences = own.map((v, k) => v - other[k]);
  const centre = mean(differences);
  const variance = mean(differences.map((v) => (v - centre) ** 2));
  if (!(variance > 0)) return 1;
  const [shareA, shareB] = [a, b].map(({ shared }, side) => {
    const accuracy = mean([own, other][side]);
    if (shared === undefined || accuracy <= 0 || accuracy >= 1) return 0;
    return Math.sqrt(overlap(chosen, shared.trainable) * shared.noiseShare) * normalDensity(normalQuantile(accuracy));
  });
  const c = Math.sin((Math.PI / 2) * (pearson(own, other) ?? 0));
  return 1 + (shareA ** 2 + shareB ** 2 - 2 * c * shareA * shareB) / variance;
}
