/**
 * Does geometry predict robustness? Spearman's ρ between a measure of the representation and an outcome of the
 * behaviour, over checkpoints ("Why Far Looks Up", arXiv 2605.30161, asks it of VD-EI and counter accuracy). The
 * checkpoints are the sample: relatives (one model at several steps) say less than their number.
 */
import {
  axesName,
  ofCue,
  type BehaviourResult,
  type Estimate,
  type GeometryResult,
} from '../../core/artifacts/results.ts';
import type { RobustnessResult } from '../../core/artifacts/results/checkpoints.ts';
import { Random } from '../../core/random.ts';
import { FISHER_Z_SPEARMAN, MIN_PAIRS, spearman, spearmanInterval, spearmanP } from '../../core/statistics/spearman.ts';
import { holmOver } from './holm-over.ts';

/** One checkpoint's measures by name, and the outcome that they may predict. */
export interface MeasuredCheckpoint {
  readonly checkpoint: string;
  readonly measures: Readonly<Record<string, Estimate>>;
  readonly outcome: Estimate;
}

/**
 * ρ of each measure with the outcome, with an interval and a permutation p-value (exact up to 8 checkpoints), adjusted
 * by Holm over the measures. Below 4 checkpoints with both values it is refused: null with the reason.
 *
 * @param options `outcome`: its name.
 */
export function robustness(
  checkpoints: readonly MeasuredCheckpoint[],
  { outcome = 'counter accuracy, distance', seed }: { outcome?: string; seed: number },
): RobustnessResult {
  const names = [...new Set(checkpoints.flatMap(({ measures }) => Object.keys(measures)))];
  const measures = names.map((measure) => {
    const points = checkpoints.flatMap(({ checkpoint, measures: own, outcome: y }) =>
      measure in own ? [{ checkpoint, x: own[measure], y }] : [],
    );
    const usable = points.filter(({ x, y }) => x.value !== null && y.value !== null);
    return {
      measure,
      points,
      ...correlate(
        usable.map(({ x }) => x.value!),
        usable.map(({ y }) => y.value!),
        new Random(seed, 'robustness', measure),
      ),
    };
  });
  const adjusted = holmOver(measures.map(({ p }) => p));
  return {
    analysis: 'robustness',
    version: 1,
    outcome,
    measures: measures.map((entry, i) => ({ ...entry, adjusted: adjusted[i] })),
  };
}

function correlate(
  x: readonly number[],
  y: readonly number[],
  random: Random,
): { correlation: Estimate; p: number | null } {
  const n = x.length;
  const none = (note: string): { correlation: Estimate; p: null } => ({
    correlation: { value: null, interval: null, intervalKind: null, n, groups: n, note },
    p: null,
  });
  if (n < MIN_PAIRS) return none(`${n} checkpoints have both values, at least ${MIN_PAIRS} are needed`);
  const rho = spearman(x, y);
  if (rho === null) return none('a side is the same in all checkpoints');
  return {
    correlation: { value: rho, interval: spearmanInterval(rho, n), intervalKind: FISHER_Z_SPEARMAN, n, groups: n },
    p: spearmanP(x, y, random),
  };
}

/**
 * The measures of a checkpoint at its picked layer, on the scenes that did not pick it, and its counter accuracy on
 * distance; null without either.
 */
export function measuredCheckpoint(
  checkpoint: string,
  { choice: { reported } }: Pick<GeometryResult, 'choice'>,
  behaviour: Pick<BehaviourResult, 'cells'>,
): MeasuredCheckpoint | null {
  const outcome = ofCue(behaviour.cells).find(
    ({ axis, condition }) => axis === 'distance' && condition === 'counter',
  )?.accuracy;
  if (reported === null || outcome === undefined) return null;
  const measures: Record<string, Estimate> = { 'height share': reported.cueShare };
  for (const { axes, estimator, corrected, condition, estimate } of reported.entanglement) {
    if (axesName(axes) === 'VD' && corrected && estimator === 'axis') measures[`VD-EI, ${condition}`] = estimate;
  }
  for (const { axis, condition, estimate } of reported.coherence) {
    if (axis === 'distance' ? condition !== 'ambiguous' : condition === 'all')
      measures[`coherence of ${axis}, ${condition}`] = estimate;
  }
  return { checkpoint, measures, outcome };
}
