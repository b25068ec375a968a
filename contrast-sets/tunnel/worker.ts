/**
 * Worker thread of the tunnel generator: renders the pictures of one spec, writes them and their masks, and makes the
 * pairs.
 */
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { PlumblineError } from '../../core/errors.ts';
import { Random } from '../../core/random.ts';
import { serveJobs } from '../../core/worker-pool.ts';
import type { OpenOutput } from '../orient.ts';
import { visibleBoxes } from '../render/boxes.ts';
import { pixelHash, writeMask, writePng } from '../render/png.ts';
import { renderTunnel } from '../render/tunnel.ts';
import { bodyId } from '../scene/solids.ts';
import { TunnelPairs, type Box, type RenderedPicture } from './pairs.ts';
import type { TunnelParameters } from './parameters.ts';
import { appearanceOf, picturesOf, type TunnelSpec } from './plan.ts';
import { tunnelScene } from './scene.ts';

export interface TunnelWorkerData {
  readonly directory: string;
  readonly seed: number;
  readonly parameters: TunnelParameters;
}

const { directory, seed, parameters } = workerData as TunnelWorkerData;
// The threads of this pool already fill the processors.
sharp.concurrency(1);
/** Pixels of an object without which nobody could judge it. */
const LEAST_PIXELS = 6;

async function render(spec: TunnelSpec): Promise<OpenOutput> {
  const appearance = appearanceOf(seed, spec.appearance, parameters);
  const images: Record<string, string> = {};
  const rendered: RenderedPicture[] = [];
  for (const picture of picturesOf(spec, appearance.objects)) {
    const pixels = renderTunnel(tunnelScene(appearance, picture, parameters), parameters.size, parameters.size);
    const found = visibleBoxes(pixels);
    const box = (object: 0 | 1): Box => {
      const entry = found.get(bodyId(object));
      if (entry !== undefined && entry.pixels >= LEAST_PIXELS) return entry.box;
      throw new PlumblineError('object-hidden', `an object has ${entry?.pixels ?? 0} visible pixels`, {
        where: `tunnel picture ${picture.id}`,
        hint: 'choose depths, ring, fov and size so that the near object doesn’t cover the far one and both lie in the picture',
      });
    };
    const image = `images/${picture.id}.png`;
    const mask = `masks/${picture.id}.png`;
    const boxes = [box(0), box(1)] as const;
    await Promise.all([
      writePng(join(directory, image), pixels),
      writeMask(join(directory, mask), { ...pixels, labels: pixels.ids }),
    ]);
    images[image] = pixelHash(pixels);
    rendered.push({ picture, image, mask, boxes, labels: [bodyId(0), bodyId(1)] });
  }
  const random = new Random(seed, 'tunnel-pairs', spec.appearance, spec.angles[0], spec.angles[1], spec.farSize ?? 0);
  return { pairs: new TunnelPairs(appearance, parameters).of(rendered, random), images };
}

serveJobs(async (spec: TunnelSpec) => ({ result: await render(spec) }));
