/**
 * Wide-baseline matching in the manner of ReasonMatch (methods §4): a few marked points in each view, some without a
 * partner. A match is kept if mutual and above a threshold chosen on training groups; F1 per sample, then the mean;
 * one-to-one, distractors in view 2, distractors in both; strata of difficulty 1 − overlap.
 */
import { patchAt, patchCentre, type PatchPlacement } from '../../core/artifacts/dense-patches.ts';
import { STRATA, WIDE_SETTINGS, type WideMean } from '../../core/artifacts/results/correspondence.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import type { Random } from '../../core/random.ts';
import { dealGroups, GROUP_JACKKNIFE } from '../../core/statistics/delete-groups.ts';
import { jackknifeInterval } from '../../core/statistics/jackknife.ts';
import type { ViewPair } from './view-pairs.ts';

/** Marked points with a partner, and as many without one in each view that has distractors. */
export const WIDE = { points: 8, distractors: 8, least: 3, separation: 2 } as const;
/** Difficulty at which the strata after `all` begin; the last one includes 1. */
const STRATUM_EDGES = [0, 0.33, 0.66, Infinity];

/** The marked patches of one pair of views: partners first, in equal order, then distractors. */
export interface WideSample {
  readonly first: readonly number[];
  readonly second: readonly number[];
  readonly partners: number;
}

/**
 * Marks patches at least two patches apart within each view. Distractors in view 1 are patches whose point can't be
 * seen in view 2, and where those don't suffice, patches whose partner isn't marked.
 * @returns null when fewer than three pairs of patches can be marked
 */
export function wideSample(
  { truth, placements: [first, second] }: Pick<ViewPair, 'truth' | 'placements'>,
  random: Random,
): WideSample | null {
  const targetOf = new Map(
    Array.from(truth.queries, (patch, q) => [patch, patchAt(second, truth.targets[2 * q], truth.targets[2 * q + 1])]),
  );
  const marked: [number[], number[]] = [[], []];
  const free = (placement: PatchPlacement, among: readonly number[], patch: number): boolean =>
    among.every((other) => patchesApart(placement, patch, other) >= WIDE.separation);
  for (const [patch, target] of random.shuffle([...targetOf])) {
    if (marked[0].length === WIDE.points) break;
    if (!free(first, marked[0], patch) || !free(second, marked[1], target)) continue;
    marked[0].push(patch);
    marked[1].push(target);
  }
  const partners = marked[0].length;
  if (partners < WIDE.least) return null;
  for (const patch of random.shuffle(Array.from({ length: second.grid.rows * second.grid.columns }, (_, j) => j))) {
    if (marked[1].length === partners + WIDE.distractors) break;
    if (free(second, marked[1], patch)) marked[1].push(patch);
  }
  for (const patch of [...random.shuffle([...truth.unmatched]), ...random.shuffle([...targetOf.keys()])]) {
    if (marked[0].length === partners + WIDE.distractors) break;
    const target = targetOf.get(patch);
    if (free(first, marked[0], patch) && (target === undefined || free(second, marked[1], target)))
      marked[0].push(patch);
  }
  return { first: marked[0], second: marked[1], partners };
}

function patchesApart(placement: PatchPlacement, a: number, b: number): number {
  const [[xa, ya], [xb, yb]] = [patchCentre(placement, a), patchCentre(placement, b)];
  return Math.hypot((xa - xb) / placement.patch.width, (ya - yb) / placement.patch.height);
}

/** The mutual matches of a sample under each setting: their scores, and whether they join partners. */
export interface MutualMatches {
  readonly scores: readonly number[];
  readonly right: readonly boolean[];
  readonly partners: number;
}

/** Mutual nearest neighbours among the marked patches, ties to the lowest patch, for each of the three settings. */
export function mutualMatches(sample: WideSample, similarity: (i: number, j: number) => number): MutualMatches[] {
  const order = (patches: readonly number[]): number[] =>
    patches.map((_, k) => k).sort((a, b) => patches[a] - patches[b]);
  const table = sample.first.map((i) => sample.second.map((j) => similarity(i, j)));
  return WIDE_SETTINGS.map((setting) => {
    const rows = order(setting === 'distractors in both' ? sample.first : sample.first.slice(0, sample.partners));
    const columns = order(setting === 'one-to-one' ? sample.second.slice(0, sample.partners) : sample.second);
    const best = (among: readonly number[], score: (k: number) => number): number =>
      among.reduce((top, k) => (score(k) > score(top) ? k : top));
    const scores: number[] = [];
    const right: boolean[] = [];
    for (const i of rows) {
      const j = best(columns, (k) => table[i][k]);
      if (best(rows, (k) => table[k][j]) !== i) continue;
      scores.push(table[i][j]);
      right.push(i === j && i < sample.partners);
    }
    return { scores, right, partners: sample.partners };
  });
}

