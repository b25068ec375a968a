/**
 * Worker thread of `generator.ts`: draws and renders a perspective scene, mirrors its picture, and asks everything
 * about it.
 */
import { workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { serveJobs } from '../../core/worker-pool.ts';
import type { SceneOutput } from '../build.ts';
import type { RenderedView } from '../perspective/pairs.ts';
import { planScene } from '../perspective/plan.ts';
import { renderViews, writeView } from '../perspective/render-views.ts';
import { pixelHash } from '../render/png.ts';
import type { Picture } from '../render/render.ts';
import type { PromptParameters } from './parameters.ts';
import { pairsOf } from './pairs.ts';
import type { PromptSpec } from './plan.ts';

const { directory, seed, parameters } = workerData as {
  readonly directory: string;
  readonly seed: number;
  readonly parameters: PromptParameters;
};
// The threads of this pool already fill the processors.
sharp.concurrency(1);

/** The picture as a mirror shows it. */
function mirrored({ width, height, rgb, depth, ids }: Picture): Picture {
  const turned = {
    width,
    height,
    rgb: new Uint8Array(rgb.length),
    depth: new Float32Array(depth.length),
    ids: new Uint8Array(ids.length),
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [to, from] = [y * width + x, (y + 1) * width - 1 - x];
      turned.depth[to] = depth[from];
      turned.ids[to] = ids[from];
      for (let c = 0; c < 3; c++) turned.rgb[3 * to + c] = rgb[3 * from + c];
    }
  }
  return turned;
}

async function make(spec: PromptSpec): Promise<SceneOutput> {
  const plan = { ...planScene(spec, seed, parameters), ...spec };
  const image = `images/${plan.id}-mirrored.png`;
  let mirror: RenderedView | undefined;
  let hash = '';
  const { views, images } = await renderViews(plan, {
    directory,
    size: parameters.size,
    async onPicture(view, picture) {
      if (view !== 'scene') return;
      const turned = mirrored(picture);
      mirror = await writeView(directory, image, turned, plan.id);
      hash = pixelHash(turned);
    },
  });
  const scene = { plan, views: { ...views, mirrored: mirror! }, manipulations: new Set(parameters.manipulations) };
  return { pairs: pairsOf(scene, parameters.axes, seed), images: { ...images, [image]: hash } };
}

serveJobs(async (spec: PromptSpec) => ({ result: await make(spec) }));
