/**
 * Linear centred kernel alignment (Kornblith et al. 2019, arXiv 1905.00414), by default with the unbiased HSIC of Song
 * et al. 2012 (debiased CKA: Nguyen et al. 2021, arXiv 2010.15327). With few rows and many columns the biased form is
 * near 1 for independent noise.
 */
import type { Estimate } from '../../core/artifacts/results.ts';
import type { Matrix } from '../../core/matrix.ts';
import { centreColumns } from '../../core/numerics/centre.ts';
import { largeProduct } from '../../core/numerics/large-products.ts';
import { columnMoments } from '../../core/numerics/standardise.ts';
import { indexGroups } from '../../core/statistics/groups.ts';
import { clamp, type Interval } from '../../core/statistics/interval.ts';
import { JACKKNIFE, jackknifeInterval } from '../../core/statistics/jackknife.ts';

export type CkaEstimator = 'debiased' | 'biased';

export interface CkaOptions {
  /** How to estimate HSIC; defaults to *debiased*. */
  readonly estimator?: CkaEstimator;
}

/** What HSIC needs of two kernels K and L over a set of rows. */
interface KernelSums {
  readonly n: number;
  /** Σ_ij K_ij·L_ij. */
  readonly product: number;
  readonly sumK: number;
  readonly sumL: number;
  /** Σ_i (row sum of K)·(row sum of L). */
  readonly rows: number;
}

/**
 * CKA of two representations of the same rows.
 *
 * @param x n × d₁.
 * @param y n × d₂.
 * @returns at most 1; the debiased form may be negative. Null when a representation does not vary.
 * @throws {RangeError} when the row numbers differ, or there are fewer than 4 rows.
 */
export async function cka(x: Matrix, y: Matrix, { estimator = 'debiased' }: CkaOptions = {}): Promise<number | null> {
  checkRows(x, y);
  const k = await ckaKernel(x, estimator);
  const l = await ckaKernel(y, estimator);
  return ratio(totals(k, l), totals(k, k), totals(l, l), estimator);
}

/**
 * CKA with its delete-one-group jackknife interval (methods §5), cut to [−1, 1]. Memory and time grow with n².
 *
 * @param groups scene of each row.
 * @throws {PlumblineError} `missing-group`; {RangeError} as `cka`.
 */
export async function ckaEstimate(
  x: Matrix,
  y: Matrix,
  groups: readonly string[],
  { estimator = 'debiased' }: CkaOptions = {},
): Promise<Estimate> {
  checkRows(x, y);
  return ckaOfKernels(await ckaKernel(x, estimator), await ckaKernel(y, estimator), groups, { estimator });
}

/** As `ckaEstimate`, from kernels that serve many comparisons. */
export function ckaOfKernels(
  k: Kernel,
  l: Kernel,
  groups: readonly string[],
  { estimator = 'debiased' }: CkaOptions = {},
): Estimate {
  const index = indexGroups(groups);
  const pairs = [
    [k, l],
    [k, k],
    [l, l],
  ] as const;
  const sums = pairs.map(([a, b]) => totals(a, b));
  const base = { n: k.n, groups: index.ids.length };
  const value = ratio(sums[0], sums[1], sums[2], estimator);
  if (value === null)
    return { value, interval: null, intervalKind: null, ...base, note: 'a representation does not vary' };
  const rowsOf = Array.from(index.ids, (): number[] => []);
  index.of.forEach((g, i) => rowsOf[g].push(i));
  const leaveOneOut = rowsOf.map((left) => {
    const [a, b, c] = pairs.map(([p, q], i) => without(sums[i], p, q, left));
    return a.n < 4 ? null : ratio(a, b, c, estimator);
  });
  const range: Interval = [-1, 1];
  const { interval, note } = jackknifeInterval(value, leaveOneOut, range);
  return {
    value: clamp(value, range),
    interval,
    intervalKind: interval ? JACKKNIFE : null,
    ...base,
    ...(note ? { note } : {}),
  };
}

