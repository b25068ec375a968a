/** Worker thread of `generate.ts`: draws a scene's design, renders its four views and writes them. */
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { serveJobs } from '../../core/worker-pool.ts';
import { pixelHash, writePng } from '../render/png.ts';
import { renderScene } from '../render/render.ts';
import { visibleBoxes } from '../render/boxes.ts';
import { bodyId } from '../scene/solids.ts';
import { sceneOf } from './design.ts';
import { assignmentOf, imageFile, VIEWS, type Box, type RenderedView, type View } from './pairs.ts';
import type { PerspectiveParameters } from './parameters.ts';
import { planScene, type ScenePlan, type SceneSpec } from './plan.ts';

export interface WorkerOptions {
  readonly directory: string;
  readonly seed: number;
  readonly parameters: PerspectiveParameters;
}

export interface RenderedScene {
  readonly plan: ScenePlan;
  readonly views: Record<View, RenderedView>;
  readonly hashes: Record<View, string>;
}

const { directory, seed, parameters } = workerData as WorkerOptions;
// The threads of this pool already fill the processors.
sharp.concurrency(1);

async function render(spec: SceneSpec): Promise<RenderedScene> {
  const plan = planScene(spec, seed, parameters);
  const views: Partial<Record<View, RenderedView>> = {};
  const hashes: Partial<Record<View, string>> = {};
  for (const view of VIEWS) {
    const picture = renderScene(sceneOf(plan.design, assignmentOf(plan, view), 1), parameters.size, parameters.size);
    const found = visibleBoxes(picture);
    const box = (target: 0 | 1): Box => {
      const entry = found.get(bodyId(target));
      if (!entry) throw new Error(`target ${target} of ${plan.id} (${view}) is not in its picture`);
      return entry.box;
    };
    const image = imageFile(plan.id, view);
    await writePng(join(directory, image), picture);
    views[view] = { image, boxes: [box(0), box(1)] };
    hashes[view] = pixelHash(picture);
  }
  return { plan, views: views as Record<View, RenderedView>, hashes: hashes as Record<View, string> };
}

serveJobs(async (spec: SceneSpec) => ({ result: await render(spec) }));
