/** Worker of pool.test.ts: multiplies by `workerData`; negative numbers are errors, 666 kills the thread. */
import { workerData } from 'node:worker_threads';
import { serveJobs } from '../../core/worker-pool.ts';
import { PlumblineError } from '../../core/errors.ts';

serveJobs(async (n: number) => {
  if (n < 0) throw new PlumblineError('negative', `negative: ${n}`, { hint: 'be positive' });
  if (n === 666) process.exit(7);
  // The first jobs take longest, so that answers come back out of order.
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, 20 - n)));
  return { result: n * (workerData as number) };
});
