/** Worker thread of `probe-jobs.ts`. */
import { workerData } from 'node:worker_threads';
import { serveJobs } from '../core/worker-pool.ts';
import type { Matrix } from '../core/matrix.ts';
import { scoreProbes, type ProbePlan } from './linear.ts';

const plans = workerData as readonly ProbePlan[];

serveJobs(async ({ plan, x }: { plan: number; x: Matrix<Float32Array> }) => ({
  result: await scoreProbes(x, plans[plan], { control: true }),
}));
