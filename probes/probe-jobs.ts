/** Probes of many layers and axes, spread over worker threads when there is enough to do. */
import { availableParallelism } from 'node:os';
import { runJobs } from '../core/worker-pool.ts';
import type { Matrix } from '../core/matrix.ts';
import { scoreProbes, type ProbePlan, type ProbeScores } from './linear.ts';

export interface ProbeJob {
  /** Index into the plans. */
  readonly plan: number;
  /** Rows as in the plan × d. */
  readonly x: Matrix<Float32Array>;
}

/**
 * Feature values (rows × width over all jobs) below which starting threads takes longer than it saves: about two
 * seconds of work.
 */
const WORTH_THREADS = 1e6;
const MOST_WORKERS = 8;

/**
 * Yields the scores of every job, in order. Each thread runs its matrix products on one core: layers are independent,
 * so that is the cheapest way to fill the processors, and the result does not depend on their number.
 *
 * @param workers threads to use; default: as many as there are processors, none for a small job.
 */
export async function* runProbeJobs(
  plans: readonly ProbePlan[],
  jobs: readonly ProbeJob[],
  options: { workers?: number; signal?: AbortSignal },
): AsyncGenerator<ProbeScores[]> {
  const values = jobs.reduce((sum, { x }) => sum + x.data.length, 0);
  const available = Math.min(availableParallelism(), MOST_WORKERS);
  const workers = Math.min(jobs.length, options.workers ?? (values < WORTH_THREADS ? 1 : available));
  if (workers > 1) {
    yield* runJobs<ProbeJob, ProbeScores[]>(jobs, {
      base: import.meta.url,
      worker: './probe-worker',
      workers,
      data: plans,
      signal: options.signal,
    });
    return;
  }
  for (const { plan, x } of jobs) {
    options.signal?.throwIfAborted();
    yield await scoreProbes(x, plans[plan], { control: true, signal: options.signal });
  }
}
