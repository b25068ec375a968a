import { AXES, type Axis, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../core/artifacts/hidden-states.ts';
import { PROBE_TRAININGS, type ProbesResult } from '../core/artifacts/results.ts';
import type { OnProgress } from '../core/progress.ts';
import { boxHeightBaseline } from './box-height.ts';
import { layersWith, readFeatures, type ProbeSelection } from './features.ts';
import { FOLDS, foldsByScene } from './folds.ts';
import { planProbes, type ProbePlan } from './linear.ts';
import { majorityBaseline } from './majority.ts';
import { runProbeJobs, type ProbeJob } from './probe-jobs.ts';
import { probeRows } from './rows.ts';

export interface ProbeLayersOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly states: HiddenStates;
  readonly selection: ProbeSelection;
  readonly seed: number;
  /** Default: every axis that the set asks question-swap pairs about. */
  readonly axes?: readonly Axis[];
  /** Default: every layer that holds the selection. */
  readonly layers?: readonly string[];
  /** Worker threads; default: one a processor when there is enough to do. The result does not depend on it. */
  readonly workers?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Features held in memory at once: layers beyond it wait for their turn. */
const BYTES_AT_ONCE = 2 ** 28;

/**
 * Linear probes of every layer and axis by the protocols of methods §5: balanced training (accuracy per condition,
 * control task, selectivity), consistent-only training with its reading, and the box-height and majority baselines
 * through the same folds. The same seed gives the same result; the order of rows changes nothing.
 *
 * @throws {PlumblineError} `no-selection`, `unknown-layer`, `items-missing`, `not-finite`; the signal's reason when
 * aborted. Too few scenes is no error: those cells are null and say why.
 */
export async function probeLayers({
  set,
  states,
  selection,
  seed,
  axes = AXES,
  layers: names,
  workers,
  onProgress,
  signal,
}: ProbeLayersOptions): Promise<ProbesResult> {
  const layers = layersWith(states, selection, names);
  const plans = planAxes(set, axes, seed);
  const result: Pick<ProbesResult, 'layers' | 'baselines'> = { layers: [], baselines: [] };
  for (const plan of plans) {
    const { axis } = plan.rows;
    for (const scores of await boxHeightBaseline(plan, { signal }))
      result.baselines.push({ name: 'box-height', axis, ...scores });
    for (const scores of majorityBaseline(plan)) result.baselines.push({ name: 'majority', axis, ...scores });
  }
  const total = layers.length * plans.length;
  const waiting: (ProbeJob & { layer: string })[] = [];
  const runWaiting = async (): Promise<void> => {
    const jobs = waiting.splice(0);
    let job = 0;
    for await (const probes of runProbeJobs(
      plans,
      jobs.map(({ plan, x }) => ({ plan, x })),
      { workers, signal },
    )) {
      const { layer, plan } = jobs[job++];
      for (const scores of probes) result.layers.push({ layer, axis: plans[plan].rows.axis, ...scores });
      onProgress?.({
        stage: `probes (${selection})`,
        done: result.layers.length / PROBE_TRAININGS.length,
        total,
        unit: 'probes',
      });
    }
  };
  for (const layer of layers) {
    const features = await readFeatures(states, layer, selection);
    plans.forEach(({ rows }, plan) => waiting.push({ layer, plan, x: features(rows.items) }));
    if (waiting.reduce((sum, { x }) => sum + x.data.byteLength, 0) > BYTES_AT_ONCE) await runWaiting();
  }
  await runWaiting();
  return { analysis: 'probes', version: 1, selection, folds: FOLDS, ...result };
}

/** Folds are dealt once over all scenes, so that every axis shares them. */
function planAxes(set: Pick<ContrastSet, 'pairs'>, axes: readonly Axis[], seed: number): ProbePlan[] {
  const byAxis = axes.map((axis) => probeRows(set, axis)).filter((rows) => rows.items.length > 0);
  const groups = byAxis.flatMap((rows) => rows.groups);
  const folds = foldsByScene(
    groups,
    byAxis.flatMap((rows) => rows.conditions),
    { seed },
  );
  let offset = 0;
  return byAxis.map((rows) => planProbes(rows, folds.slice(offset, (offset += rows.items.length)), seed));
}
