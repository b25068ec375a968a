/** Worker thread of `over-layers.ts`. */
import { workerData } from 'node:worker_threads';
import type { Matrix } from '../core/matrix.ts';
import { serveJobs } from '../core/worker-pool.ts';
import { LAYER_TASKS, type LayerTaskName } from './layer-tasks.ts';
import type { LayerJob } from './over-layers.ts';

const { task, plans } = workerData as { readonly task: LayerTaskName; readonly plans: readonly unknown[] };
const run = LAYER_TASKS[task] as (x: Matrix<Float32Array>, plan: unknown) => Promise<unknown>;

serveJobs(async ({ plan, x }: LayerJob) => ({ result: await run(x, plans[plan]) }));
