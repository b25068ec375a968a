/** Worker thread of `generate.ts`: draws a scene, renders its views, writes pictures and masks, and makes the pairs. */
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { serveJobs } from '../../../core/worker-pool.ts';
import type { SceneOutput } from '../../build.ts';
import { pixelHash, writeMask, writePng } from '../../render/png.ts';
import { visibleBoxes } from '../../render/boxes.ts';
import { renderScene } from '../../render/render.ts';
import { bodyId } from '../../scene/solids.ts';
import { designAmbiguity, type AmbiguitySpec } from './design.ts';
import { pairsOf, type AmbiguityView } from './pairs.ts';
import type { AmbiguityParameters } from './parameters.ts';

const { directory, seed, parameters } = workerData as {
  readonly directory: string;
  readonly seed: number;
  readonly parameters: AmbiguityParameters;
};
// The threads of this pool already fill the processors.
sharp.concurrency(1);

async function make(spec: AmbiguitySpec): Promise<SceneOutput> {
  const design = designAmbiguity(spec, seed, parameters);
  const { offsets, size } = parameters;
  const largest = offsets[offsets.length - 1];
  const side = spec.right ? 1 : -1;
  const views: AmbiguityView[] = [];
  const images: Record<string, string> = {};
  // Adding 0 turns −0 into 0.
  for (const angle of [...offsets.map((offset) => side * offset + 0), -side * largest]) {
    const scene = design.view(angle);
    const picture = renderScene(scene, size, size);
    const found = visibleBoxes(picture);
    const image = `images/${spec.id}-${angle < 0 ? 'left' : 'right'}-${String(Math.abs(angle))}.png`;
    const mask = image.replace(/^images/, 'masks');
    await Promise.all([
      writePng(join(directory, image), picture),
      writeMask(join(directory, mask), { ...picture, labels: picture.ids }),
    ]);
    images[image] = pixelHash(picture);
    views.push({ angle, scene, image, mask, boxes: scene.objects.map((_, index) => found.get(bodyId(index))!.box) });
  }
  return { pairs: pairsOf(design, views, largest), images };
}

serveJobs(async (spec: AmbiguitySpec) => ({ result: await make(spec) }));
