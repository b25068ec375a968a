/**
 * The statistics themselves (core/statistics/): proportions, differences, means, trends, rank correlation. The truth is
 * known.
 */
import { clusterBootstrapMean } from '../../../core/statistics/cluster-bootstrap.ts';
import { clusteredCounts } from '../../../core/statistics/clustered-counts.ts';
import { clusteredProportion } from '../../../core/statistics/clustered-proportion.ts';
import { groupMean } from '../../../core/statistics/group-mean.ts';
import { newcombeDifference } from '../../../core/statistics/newcombe.ts';
import { holm } from '../../../core/statistics/holm.ts';
import { jackknifeDifference } from '../../../core/statistics/jackknife-difference.ts';
import { pairedDifference } from '../../../core/statistics/paired-difference.ts';
import { spearman, spearmanInterval, spearmanP } from '../../../core/statistics/spearman.ts';
import { theilSen } from '../../../core/statistics/theil-sen.ts';
import type { Random } from '../../../core/random.ts';
import type { Simulation } from '../simulation.ts';
import { outcome } from './planted.ts';

interface Answers {
  readonly right: number[];
  readonly groups: string[];
}

/** Two questions a scene, right at `rate`; with chance ½ both share their luck. */
function answers(random: Random, scenes: number, rate: number): Answers {
  const out: Answers = { right: [], groups: [] };
  for (let s = 0; s < scenes; s++) {
    const first = Number(random.coin(rate));
    out.right.push(first, random.coin() ? first : Number(random.coin(rate)));
    out.groups.push(`s${s}`, `s${s}`);
  }
  return out;
}

const RATES = [0.5, 0.8, 0.95];
const GAPS: readonly [number, number][] = [
  [0.5, 0.5],
  [0.9, 0.9],
  [0.97, 0.2],
  [0.8, 0.6],
];

