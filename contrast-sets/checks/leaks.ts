/** Can anything forbidden predict the answer? The joint classifier of `leakage.ts`, an axis at a time. */
import { conditionFor, type Pair, type PairKind } from '../../core/artifacts/contrast-set.ts';
import { COLUMN, decimal, withInterval } from '../../core/numbers.ts';
import type { Interval } from '../../core/statistics/interval.ts';
import { leakage, type LeakageRow } from './leakage.ts';
import type { CheckResult } from './result.ts';

/** Largest accuracy of the joint classifier that a set may allow. */
const LEAKAGE_BOUND = 0.55;
/** Below this number of scenes only a gross leak could be seen. */
const LEAKAGE_SCENES = 200;
/** Scenes looked at; the interval is narrow enough by then, and memory stays flat. */
const MOST_SCENES = 4000;

/**
 * What an accuracy's interval says about the claim that it is at most .55: `passed` where the interval lies below,
 * `failed` where it lies above, else undecided. At the 400 scenes of a default set a factor-blind classifier passes
 * about half the time and is undecided otherwise; from about 2,000 on it passes.
 */
export function leakageStatus([low, high]: Readonly<Interval>): CheckResult['status'] {
  return high <= LEAKAGE_BOUND ? 'passed' : low > LEAKAGE_BOUND ? 'failed' : 'undecided';
}

interface Gathered {
  readonly scenes: Set<string>;
  readonly rows: Omit<LeakageRow, 'label'>[];
  /** Place of each right answer in the sorted list of options. */
  readonly ranks: number[];
}

/**
 * Gathers the first side of every pair that isn't ambiguous, consistent and counter scenes together: within one of them
 * height in the picture tells depth by definition. With more than two options the classifier has to tell the upper half
 * of the answers from the lower.
 */
export class LeakCheck {
  private readonly gathered = new Map<string, Map<PairKind, Gathered>>();

  add({ axis, kind, conditions, group, first, nuisance }: Pair): void {
    let kinds = this.gathered.get(axis);
    if (kinds === undefined) this.gathered.set(axis, (kinds = new Map<PairKind, Gathered>()));
    if (conditionFor({ conditions }) === 'ambiguous') return;
    let into = kinds.get(kind);
    if (into === undefined) kinds.set(kind, (into = { scenes: new Set(), rows: [], ranks: [] }));
    if (into.scenes.size >= MOST_SCENES && !into.scenes.has(group)) return;
    into.scenes.add(group);
    into.rows.push({ group, factors: nuisance });
    into.ranks.push([...first.options].sort().indexOf(first.answer));
  }

  /** One result an axis, in the order of the file. Question swaps are looked at where there are any. */
  results(nuisanceFactors: Readonly<Record<string, readonly string[]>>, seed: number): CheckResult[] {
    return [...this.gathered].map(([axis, kinds]) =>
      checkAxis(
        axis,
        kinds.get('question-swap') ?? kinds.get('image-intervention') ?? kinds.get('perturbation'),
        nuisanceFactors[axis] ?? [],
        seed,
      ),
    );
  }
}

function checkAxis(axis: string, all: Gathered | undefined, factors: readonly string[], seed: number): CheckResult {
  const check = `leakage-${axis}`;
  const gathered = all && measured(all, factors);
  const scenes = gathered?.scenes.size ?? 0;
  if (gathered === undefined || scenes < LEAKAGE_SCENES)
    return { check, status: 'undecided', detail: `${scenes} scenes are too few to look for leaks` };
  if (factors.length === 0) return { check, status: 'passed', detail: 'no nuisance factor varies' };
  const sorted = [...gathered.ranks].sort((a, b) => a - b);
  // The first rank of the upper half: at least half of the answers lie below it.
  const middle =
    sorted.find((rank) => rank > sorted[0] && sorted.indexOf(rank) >= sorted.length / 2 - 0.5) ??
    sorted[sorted.length - 1];
  const rows = gathered.rows.map((row, i) => ({
    ...row,
    label: gathered.ranks[i] >= middle ? (1 as const) : (0 as const),
  }));
  const ones = rows.reduce((sum, { label }) => sum + label, 0);
  const majority = Math.max(ones, rows.length - ones) / rows.length;
  const estimate = leakage(rows, { factors, seed });
  const [low, high] = estimate.interval!;
  const accuracy = `accuracy ${withInterval(estimate, COLUMN)} from the nuisance factors over ${scenes} scenes`;
  // Unbalanced answers (many options) raise what a blind guess reaches.
  const excess = Math.max(0, majority - 0.5);
  const status = leakageStatus([low - excess, high - excess]);
  const blind = excess > 0.005 ? `, ${decimal(majority, COLUMN)} for the most frequent half` : '';
  return {
    check,
    status,
    detail: `${accuracy}${blind}${status === 'undecided' ? `: more scenes are needed to bound it by ${LEAKAGE_BOUND}` : ''}`,
    estimate,
  };
}

/** The rows that have every factor: imported sets don't know all boxes. */
function measured({ rows, ranks }: Gathered, factors: readonly string[]): Gathered {
  const kept = rows.flatMap((row, i) => (factors.every((name) => row.factors[name] !== undefined) ? [i] : []));
  return {
    scenes: new Set(kept.map((i) => rows[i].group)),
    rows: kept.map((i) => rows[i]),
    ranks: kept.map((i) => ranks[i]),
  };
}
