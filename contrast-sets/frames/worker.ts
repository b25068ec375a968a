/**
 * Worker thread of `generate.ts`: draws a clip's scene, renders its frames, writes pictures and masks, and makes the
 * pairs.
 */
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { serveJobs } from '../../core/worker-pool.ts';
import type { SceneOutput } from '../build.ts';
import { pixelHash, writeMask, writePng } from '../render/png.ts';
import { renderScene } from '../render/render.ts';
import { visibleBoxes } from '../render/boxes.ts';
import { bodyId } from '../scene/solids.ts';
import { designClip } from './design.ts';
import { frameFile, pairsOf, type RenderedFrame } from './pairs.ts';
import type { FramesParameters } from './parameters.ts';
import type { ClipSpec } from './plan.ts';

const { directory, seed, parameters } = workerData as {
  readonly directory: string;
  readonly seed: number;
  readonly parameters: FramesParameters;
};
// The threads of this pool already fill the processors.
sharp.concurrency(1);

async function make(spec: ClipSpec): Promise<SceneOutput> {
  const design = designClip(spec, seed, parameters);
  const rendered: RenderedFrame[] = [];
  const images: Record<string, string> = {};
  for (const [index, scene] of design.frames.entries()) {
    const picture = renderScene(scene, parameters.size, parameters.size);
    const found = visibleBoxes(picture);
    const bodies = scene.objects.flatMap((_, object) => {
      const entry = found.get(bodyId(object));
      return entry ? [[bodyId(object), entry.box] as const] : [];
    });
    const image = frameFile(spec.id, index);
    const mask = image.replace(/^images/, 'masks');
    await Promise.all([
      writePng(join(directory, image), picture),
      writeMask(join(directory, mask), { ...picture, labels: picture.ids }),
    ]);
    images[image] = pixelHash(picture);
    rendered.push({ image, mask, boxes: new Map(bodies) });
  }
  return { pairs: pairsOf(design, rendered, parameters), images };
}

serveJobs(async (spec: ClipSpec) => ({ result: await make(spec) }));
