/**
 * Representational similarity analysis (Kriegeskorte, Mur & Bandettini 2008,
 * https://doi.org/10.3389/neuro.06.004.2008): two representations are compared by the dissimilarities that they give to
 * all pairs of the same rows. Names and normalisation as in rsatoolbox.
 */
import type { Estimate } from '../../core/artifacts/results.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Matrix } from '../../core/matrix.ts';
import { dot } from '../../core/numerics/dot.ts';
import { largeProduct } from '../../core/numerics/large-products.ts';
import { indexGroups, type GroupIndex } from '../../core/statistics/groups.ts';
import { clamp, type Interval } from '../../core/statistics/interval.ts';
import { JACKKNIFE_FISHER, jackknifeCorrelation } from '../../core/statistics/jackknife-correlation.ts';
import { ranks } from '../../core/statistics/spearman.ts';

export const RSA_DISTANCES = ['correlation', 'squared-euclidean'] as const;
export type RsaDistance = (typeof RSA_DISTANCES)[number];
export const RSA_COMPARISONS = ['spearman', 'cosine'] as const;
export type RsaComparison = (typeof RSA_COMPARISONS)[number];

/** A dissimilarity matrix as its lower triangle, row by row: (1,0), (2,0), (2,1), … */
export interface Rdm {
  readonly n: number;
  readonly values: Float64Array;
}

/**
 * Dissimilarities of all pairs of rows: 1 − Pearson's correlation over columns, or the squared Euclidean distance
 * divided by the number of columns.
 *
 * @param x n × d.
 * @throws {PlumblineError} `constant-row` when a row does not vary over its columns, where its correlation is
 * undefined.
 */
export async function rdm(x: Matrix, distance: RsaDistance = 'correlation'): Promise<Rdm> {
  const { rows: n, cols: d } = x;
  const data = Float64Array.from(x.data);
  for (let i = 0; i < n; i++) {
    const values = data.subarray(i * d, (i + 1) * d);
    if (distance === 'squared-euclidean') continue;
    const mean = values.reduce((sum, v) => sum + v, 0) / d;
    for (let j = 0; j < d; j++) values[j] -= mean;
    const size = Math.sqrt(dot(values, values));
    if (!(size > 1e-12 * Math.abs(mean) * Math.sqrt(d))) {
      throw new PlumblineError(
        'constant-row',
        `row ${i} does not vary over its ${d} columns, so its correlation distance is undefined`,
        { hint: 'use the squared Euclidean distance, or another layer' },
      );
    }
    for (let j = 0; j < d; j++) values[j] /= size;
  }
  const product = await largeProduct({ data, rows: n, cols: d }, { data, rows: n, cols: d }, 'b');
  const values = new Float64Array((n * (n - 1)) / 2);
  for (let i = 1, k = 0; i < n; i++) {
    for (let j = 0; j < i; j++, k++) {
      const inner = product.data[i * n + j];
      values[k] =
        distance === 'correlation'
          ? 1 - inner
          : Math.max(0, product.data[i * n + i] + product.data[j * n + j] - 2 * inner) / d;
    }
  }
  return { n, values };
}

/** An RDM ready for many comparisons. */
export interface RsaSide {
  readonly n: number;
  readonly values: Float64Array;
  readonly comparison: RsaComparison;
  readonly index: GroupIndex;
  readonly sums: Sums;
}

/** Sums over all pairs of rows, and for every scene over the pairs that it takes part in. */
interface Sums {
  readonly all: [total: number, squares: number];
  readonly count: Float64Array;
  readonly total: Float64Array;
  readonly squares: Float64Array;
}

/** @param groups scene of each row of the RDM. Throws `missing-group`. */
export function rsaSide(
  { n, values }: Rdm,
  groups: readonly string[],
  comparison: RsaComparison = 'spearman',
): RsaSide {
  if (groups.length !== n) throw new RangeError(`${n} rows, but ${groups.length} group ids`);
  const index = indexGroups(groups);
  const used = comparison === 'spearman' ? ranks(values) : values;
  const scenes = index.ids.length;
  const sums: Sums = {
    all: [0, 0],
    count: new Float64Array(scenes),
    total: new Float64Array(scenes),
    squares: new Float64Array(scenes),
  };
  forPairs(index, n, (k, g, h) => {
    const v = used[k];
    sums.all[0] += v;
    sums.all[1] += v * v;
    for (const scene of g === h ? [g] : [g, h]) {
      sums.count[scene]++;
      sums.total[scene] += v;
      sums.squares[scene] += v * v;
    }
  });
  return { n, values: used, comparison, index, sums };
}

/**
 * Spearman's correlation, or the cosine, of two RDMs over the same rows, with the delete-one-scene jackknife on
 * Fisher's scale (for Spearman the ranks are those among all pairs). For unrelated representations the statistic is
 * degenerate and the interval too wide (96 to 99 %); elsewhere it covers 95 %.
 *
 * @returns null with a note when an RDM does not vary.
 */
export function compareRdms(a: RsaSide, b: RsaSide): Estimate {
  if (a.n !== b.n || a.comparison !== b.comparison)
    throw new RangeError(
      `RDMs of the same rows and comparison are needed: ${a.n} rows by ${a.comparison}, ${b.n} by ${b.comparison}`,
    );
  const { index, n } = a;
  const cross = new Float64Array(index.ids.length);
  let product = 0;
  forPairs(index, n, (k, g, h) => {
    const v = a.values[k] * b.values[k];
    product += v;
    cross[g] += v;
    if (h !== g) cross[h] += v;
  });
  const pairs = a.values.length;
  const of = (scene: number | null): number | null => {
    const less = (all: number, own: Float64Array): number => (scene === null ? all : all - own[scene]);
    const count = less(pairs, a.sums.count);
    const ab = less(product, cross);
    const [aa, bb] = [less(a.sums.all[1], a.sums.squares), less(b.sums.all[1], b.sums.squares)];
    if (a.comparison === 'cosine') return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : null;
    const [ma, mb] = [less(a.sums.all[0], a.sums.total) / count, less(b.sums.all[0], b.sums.total) / count];
    const [va, vb] = [aa - count * ma * ma, bb - count * mb * mb];
    // Ranks are about `count` in size: below this share of Σrank² the difference is rounding.
    return va > 1e-12 * aa && vb > 1e-12 * bb ? (ab - count * ma * mb) / Math.sqrt(va * vb) : null;
  };
  const base = { n, groups: index.ids.length };
  const value = of(null);
  if (value === null)
    return {
      value,
      interval: null,
      intervalKind: null,
      ...base,
      note: 'a representation gives all pairs of rows the same dissimilarity',
    };
  const range: Interval = [-1, 1];
  const { interval, note } = jackknifeCorrelation(
    clamp(value, range),
    index.ids.map((_, scene) => of(scene)),
  );
  return {
    value: clamp(value, range),
    interval,
    intervalKind: interval ? JACKKNIFE_FISHER : null,
    ...base,
    ...(note ? { note } : {}),
  };
}

function forPairs({ of }: GroupIndex, n: number, visit: (k: number, g: number, h: number) => void): void {
  for (let i = 1, k = 0; i < n; i++) for (let j = 0; j < i; j++, k++) visit(k, of[i], of[j]);
}