/** F1 of a sample when matches of at least this score are kept: 2·right / (kept + partners). */
export function f1({ scores, right, partners }: MutualMatches, threshold: number): number {
  let kept = 0;
  let hits = 0;
  scores.forEach((score, k) => {
    if (score < threshold) return;
    kept++;
    if (right[k]) hits++;
  });
  return (2 * hits) / (kept + partners);
}

/** The threshold with the highest mean F1, halfway between two scores; the lowest of equals. */
export function chooseThreshold(samples: readonly MutualMatches[]): number {
  const all = samples
    .flatMap(({ scores }, of) => scores.map((score, k) => ({ score, of, hit: samples[of].right[k] ? 1 : 0 })))
    .sort((a, b) => b.score - a.score);
  const kept = new Int32Array(samples.length);
  const hits = new Int32Array(samples.length);
  const value = (of: number): number => (2 * hits[of]) / (kept[of] + samples[of].partners);
  let sum = 0;
  let best = -Infinity;
  let highest = -1;
  all.forEach(({ score, of, hit }, k) => {
    sum -= value(of);
    kept[of]++;
    hits[of] += hit;
    sum += value(of);
    const below = k + 1 < all.length ? all[k + 1].score : -Infinity;
    // Sums that differ by rounding are equal.
    if (below < score && sum >= highest - 1e-9) [best, highest] = [(score + below) / 2, Math.max(sum, highest)];
  });
  return best;
}

/**
 * Mean F1 by setting and stratum. Each half of the groups is scored at the threshold chosen on the other. The interval
 * is the delete-a-group jackknife with the thresholds chosen anew, which are part of what differs from sample to
 * sample.
 * @param matches the three settings of each pair; null where it has no sample
 * @param random deals the scenes into the groups that are left out
 */
export function wideMeans(
  pairs: readonly ViewPair[],
  matches: readonly (readonly MutualMatches[] | null)[],
  halves: readonly [ReadonlySet<string>, ReadonlySet<string>],
  random: () => Random,
): WideMean[] {
  const sampled = pairs.flatMap((pair, p) =>
    matches[p] === null ? [] : [{ pair, half: halves[0].has(pair.group) ? 0 : 1, matches: matches[p] }],
  );
  const deal = dealGroups(
    [0, 1].map((half) => sampled.flatMap((entry) => (entry.half === half ? [entry.pair.group] : []))),
    random(),
  );
  const groups = [...new Set(deal.values())];
  return WIDE_SETTINGS.flatMap((setting, s) => {
    const without = (left: number): { pair: ViewPair; value: number }[] => {
      const kept = sampled.filter(({ pair }) => deal.get(pair.group) !== left);
      const thresholds = [0, 1].map((half) =>
        chooseThreshold(kept.flatMap((entry) => (entry.half === half ? [entry.matches[s]] : []))),
      );
      return kept.map(({ pair, half, matches: found }) => ({ pair, value: f1(found[s], thresholds[1 - half]) }));
    };
    const all = without(-1);
    const leftOut = groups.map(without);
    return STRATA.map((stratum, k) => ({
      setting,
      stratum,
      f1: stratumMean(
        all,
        leftOut,
        ({ overlap }) => k === 0 || (1 - overlap >= STRATUM_EDGES[k - 1] && 1 - overlap < STRATUM_EDGES[k]),
      ),
    }));
  });
}

/** Fewest scenes of a stratum for an interval, as for any jackknife. */
const LEAST_SCENES = 10;

function stratumMean(
  all: readonly { pair: ViewPair; value: number }[],
  leftOut: readonly (readonly { pair: ViewPair; value: number }[])[],
  inside: (pair: ViewPair) => boolean,
): Estimate {
  const mean = (scored: readonly { pair: ViewPair; value: number }[]): number | null => {
    const own = scored.filter(({ pair }) => inside(pair));
    return own.length === 0 ? null : own.reduce((sum, { value }) => sum + value, 0) / own.length;
  };
  const own = all.filter(({ pair }) => inside(pair));
  const base = { n: own.length, groups: new Set(own.map(({ pair }) => pair.group)).size };
  const value = mean(all);
  if (value === null) return { value, interval: null, intervalKind: null, ...base, note: 'no rows' };
  if (base.groups < LEAST_SCENES)
    return {
      value,
      interval: null,
      intervalKind: null,
      ...base,
      note: `no interval: the jackknife needs ${LEAST_SCENES} scenes, there are ${base.groups}`,
    };
  const { interval, note } = jackknifeInterval(value, leftOut.map(mean), [0, 1]);
  return interval === null
    ? { value, interval, intervalKind: null, ...base, note }
    : { value, interval, intervalKind: GROUP_JACKKNIFE, ...base };
}
