/**
 * Differences between two checkpoints: item by item and scene by scene where they read the same set, else from their
 * intervals.
 */
import { scoreItems } from '../../analysis/index.ts';
import type { Cue } from '../../core/artifacts/cues.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import type { ComparisonResult } from '../../core/artifacts/results/checkpoints.ts';
import { clusterCorrelation, type ClusteredScores } from '../../core/statistics/cluster-correlation.ts';
import { newcombeDifference } from '../../core/statistics/newcombe.ts';
import { pairedDifference } from '../../core/statistics/paired-difference.ts';
import { pickedLayer, type Compared } from './compared.ts';
import type { Better, NamedMeasure } from './measures.ts';

export interface Difference {
  readonly difference: Estimate;
  readonly paired: boolean;
  readonly p: number | null;
}

/** What paired differences of answers are made from. */
export type Answered = Pick<Compared, 'set' | 'answers'>;

export const UNPAIRED = 'Newcombe from the two intervals';
export const PAIRED_GAP = 'Newcombe from the paired differences of both conditions';

/**
 * `b` − `a` of one measure.
 * @param layers comparison of the two (`b` against `a`), for measures of a layer: they are compared at one layer for
 * both, the one that `a` picked
 */
export function differenceOf(
  a: Compared,
  b: Compared,
  of: NamedMeasure,
  other: NamedMeasure,
  layers: ComparisonResult | null,
): Difference {
  const { by } = of;
  const same = a.cell.set.hash === b.cell.set.hash;
  if (same && a.answers !== null && b.answers !== null && by?.kind === 'accuracy')
    return pairedAccuracy(a, b, by.axis, by.condition);
  if (same && a.answers !== null && b.answers !== null && by?.kind === 'gap') return pairedGap(a, b, by.axis);
  if (same && by?.kind === 'curve' && layers !== null) {
    const curve = layers.curves.find(
      ({ measure, axis, condition }) => measure === by.measure && axis === by.axis && condition === by.condition,
    );
    const row = curve?.layers.find(({ layer }) => layer === pickedLayer(a));
    if (row !== undefined && row.difference.value !== null)
      return { difference: { ...row.difference, note: `at ${row.layer}, on all scenes` }, paired: true, p: row.p };
  }
  return { difference: fromIntervals(of.value, other.value, UNPAIRED), paired: false, p: null };
}

/**
 * `b` − `a` of consistent minus counter accuracy, from the two paired differences: independent, but for the scenes that
 * have pairs of both conditions.
 */
export function pairedGap(a: Answered, b: Answered, axis: string, cue: Cue = 'height'): Difference {
  const [consistent, counter] = (['consistent', 'counter'] as const).map((condition) =>
    pairedScores(a, b, axis, condition, cue),
  );
  const [one, two] = [consistent, counter].map(({ a: own, b: other, groups }) => pairedDifference(other, own, groups));
  const { correlation, groups, shared } = clusterCorrelation(differencesOf(consistent), differencesOf(counter));
  const difference = fromIntervals(two.estimate, one.estimate, PAIRED_GAP, correlation);
  return {
    difference: {
      ...difference,
      n: one.estimate.n + two.estimate.n,
      groups: shared > 0 ? groups : one.estimate.groups + two.estimate.groups,
    },
    paired: true,
    p: null,
  };
}

/** `b` − `a` of accuracies on the same items of one axis and condition; both must have answers. */
export function pairedAccuracy(
  a: Answered,
  b: Answered,
  axis: string,
  condition: string,
  cue: Cue = 'height',
): Difference {
  const scores = pairedScores(a, b, axis, condition, cue);
  const { estimate, p } = pairedDifference(scores.b, scores.a, scores.groups);
  return { difference: estimate, paired: true, p };
}

interface PairedScores {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly groups: readonly string[];
}

function pairedScores(a: Answered, b: Answered, axis: string, condition: string, cue: Cue): PairedScores {
  const items = scoreItems(a.set, a.answers!, cue).filter((item) => item.axis === axis && item.condition === condition);
  const rightOfB = new Map(scoreItems(b.set, b.answers!, cue).map(({ item, right }) => [item, Number(right)]));
  return {
    a: items.map(({ right }) => Number(right)),
    b: items.map(({ item }) => rightOfB.get(item)!),
    groups: items.map(({ group }) => group),
  };
}

const differencesOf = ({ a, b, groups }: PairedScores): ClusteredScores => ({
  scores: b.map((score, i) => score - a[i]),
  groups,
});

/** `b` − `a`, the two taken as independent unless their errors are correlated. */
function fromIntervals(a: Estimate, b: Estimate, intervalKind: string, correlation = 0): Estimate {
  const counts = { n: Math.min(a.n, b.n), groups: Math.min(a.groups, b.groups) };
  if (a.value === null || b.value === null)
    return { value: null, interval: null, intervalKind: null, ...counts, note: 'undefined in one of the two' };
  if (a.interval === null || b.interval === null)
    return {
      value: b.value - a.value,
      interval: null,
      intervalKind: null,
      ...counts,
      note: 'no interval: one of the two has none',
    };
  return {
    ...newcombeDifference(
      { value: b.value, interval: b.interval },
      { value: a.value, interval: a.interval },
      correlation,
    ),
    intervalKind,
    ...counts,
  };
}

/** What a difference `b` − `a` says, told from no change by its interval. */
export function changeOf(
  better: Better,
  { value, interval }: Estimate,
  a: Estimate,
  b: Estimate,
): 'better' | 'worse' | 'open' | 'undirected' {
  if (better === null) return 'undirected';
  if (value === null || interval === null || (interval[0] <= 0 && interval[1] >= 0)) return 'open';
  if (better === 'zero') return Math.abs(b.value ?? 0) > Math.abs(a.value ?? 0) ? 'worse' : 'better';
  return value > 0 === (better === 'higher') ? 'better' : 'worse';
}
