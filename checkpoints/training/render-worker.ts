/** Worker thread of `render.ts`: job = scene number, result = its JSON and RGB bytes. */
import { workerData } from 'node:worker_threads';
import { serveJobs } from '../../core/worker-pool.ts';
import { trainingScene, type TrainingOptions } from '../../contrast-sets/perspective/training.ts';

const options = workerData as TrainingOptions;

serveJobs((index: number) => {
  const { meta, picture } = trainingScene(options, index);
  return Promise.resolve({
    result: { json: JSON.stringify(meta), rgb: picture.rgb },
    transfer: [picture.rgb.buffer as ArrayBuffer],
  });
});
