/**
 * A simulation of what an interval or a p-value promises: the same data drawn anew many times, and how often the
 * interval holds the truth.
 */
import type { Interval } from '../../core/statistics/interval.ts';
import { Random } from '../../core/random.ts';

/** What one simulated data set gave. */
export interface Outcome {
  readonly value: number | null;
  /** null: the statistic refused an interval here, and said why. */
  readonly interval: Interval | null;
  /**
   * What the interval must hold; left out: the mean of `value` over all runs, where the estimand is the expected value
   * of the procedure (held-out accuracy of probes trained on n scenes).
   */
  readonly truth?: number;
  /** p-value of a null hypothesis that holds in these data. */
  readonly p?: number | null;
}

/** One kind of data, drawn anew by each run. */
export interface Simulation {
  /** What prints the interval, e.g. `ridge probes`. */
  readonly name: string;
  /** The data: sizes, and whether something is planted. */
  readonly setting: string;
  /** One data set, from `random` alone; label of the statistic → what came out. Every run gives the same labels. */
  readonly run: (
    random: Random,
    draw: number,
  ) => Readonly<Record<string, Outcome>> | Promise<Readonly<Record<string, Outcome>>>;
}

/** Over all runs. Shares have a binomial standard error of .007 at 95 % of 1,000 runs. */
export interface Coverage {
  readonly name: string;
  readonly setting: string;
  readonly statistic: string;
  readonly runs: number;
  readonly truth: number | null;
  readonly truthKind: 'known' | 'mean of the runs';
  /** Share of the intervals that hold the truth; null when no run gave one. */
  readonly coverage: number | null;
  /** Misses below (the interval lies below the truth) and above, as shares. */
  readonly below: number;
  readonly above: number;
  readonly meanWidth: number | null;
  /** Runs that gave no interval. */
  readonly refused: number;
  /** Share of p-values ≤ .05; null when the statistic has none. */
  readonly falseAlarms: number | null;
}

export const RUNS = 1000;
export const SEED = 20260724;

/** Runs a simulation and counts. Draw k of a simulation sees the same random numbers whatever else is run. */
export async function coverageOf(
  simulation: Simulation,
  { runs = RUNS, seed = SEED }: { readonly runs?: number; readonly seed?: number } = {},
): Promise<Coverage[]> {
  const { name, setting } = simulation;
  const outcomes = new Map<string, Outcome[]>();
  for (let draw = 0; draw < runs; draw++) {
    const one = await simulation.run(new Random(seed, name, setting, draw), draw);
    for (const [statistic, outcome] of Object.entries(one))
      outcomes
        .set(statistic, outcomes.get(statistic) ?? [])
        .get(statistic)!
        .push(outcome);
  }
  return [...outcomes].map(([statistic, list]) => ({ name, setting, statistic, ...count(list) }));
}

function count(list: readonly Outcome[]): Omit<Coverage, 'name' | 'setting' | 'statistic'> {
  const values = list.map(({ value }) => value).filter((value): value is number => value !== null);
  const mean = values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  const known = list.every(({ truth }) => truth !== undefined);
  const given = list.filter((outcome): outcome is Outcome & { interval: Interval } => outcome.interval !== null);
  const share = (test: (outcome: Outcome & { interval: Interval }, truth: number) => boolean): number =>
    given.length === 0 ? 0 : given.filter((outcome) => test(outcome, outcome.truth ?? mean!)).length / given.length;
  const below = share(({ interval: [, high] }, truth) => high < truth);
  const above = share(({ interval: [low] }, truth) => low > truth);
  const tests = list.map(({ p }) => p).filter((p): p is number => p !== undefined && p !== null);
  return {
    runs: list.length,
    truth: known && list.length > 0 ? list.reduce((sum, { truth }) => sum + truth!, 0) / list.length : mean,
    truthKind: known ? 'known' : 'mean of the runs',
    coverage: given.length === 0 ? null : 1 - below - above,
    below,
    above,
    meanWidth:
      given.length === 0 ? null : given.reduce((sum, { interval: [low, high] }) => sum + high - low, 0) / given.length,
    refused: list.length - given.length,
    falseAlarms: tests.length === 0 ? null : tests.filter((p) => p <= 0.05).length / tests.length,
  };
}
