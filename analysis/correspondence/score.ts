/** Runs a matcher over all pairs of views and turns what it hits into PCK, ρ and F1. */
import type { PckMeans, PckThreshold } from '../../core/artifacts/results/correspondence.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { Random } from '../../core/random.ts';
import { clusteredCounts, groupMean, indexGroups, JACKKNIFE, jackknifeInterval } from '../../core/statistics/index.ts';
import { chanceAt, isRight } from './thresholds.ts';
import type { Matcher } from './matchers.ts';
import type { ViewPair } from './view-pairs.ts';
import { mutualMatches, type MutualMatches, type WideSample } from './wide-baseline.ts';

/** A view pair with what is drawn or computed for it once. */
export interface PreparedPair extends ViewPair {
  readonly sample: WideSample | null;
  /** Mean chance over the pair's points, by threshold. */
  readonly chance: readonly number[];
}

/** What one matcher hit, pair by pair. */
export interface Scores {
  /** Points right, by threshold and pair. */
  readonly right: readonly Int32Array[];
  /** Confidences' moments with being right at the first threshold, by pair: n, Σc, Σc², Σr, Σcr. */
  readonly moments: readonly Float64Array[] | null;
  readonly wide: readonly (readonly MutualMatches[] | null)[];
}

export function chanceOf(
  { truth: { queries, targets }, placements: [, second] }: ViewPair,
  thresholds: readonly PckThreshold[],
): number[] {
  return thresholds.map((threshold) => {
    let sum = 0;
    for (let q = 0; q < queries.length; q++) sum += chanceAt(threshold, second, targets[2 * q], targets[2 * q + 1]);
    return queries.length === 0 ? 0 : sum / queries.length;
  });
}

export async function scorePairs(
  pairs: readonly PreparedPair[],
  thresholds: readonly PckThreshold[],
  matcher: Matcher,
  each: () => void,
): Promise<Scores> {
  const right = thresholds.map(() => new Int32Array(pairs.length));
  const moments: Float64Array[] = [];
  const wide: (MutualMatches[] | null)[] = [];
  for (const [p, pair] of pairs.entries()) {
    const { index, confidence, similarity } = await matcher(pair);
    const { queries, targets } = pair.truth;
    const sums = new Float64Array(5);
    for (let q = 0; q < queries.length; q++) {
      const match = index[queries[q]];
      let first = 0;
      for (let t = 0; t < thresholds.length; t++) {
        const hit = isRight(thresholds[t], pair.placements[1], match, targets[2 * q], targets[2 * q + 1]) ? 1 : 0;
        right[t][p] += hit;
        if (t === 0) first = hit;
      }
      if (confidence === null) continue;
      const c = confidence[queries[q]];
      sums[0]++;
      sums[1] += c;
      sums[2] += c * c;
      sums[3] += first;
      sums[4] += c * first;
    }
    if (confidence !== null) moments.push(sums);
    wide.push(pair.sample === null ? null : mutualMatches(pair.sample, similarity));
    each();
  }
  return { right, moments: moments.length === pairs.length ? moments : null, wide };
}

export interface Bin {
  readonly bin: string;
  readonly from: number;
  readonly to: number;
}

/** Viewpoint change, in degrees (methods §4). */
export const BINS: readonly Bin[] = [0, 30, 60, 90].map((from) => ({
  bin: `${from}–${from + 30}°`,
  from,
  to: from + 30,
}));
/** The last bin includes its upper end. */
export const inBin = ({ viewpoint }: Pick<ViewPair, 'viewpoint'>, { from, to }: Bin): boolean =>
  viewpoint >= from && (viewpoint < to || (viewpoint === to && to === BINS.at(-1)!.to));

/** Share of points right, with its interval on the effective number of points. */
export function perPoint(
  pairs: readonly ViewPair[],
  right: Int32Array,
  include: (pair: ViewPair) => boolean,
): Estimate {
  const chosen = pairs.map((_, p) => p).filter((p) => include(pairs[p]));
  return clusteredCounts(
    chosen.map((p) => right[p]),
    chosen.map((p) => pairs[p].truth.queries.length),
    chosen.map((p) => pairs[p].group),
  );
}

/** Mean over pairs of pictures of the share of points right; pairs without a visible point are left out. */
export function perImage(
  pairs: readonly ViewPair[],
  right: Int32Array,
  include: (pair: ViewPair) => boolean,
  seed: number,
): Estimate {
  const chosen = pairs.map((_, p) => p).filter((p) => include(pairs[p]) && pairs[p].truth.queries.length > 0);
  return groupMean(
    chosen.map((p) => right[p] / pairs[p].truth.queries.length),
    chosen.map((p) => pairs[p].group),
    new Random(seed, 'correspondence', 'images'),
    [0, 1],
  );
}

/** PCK by threshold, for all pairs and for each viewpoint bin that has some. */
export function pckMeans(
  pairs: readonly ViewPair[],
  labels: readonly string[],
  { right }: Scores,
  seed: number,
): PckMeans[] {
  const bins = BINS.filter((bin) => pairs.some((pair) => inBin(pair, bin)));
  return labels.flatMap((threshold, t) =>
    [
      { bin: 'all', include: () => true },
      ...bins.map((bin) => ({ bin: bin.bin, include: (pair: ViewPair) => inBin(pair, bin) })),
    ].map(({ bin, include }) => ({
      threshold,
      bin,
      perPoint: perPoint(pairs, right[t], include),
      perImage: perImage(pairs, right[t], include, seed),
    })),
  );
}

/** ρ over all points: Pearson of the confidence with being right, with the delete-one-group jackknife. */
export function confidenceAccuracy(pairs: readonly ViewPair[], moments: readonly Float64Array[]): Estimate {
  const { ids, of } = indexGroups(pairs.map(({ group }) => group));
  const total = new Float64Array(5);
  const groups = ids.map(() => new Float64Array(5));
  moments.forEach((sums, p) => {
    for (let k = 0; k < 5; k++) {
      total[k] += sums[k];
      groups[of[p]][k] += sums[k];
    }
  });
  const value = pearson(total);
  const n = total[0];
  if (value === null)
    return {
      value,
      interval: null,
      intervalKind: null,
      n,
      groups: ids.length,
      note: 'undefined: all points are right, or all wrong, or equally confident',
    };
  const { interval, note } = jackknifeInterval(
    value,
    groups.map((sums) => pearson(total.map((sum, k) => sum - sums[k]))),
    [-1, 1],
  );
  return { value, interval, intervalKind: interval === null ? null : JACKKNIFE, n, groups: ids.length, note };
}

/** Below this share of its mean square a variance is rounding. */
const NO_VARIANCE = 1e-12;

function pearson([n, c, cc, r, cr]: Float64Array): number | null {
  const varianceC = n * cc - c * c;
  const varianceR = n * r - r * r;
  if (!(varianceC > NO_VARIANCE * n * cc) || !(varianceR > 0)) return null;
  return Math.min(1, Math.max(-1, (n * cr - c * r) / Math.sqrt(varianceC * varianceR)));
}
