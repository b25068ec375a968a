/** Worker thread of `generate.ts`: draws a scene's design, renders its four views, writes pictures and masks, and makes the pairs. */
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { serveJobs } from '../../core/worker-pool.ts';
import type { SceneOutput } from '../build.ts';
import { pixelHash, writeMask, writePng } from '../render/png.ts';
import { renderScene } from '../render/render.ts';
import { visibleBoxes } from '../render/boxes.ts';
import { bodyId } from '../scene/solids.ts';
import { sceneOf } from './design.ts';
import { assignmentOf, imageFile, maskFile, pairsOf, VIEWS, type Box, type RenderedView, type View } from './pairs.ts';
import type { PerspectiveParameters } from './parameters.ts';
import { planScene, type SceneSpec } from './plan.ts';

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
  const views: Partial<Record<View, RenderedView>> = {};
  const images: Record<string, string> = {};
  for (const view of VIEWS) {
    const picture = renderScene(sceneOf(plan.design, assignmentOf(plan, view), 1), parameters.size, parameters.size);
    const found = visibleBoxes(picture);
    const box = (target: 0 | 1): Box => {
      const entry = found.get(bodyId(target));
      if (!entry) throw new Error(`target ${target} of ${plan.id} (${view}) is not in its picture`);
      return entry.box;
    };
    const image = imageFile(plan.id, view);
    const mask = maskFile(image);
    await Promise.all([writePng(join(directory, image), picture), writeMask(join(directory, mask), { ...picture, labels: picture.ids })]);
    views[view] = { image, mask, boxes: [box(0), box(1)] };
    images[image] = pixelHash(picture);
  }
  return { pairs: pairsOf(plan, views as Record<View, RenderedView>), images };
}

serveJobs(async (spec: SceneSpec) => ({ result: await render(spec) }));
