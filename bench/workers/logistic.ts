/** Worker of `bench/probes.ts`: the fits of one layer. */
import { workerData } from 'node:worker_threads';
import type { Matrix } from '../../core/matrix.ts';
import { fitLogisticBatch, prepareLogisticFeatures, type LogisticTask } from '../../core/numerics/logistic-batch.ts';
import { serveJobs } from '../../core/worker-pool.ts';

const tasks = workerData as readonly LogisticTask[];

serveJobs(async (x: Matrix<Float32Array>) => {
  const { weights, intercepts, scores } = await fitLogisticBatch(await prepareLogisticFeatures(x), tasks);
  return {
    result: { weights, intercepts, scores },
    transfer: [weights.data.buffer as ArrayBuffer, scores.data.buffer as ArrayBuffer],
  };
});