export const STATISTIC_SIMULATIONS: readonly Simulation[] = [
  ...[100, 200].flatMap((scenes) =>
    RATES.map((rate): Simulation => ({
      name: 'accuracy (Wilson on n_eff)',
      setting: `${scenes} scenes × 2, ${rate} right`,
      run(random) {
        const { right, groups } = answers(random, scenes, rate);
        return {
          accuracy: outcome(clusteredProportion(right, groups).estimate, rate),
          'from counts': outcome(
            clusteredCounts(
              right,
              right.map(() => 1),
              groups,
            ),
            rate,
          ),
        };
      },
    })),
  ),
  ...[100, 200].flatMap((scenes) =>
    GAPS.map(([a, b]): Simulation => ({
      name: 'gap (Newcombe)',
      setting: `${scenes} + ${scenes} scenes × 2, ${a} and ${b} right`,
      run(random) {
        const [consistent, counter] = [a, b].map((rate) => {
          const { right, groups } = answers(random, scenes, rate);
          const { value, interval } = clusteredProportion(right, groups).estimate;
          return { value: value!, interval: interval! };
        });
        const { value, interval } = newcombeDifference(consistent, counter);
        return { gap: { value, interval, truth: a - b } };
      },
    })),
  ),
  ...(
    [
      [40, 0.8, 0.8],
      [80, 0.8, 0.8],
      [80, 0.7, 0.8],
      [80, 0.97, 0.97],
    ] as const
  ).map(([scenes, a, b]): Simulation => ({
    name: 'paired difference',
    setting: `${scenes} scenes × 2, ${a} and ${b} right`,
    run(random) {
      const [mine, theirs, groups]: [number[], number[], string[]] = [[], [], []];
      for (let s = 0; s < scenes; s++) {
        const shared = [random.next(), random.next()];
        for (let k = 0; k < 2; k++) {
          mine.push(Number((random.coin() ? shared[0] : random.next()) < a));
          theirs.push(Number((random.coin() ? shared[1] : random.next()) < b));
          groups.push(`s${s}`);
        }
      }
      const { estimate, p } = pairedDifference(mine, theirs, groups);
      return { difference: { ...outcome(estimate, a - b), p: a === b ? p : null } };
    },
  })),
  {
    name: 'paired difference',
    setting: '80 scenes × 2, .8 right, the least of 12 p-values after Holm',
    run(random) {
      const p = Array.from({ length: 12 }, () => {
        const [a, b] = [answers(random, 80, 0.8), answers(random, 80, 0.8)];
        return pairedDifference(a.right, b.right, a.groups).p!;
      });
      return { 'any of the family': { value: null, interval: null, p: Math.min(...holm(p)) } };
    },
  },
  ...[20, 40, 60, 200].map((scenes): Simulation => ({
    name: 'mean of probabilities',
    setting: `${scenes} scenes × 3, skewed`,
    run(random) {
      const [values, groups]: [number[], string[]] = [[], []];
      for (let s = 0; s < scenes; s++) {
        const own = random.normal();
        for (let k = 0; k < 3; k++) {
          values.push(1 / (1 + Math.exp(-(1 + own + random.normal()))));
          groups.push(`s${s}`);
        }
      }
      const estimate =
        scenes < 50 ? groupMean(values, groups, random, [0, 1]) : clusterBootstrapMean(values, groups, random);
      return { [estimate.intervalKind ?? 'mean']: outcome(estimate, MEAN_PROBABILITY) };
    },
  })),
  ...[0, 1].map((shift): Simulation => ({
    name: 'difference of two jackknives',
    setting: `40 scenes, variances ${shift === 0 ? 'equal' : '1 and 2'}`,
    run(random) {
      const shared = Array.from({ length: 40 }, () => random.normal());
      const [a, b] = [1, 1 + shift].map((variance) =>
        logVariance(shared.map((v) => Math.sqrt(variance) * (0.7 * v + Math.sqrt(0.51) * random.normal()))),
      );
      const { estimate, p } = jackknifeDifference(a, b, { n: 40 });
      return {
        'difference of log variances': { ...outcome(estimate, -Math.log(1 + shift)), p: shift === 0 ? p : null },
      };
    },
  })),
  ...[0, 0.2].map((slope): Simulation => ({
    name: 'trend',
    setting: `14 checkpoints, slope ${slope}`,
    run(random) {
      const x = Array.from({ length: 14 }, (_, i) => i);
      const { slope: estimate, p } = theilSen(
        x,
        x.map((v) => slope * v + random.normal()),
      );
      return { slope: { ...outcome(estimate, slope), p: slope === 0 ? p : null } };
    },
  })),
  ...(
    [
      [8, 0],
      [20, 0],
      [20, 0.6],
    ] as const
  ).map(([n, r]): Simulation => ({
    name: "Spearman's ρ over checkpoints",
    setting: `${n} checkpoints, correlation ${r}`,
    run(random) {
      const a = Array.from({ length: n }, () => random.normal());
      const b = a.map((v) => r * v + Math.sqrt(1 - r * r) * random.normal());
      const value = spearman(a, b)!;
      return {
        ρ: {
          value,
          interval: spearmanInterval(value, n),
          truth: (6 / Math.PI) * Math.asin(r / 2),
          p: n === 8 ? spearmanP(a, b, random) : null,
        },
      };
    },
  })),
];

/** E σ(1 + √2·z), by the trapezoidal rule over ± 10. */
const MEAN_PROBABILITY = Array.from({ length: 4001 }, (_, i) => -10 + i / 200).reduce(
  (sum, z) => sum + Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI) / (1 + Math.exp(-(1 + Math.SQRT2 * z))) / 200,
  0,
);

function logVariance(values: readonly number[]): { value: number; leaveOneOut: number[] } {
  const of = (list: readonly number[]): number => {
    const mean = list.reduce((sum, v) => sum + v, 0) / list.length;
    return Math.log(list.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (list.length - 1));
  };
  return { value: of(values), leaveOneOut: values.map((_, g) => of(values.filter((__, i) => i !== g))) };
}