function checkRows(x: Matrix, y: Matrix): void {
  if (x.rows !== y.rows)
    throw new RangeError(`representations of the same rows are needed: ${x.rows} and ${y.rows} rows`);
  if (x.rows < 4) throw new RangeError(`CKA needs at least 4 rows: ${x.rows}`);
}

/** Linear kernel of one representation. */
export interface Kernel {
  /** n × n. */
  readonly data: Float64Array;
  readonly n: number;
  readonly rowSums: Float64Array;
}

/**
 * Linear kernel of the centred rows; the unbiased HSIC takes its diagonal as 0 (centring then changes nothing but the
 * rounding). Columns that vary by rounding only count as constant, or a representation that doesn't vary would be
 * compared by its rounding errors.
 */
export async function ckaKernel(matrix: Matrix, estimator: CkaEstimator): Promise<Kernel> {
  const n = matrix.rows;
  const { centred } = centreColumns(matrix);
  const { sd } = columnMoments(matrix);
  for (let i = 0; i < centred.data.length; i++) if (sd[i % centred.cols] === 0) centred.data[i] = 0;
  const { data } = await largeProduct(centred, centred, 'b');
  const rowSums = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    if (estimator === 'debiased') data[i * n + i] = 0;
    for (let j = 0; j < n; j++) rowSums[i] += data[i * n + j];
  }
  return { data, n, rowSums };
}

function totals(k: Kernel, l: Kernel): KernelSums {
  const { n } = k;
  let product = 0;
  for (let i = 0; i < n * n; i++) product += k.data[i] * l.data[i];
  let rows = 0;
  let sumK = 0;
  let sumL = 0;
  for (let i = 0; i < n; i++) {
    rows += k.rowSums[i] * l.rowSums[i];
    sumK += k.rowSums[i];
    sumL += l.rowSums[i];
  }
  return { n, product, sumK, sumL, rows };
}

/** The sums over all rows but `left`, in O(n·|left|). */
function without(all: KernelSums, k: Kernel, l: Kernel, left: readonly number[]): KernelSums {
  const { n } = k;
  let { product, sumK, sumL } = all;
  const lostK = new Float64Array(n);
  const lostL = new Float64Array(n);
  for (const i of left) {
    for (let j = 0; j < n; j++) {
      const [kij, lij] = [k.data[i * n + j], l.data[i * n + j]];
      product -= 2 * kij * lij;
      lostK[j] += kij;
      lostL[j] += lij;
    }
    sumK -= 2 * k.rowSums[i];
    sumL -= 2 * l.rowSums[i];
  }
  for (const i of left) {
    for (const j of left) product += k.data[i * n + j] * l.data[i * n + j];
    sumK += lostK[i];
    sumL += lostL[i];
  }
  const kept = new Uint8Array(n).fill(1);
  for (const i of left) kept[i] = 0;
  let rows = 0;
  for (let j = 0; j < n; j++) if (kept[j]) rows += (k.rowSums[j] - lostK[j]) * (l.rowSums[j] - lostL[j]);
  return { n: n - left.length, product, sumK, sumL, rows };
}

function hsic({ n, product, sumK, sumL, rows }: KernelSums, estimator: CkaEstimator): number {
  if (estimator === 'biased') return (product - (2 / n) * rows + (sumK * sumL) / (n * n)) / (n - 1) ** 2;
  return (product + (sumK * sumL) / ((n - 1) * (n - 2)) - (2 / (n - 2)) * rows) / (n * (n - 3));
}

function ratio(cross: KernelSums, selfK: KernelSums, selfL: KernelSums, estimator: CkaEstimator): number | null {
  const [k, l] = [hsic(selfK, estimator), hsic(selfL, estimator)];
  return k > 0 && l > 0 ? hsic(cross, estimator) / Math.sqrt(k * l) : null;
}
