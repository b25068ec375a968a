/** `plumbline compare`: runs side by side, their differences, a ranking, and what got worse over a series. */
import { compareCheckpoints, trainingTrend } from '../../analysis/index.ts';
import { isSelection } from '../../core/artifacts/hidden-states.ts';
import type { ComparisonResult } from '../../core/artifacts/results/checkpoints.ts';
import type { RunComparison } from '../../core/artifacts/results/run-comparison.ts';
import { ofCue, type Estimate } from '../../core/artifacts/results.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { OnProgress } from '../../core/progress.ts';
import { holm } from '../../core/statistics/holm.ts';
import { VERSION } from '../../core/version.ts';
import { resultsOf } from '../../core/artifacts/results/types.ts';
import { citedGeometry } from '../../findings/index.ts';
import { cellKey } from '../record.ts';
import { isDiagnosed } from '../steps.ts';
import { openCompared, pickedLayer, type Compared } from './compared.ts';
import { changeOf, differenceOf } from './differences.ts';
import { curvesOf, measuresOf, type NamedMeasure } from './measures.ts';

export interface CompareOptions {
  /** Run folders of `diagnose` or `run`; all their checkpoints are compared. */
  readonly runs: readonly string[];
  /** Training step or data scale of each checkpoint, in the order of the runs: makes a series. */
  readonly steps?: readonly number[];
  /** Folder of the set in the runs; defaults to *the first that was diagnosed*. */
  readonly set?: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

interface Context {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Of the Holm-adjusted p-values, beyond which a difference is open whatever its own interval says. */
const ALPHA = 0.05;

/** Measures that a ranking goes by, the first that all have. */
const RANKED_BY = ['accuracy, distance, counter', 'probe accuracy, distance, counter', 'height share'] as const;

/**
 * Compares all checkpoints of some runs. On one set differences are paired; otherwise checkpoints stand side by side,
 * and intervals are taken as independent. Pairs are consecutive ones and first with last in a series, else each with
 * the first.
 * @throws {PlumblineError} as `openCompared`
 */
export async function compare({ runs, steps, set, onProgress, signal }: CompareOptions): Promise<RunComparison> {
  const compared = await openCompared(runs, { set, steps });
  return compareOpened(compared, { onProgress, signal });
}

/** As `compare`, for checkpoints that are open: in the order of their steps where they have some. */
export async function compareOpened(
  compared: readonly Compared[],
  { onProgress, signal }: Context,
): Promise<RunComparison> {
  const series = compared.every(({ step }) => step !== null);
  const hashes = new Set(compared.map(({ cell }) => cell.set.hash));
  const measures = new Map(compared.map((entry) => [entry, measuresOf(entry)]));
  const names = [...new Set([...measures.values()].flatMap((own) => own.map(({ measure }) => measure)))];
  const measureOf = (entry: Compared, name: string): NamedMeasure | undefined =>
    measures.get(entry)!.find(({ measure }) => measure === name);

  const comparisons: ComparisonResult[] = [];
  const differences: RunComparison['differences'] = [];
  const pairs = pairsOf(compared, series);
  for (const [i, [a, b]] of pairs.entries()) {
    signal?.throwIfAborted();
    const layers = await compareLayers(a, b, { onProgress, signal });
    if (layers !== null) comparisons.push(layers);
    const rows = names.flatMap((name) => {
      const [one, two] = [measureOf(a, name), measureOf(b, name)];
      if (one === undefined || two === undefined) return [];
      const found = differenceOf(a, b, one, two, layers);
      return [
        {
          measure: name,
          a: a.name,
          b: b.name,
          ...found,
          adjusted: null as number | null,
          change: changeOf(one.better, found.difference, one.value, two.value),
        },
      ];
    });
    const tested = rows.filter(({ p }) => p !== null);
    holm(tested.map(({ p }) => p!)).forEach((adjusted, k) => {
      const row = tested[k];
      row.adjusted = adjusted;
      if (adjusted >= ALPHA && row.change !== 'undirected') row.change = 'open';
    });
    differences.push(...rows);
    onProgress?.({ stage: 'compare', done: i + 1, total: pairs.length, unit: 'pairs' });
  }

  const [first, last] = [compared[0], compared[compared.length - 1]];
  return {
    analysis: 'run-comparison',
    version: 2,
    plumbline: VERSION,
    paired: hashes.size === 1,
    unpaired:
      hashes.size === 1
        ? null
        : `the runs read ${hashes.size} different sets, so checkpoints stand side by side: part of a difference may be the sets'`,
    checkpoints: compared.map((entry) => ({
      name: entry.name,
      run: entry.contents.run.path,
      hash: entry.cell.checkpoint.hash,
      set: { name: entry.cell.set.name, hash: entry.cell.set.hash },
      step: entry.step,
      findings: entry.results.findings.map(({ id, verdict, direction, sentence, caption }) => ({
        id,
        verdict,
        direction,
        sentence,
        caption,
      })),
      layer: pickedLayer(entry),
    })),
    runs: runsOf(compared),
    measures: names.map((name) => {
      const own = compared.flatMap((entry) => {
        const found = measureOf(entry, name);
        return found === undefined ? [] : [{ entry, found }];
      });
      return {
        measure: name,
        better: own[0].found.better,
        values: own.map(({ entry, found }) => ({ checkpoint: entry.name, value: found.value })),
      };
    }),
    answers: compared.flatMap(({ name, results }) =>
      resultsOf(results, 'behaviour')
        .filter(({ cells }) => cells.length > 0)
        .map(({ cells }) => ({
          checkpoint: name,
          cells: ofCue(cells).map(({ axis, condition, accuracy }) => ({ axis, condition, accuracy })),
        })),
    ),
    differences,
    curves: sideBySide(compared),
    comparisons,
    ranking: rankingOf(compared, measureOf),
    training: !series
      ? null
      : trainingTrend(
          compared.map((entry) => ({
            checkpoint: entry.name,
            step: entry.step!,
            measures: Object.fromEntries(measures.get(entry)!.map(({ measure, value }) => [measure, value])),
          })),
        ),
    worse: differences
      .filter(({ change, a, b }) => change === 'worse' && (!series || (a === first.name && b === last.name)))
      .map(({ measure, a, b, difference }) => ({ measure, from: a, to: b, difference })),
  };
}

/** Each run folder and set once. */
function runsOf(compared: readonly Compared[]): RunComparison['runs'] {
  const runs = compared.map(({ contents: { run, record }, cell }) => {
    const { plumbline, platform } = record;
    // The study that judged the cell last.
    const { command, study } = record.studies.findLast(
      ({ study: own, cells }) =>
        isDiagnosed(own, cell.set.folder) && cells.some((other) => cellKey(other) === cellKey(cell)),
    )!;
    const { name, folder, hash } = cell.set;
    return { run: run.path, plumbline, platform, command, seed: study.seed, set: { name, folder, hash } };
  });
  return [...new Map(runs.map((entry) => [JSON.stringify([entry.run, entry.set.folder]), entry])).values()];
}

function pairsOf(compared: readonly Compared[], series: boolean): [Compared, Compared][] {
  const [first, ...others] = compared;
  if (!series) return others.map((other) => [first, other]);
  const steps = others.map((other, i): [Compared, Compared] => [compared[i], other]);
  return compared.length > 2 ? [...steps, [first, compared[compared.length - 1]]] : steps;
}

/** Layer by layer, `b` − `a`; null where the two share no set, no states or no layer. */
async function compareLayers(
  a: Compared,
  b: Compared,
  { onProgress, signal }: Context,
): Promise<ComparisonResult | null> {
  const reading = citedGeometry(a.results.results);
  if (
    a.cell.set.hash !== b.cell.set.hash ||
    a.states === null ||
    b.states === null ||
    reading === undefined ||
    !isSelection(reading.selection)
  )
    return null;
  const side = ({ name, states, answers }: Compared): Parameters<typeof compareCheckpoints>[0]['a'] => ({
    name,
    states: states!,
    answers: answers ?? undefined,
  });
  try {
    return await compareCheckpoints({
      set: a.set,
      a: side(b),
      b: side(a),
      selection: reading.selection,
      kind: reading.kind,
      onProgress,
      signal,
    });
  } catch (error) {
    if (error instanceof PlumblineError && (error.code === 'nothing-to-compare' || error.code === 'no-selection'))
      return null;
    throw error;
  }
}

function sideBySide(compared: readonly Compared[]): RunComparison['curves'] {
  const curves: RunComparison['curves'] = [];
  for (const entry of compared) {
    for (const { layers, ...label } of curvesOf(entry)) {
      let curve = curves.find(
        ({ measure, axis, condition }) =>
          measure === label.measure && axis === label.axis && condition === label.condition,
      );
      if (curve === undefined) curves.push((curve = { ...label, checkpoints: [] }));
      curve.checkpoints.push({ checkpoint: entry.name, layers });
    }
  }
  return curves;
}

/** Best first. Two neighbours whose difference isn't told from 0 share a rank. */
function rankingOf(
  compared: readonly Compared[],
  measureOf: (entry: Compared, name: string) => NamedMeasure | undefined,
): RunComparison['ranking'] {
  const value = (entry: Compared, name: string): number | null => measureOf(entry, name)?.value.value ?? null;
  const measure = RANKED_BY.find((name) => compared.every((entry) => value(entry, name) !== null));
  if (measure === undefined) return null;
  const sign = measureOf(compared[0], measure)!.better === 'higher' ? -1 : 1;
  const sorted = [...compared].sort((a, b) => sign * (value(a, measure)! - value(b, measure)!));
  const order: NonNullable<RunComparison['ranking']>['order'] = [];
  for (const [i, entry] of sorted.entries()) {
    const own = measureOf(entry, measure)!;
    const before = sorted[i - 1];
    const difference: Estimate | null =
      before === undefined ? null : differenceOf(before, entry, measureOf(before, measure)!, own, null).difference;
    const apart =
      difference === null
        ? null
        : difference.interval !== null && (difference.interval[0] > 0 || difference.interval[1] < 0);
    order.push({
      rank: apart === false ? order[i - 1].rank : i + 1,
      checkpoint: entry.name,
      value: own.value,
      difference,
      apart,
    });
  }
  return { measure, order };
}
