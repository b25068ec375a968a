/**
 * Runs a probe on many layers: features are read layer by layer, the work is spread over worker threads when there is
 * enough of it, results come in order.
 */
import { availableParallelism } from 'node:os';
import type { HiddenStates } from '../core/artifacts/hidden-states.ts';
import type { Matrix } from '../core/matrix.ts';
import type { OnProgress } from '../core/progress.ts';
import { runJobs } from '../core/worker-pool.ts';
import { layersWith, readFeatures, type FeatureSelection } from './features.ts';
import { LAYER_TASKS, type LayerTaskName, type PlanOf, type ResultOf } from './layer-tasks.ts';

export interface OverLayersOptions {
  readonly states: HiddenStates;
  readonly selection: FeatureSelection;
  /** Default: every layer that holds the selection. */
  readonly layers?: readonly string[];
  /** Worker threads; default: one a processor when there is enough to do. The result does not depend on it. */
  readonly workers?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface LayerJob {
  readonly plan: number;
  readonly x: Matrix<Float32Array>;
}

/** Features held in memory at once: layers beyond it wait for their turn. */
const BYTES_AT_ONCE = 2 ** 28;
/** Feature values below which starting threads takes longer than it saves. */
const WORTH_THREADS = 1e6;
const MOST_WORKERS = 8;

/**
 * Yields the task's result for every layer and plan, layers outermost.
 *
 * @param itemsOf items of a plan: its rows, in order.
 * @throws {PlumblineError} `unknown-layer`, `no-selection`, `items-missing`, `not-finite`; the signal's reason when
 * aborted.
 */
export async function* overLayers<K extends LayerTaskName>(
  task: K,
  plans: readonly PlanOf<K>[],
  itemsOf: (plan: PlanOf<K>) => readonly string[],
  { states, selection, layers: names, workers, onProgress, signal }: OverLayersOptions,
): AsyncGenerator<{ layer: string; plan: number; result: ResultOf<K> }> {
  const layers = layersWith(states, selection, names);
  const total = layers.length * plans.length;
  let done = 0;
  let waiting: (LayerJob & { layer: string })[] = [];
  for (const layer of layers) {
    signal?.throwIfAborted();
    const features = await readFeatures(states, layer, selection);
    plans.forEach((plan, p) => waiting.push({ layer, plan: p, x: features(itemsOf(plan)) }));
    if (layer !== layers.at(-1) && waiting.reduce((sum, { x }) => sum + x.data.byteLength, 0) <= BYTES_AT_ONCE)
      continue;
    const jobs = waiting;
    waiting = [];
    let job = 0;
    for await (const result of runLayerJobs(
      task,
      plans,
      jobs.map(({ plan, x }) => ({ plan, x })),
      { workers, signal },
    )) {
      yield { layer: jobs[job].layer, plan: jobs[job].plan, result };
      job++;
      onProgress?.({ stage: `${task} probes (${selection})`, done: ++done, total, unit: 'probes' });
    }
  }
}

/** Yields the result of every job, in order. */
export async function* runLayerJobs<K extends LayerTaskName>(
  task: K,
  plans: readonly PlanOf<K>[],
  jobs: readonly LayerJob[],
  options: { workers?: number; signal?: AbortSignal },
): AsyncGenerator<ResultOf<K>> {
  const values = jobs.reduce((sum, { x }) => sum + x.data.length, 0);
  const workers = Math.min(
    jobs.length,
    options.workers ?? (values < WORTH_THREADS ? 1 : Math.min(availableParallelism(), MOST_WORKERS)),
  );
  if (workers > 1) {
    yield* runJobs<LayerJob, ResultOf<K>>(jobs, {
      base: import.meta.url,
      worker: './layer-worker',
      workers,
      data: { task, plans },
      signal: options.signal,
    });
    return;
  }
  const run = LAYER_TASKS[task] as (
    x: Matrix<Float32Array>,
    plan: PlanOf<K>,
    options: { signal?: AbortSignal },
  ) => Promise<ResultOf<K>>;
  for (const { plan, x } of jobs) {
    options.signal?.throwIfAborted();
    yield await run(x, plans[plan], { signal: options.signal });
  }
}
