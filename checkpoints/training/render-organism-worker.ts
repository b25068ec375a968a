/**
 * Worker thread of `render-organism.ts`: job = scene number, result = its pictures, described in JSON and as RGB bytes.
 */
import { workerData } from 'node:worker_threads';
import { serveJobs } from '../../core/worker-pool.ts';
import { trainingClip, type TrainingClip } from '../../contrast-sets/frames/training.ts';
import { trainingViews, type TrainingView } from '../../contrast-sets/occlusion/training.ts';
import type { Picture } from '../../contrast-sets/render/render.ts';
import type { Rendered, RenderOptions } from './render-organism.ts';

const { set, ...options } = workerData as RenderOptions;

function rendered({
  meta,
  pictures,
}: {
  readonly meta: TrainingClip | TrainingView;
  readonly pictures: readonly Picture[];
}): Rendered {
  const json = JSON.stringify({ ...meta, frames: pictures.length, width: options.size, height: options.size });
  return { json, rgb: Buffer.concat(pictures.map((picture) => picture.rgb)) };
}

serveJobs((index: number) =>
  Promise.resolve({
    result: set === 'frames' ? [rendered(trainingClip(options, index))] : trainingViews(options, index).map(rendered),
  }),
);
