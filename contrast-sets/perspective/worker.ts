/**
 * Worker thread of `generate.ts`: draws a scene's design, renders its four views, writes pictures and masks, and makes
 * the pairs.
 */
import { workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { serveJobs } from '../../core/worker-pool.ts';
import type { SceneOutput } from '../build.ts';
import { pairsOf } from './pairs.ts';
import type { PerspectiveParameters } from './parameters.ts';
import { planScene, type SceneSpec } from './plan.ts';
import { renderViews } from './render-views.ts';

export interface WorkerOptions {
  readonly directory: string;
  readonly seed: number;
  readonly parameters: PerspectiveParameters;
}

const { directory, seed, parameters } = workerData as WorkerOptions;
// The threads of this pool already fill the processors.
sharp.concurrency(1);

async function render(spec: SceneSpec): Promise<SceneOutput> {
  const plan = planScene(spec, seed, parameters);
  const { views, images } = await renderViews(plan, { directory, size: parameters.size });
  return { pairs: pairsOf(plan, views), images };
}

serveJobs(async (spec: SceneSpec) => ({ result: await render(spec) }));
