/**
 * Worker thread of `generate.ts`: draws a series until its panel hides the target, renders every level, writes pictures
 * and masks, and makes the pairs.
 */
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { serveJobs } from '../../core/worker-pool.ts';
import type { SceneOutput } from '../build.ts';
import { pixelHash, writeMask, writePng } from '../render/png.ts';
import { visibleBoxes } from '../render/boxes.ts';
import { renderScene } from '../render/render.ts';
import { bodyId } from '../scene/solids.ts';
import { slideFor, targetRays } from './cover.ts';
import { DECOY, OTHER, PANEL, slid, TARGET } from './design.ts';
import { hidingDesign } from './hiding.ts';
import { pairsOf, viewFile, type View } from './pairs.ts';
import type { OcclusionParameters } from './parameters.ts';
import type { OcclusionSpec } from './plan.ts';

const { directory, seed, parameters } = workerData as {
  readonly directory: string;
  readonly seed: number;
  readonly parameters: OcclusionParameters;
};
// The threads of this pool already fill the processors.
sharp.concurrency(1);
const { size } = parameters;

async function make(spec: OcclusionSpec): Promise<SceneOutput> {
  const design = hidingDesign(spec, seed, parameters);
  const bare = renderScene({ ...design.covered, hidden: [PANEL, DECOY] }, size, size);
  const rays = targetRays(design, bare);
  const views: View[] = [];
  const images: Record<string, string> = {};
  for (const level of parameters.levels) {
    const scene = slid(design, slideFor(design, rays, level / 100));
    // Behind the panel the target would still darken the ground around it by a grey level or two, and so tell of
    // itself: it is taken away.
    const picture = renderScene(level === 100 ? { ...scene, hidden: [TARGET] } : scene, size, size);
    const found = visibleBoxes(picture);
    const image = viewFile(spec.id, level);
    const mask = image.replace(/^images/, 'masks');
    await Promise.all([
      writePng(join(directory, image), picture),
      writeMask(join(directory, mask), { ...picture, labels: picture.ids }),
    ]);
    images[image] = pixelHash(picture);
    views.push({
      level,
      image,
      mask,
      visible: (found.get(bodyId(TARGET))?.pixels ?? 0) / rays.length,
      boxes: [TARGET, OTHER].map((index) => found.get(bodyId(index))?.box),
    });
  }
  return { pairs: pairsOf(design, views, parameters), images };
}

serveJobs(async (spec: OcclusionSpec) => ({ result: await make(spec) }));
