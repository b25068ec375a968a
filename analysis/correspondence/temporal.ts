/**
 * Temporal robustness (methods §4): Y(Δt) = PCK(Δt) / PCK(1) over the frames of clips; undefined unless PCK(1) is above
 * chance.
 */
import type { CorrespondenceResult } from '../../core/artifacts/results/correspondence.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { COLUMN, decimal, withInterval } from '../../core/numbers.ts';
import { indexGroups, JACKKNIFE, jackknifeInterval } from '../../core/statistics/index.ts';
import { perPoint, type PreparedPair } from './score.ts';

/**
 * @param right points right at the first threshold, by pair
 * @returns null when no pair is of a clip
 */
export function temporalRobustness(
  pairs: readonly PreparedPair[],
  right: Int32Array,
  layer: string,
): CorrespondenceResult['temporal'] {
  const intervals = [...new Set(pairs.flatMap(({ interval }) => (interval === null ? [] : [interval])))].sort(
    (a, b) => a - b,
  );
  if (intervals.length === 0) return null;
  const points = intervals.map((interval) => {
    const of = pairs.filter((pair) => pair.interval === interval);
    const visible = of.reduce((sum, { truth }) => sum + truth.queries.length, 0);
    const chance =
      visible === 0 ? null : of.reduce((sum, pair) => sum + pair.chance[0] * pair.truth.queries.length, 0) / visible;
    return { interval, pck: perPoint(pairs, right, (pair) => pair.interval === interval), chance };
  });
  const first = points.find(({ interval }) => interval === 1);
  const undefinedBecause = whyUndefined(first);
  return {
    layer,
    undefinedBecause,
    curve: points.map((point) => ({
      ...point,
      robustness: ratioToFirst(pairs, right, point.interval, undefinedBecause),
    })),
  };
}

function whyUndefined(first: { pck: Estimate; chance: number | null } | undefined): string | null {
  if (first === undefined) return 'no pair of neighbouring frames (interval 1)';
  const {
    pck: { value, interval },
    chance,
  } = first;
  if (value === null || interval === null || chance === null) return 'PCK(1) has no interval';
  return interval[0] > chance
    ? null
    : `PCK(1) = ${withInterval({ value, interval }, COLUMN)} is not above chance (${decimal(chance, COLUMN)})`;
}

function ratioToFirst(
  pairs: readonly PreparedPair[],
  right: Int32Array,
  interval: number,
  undefinedBecause: string | null,
): Estimate {
  const taking = pairs.map((_, p) => p).filter((p) => pairs[p].interval === interval || pairs[p].interval === 1);
  const { ids, of } = indexGroups(taking.map((p) => pairs[p].group));
  // Points right and points, at Δt and at 1.
  const total = new Float64Array(4);
  const groups = ids.map(() => new Float64Array(4));
  taking.forEach((p, k) => {
    const { interval: own, truth } = pairs[p];
    const add = (at: number, value: number): void => {
      total[at] += value;
      groups[of[k]][at] += value;
    };
    for (const at of [...(own === interval ? [0] : []), ...(own === 1 ? [2] : [])]) {
      add(at, right[p]);
      add(at + 1, truth.queries.length);
    }
  });
  const base = { intervalKind: null, n: total[1], groups: ids.length };
  if (undefinedBecause !== null)
    return { ...base, value: null, interval: null, note: `undefined: ${undefinedBecause}` };
  const ratio = ([hits, all, firstHits, firstAll]: Float64Array): number | null =>
    all > 0 && firstHits > 0 ? hits / all / (firstHits / firstAll) : null;
  const value = ratio(total);
  if (value === null) return { ...base, value, interval: null, note: 'no visible points' };
  if (interval === 1) return { ...base, value, interval: null, note: '1 by definition' };
  const { interval: bounds, note } = jackknifeInterval(
    value,
    groups.map((sums) => ratio(total.map((sum, k) => sum - sums[k]))),
    [0, Infinity],
  );
  return { ...base, value, interval: bounds, intervalKind: bounds === null ? null : JACKKNIFE, note };
}
