/**
 * Worker thread of the views generator: draws a scene, renders its views, writes pictures, masks and ground truth, and
 * makes the pairs.
 */
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { writeCorrespondences, type Correspondences } from '../../core/artifacts/correspondences.ts';
import { serveJobs } from '../../core/worker-pool.ts';
import type { OpenOutput, OpenPair } from '../orient.ts';
import { visibleBoxes } from '../render/boxes.ts';
import { correspondencesBetween, type View } from '../render/correspondences.ts';
import { hash2 } from '../render/noise.ts';
import { pixelHash, writeDepthMap, writeMask, writePng } from '../render/png.ts';
import { renderScene, type Picture } from '../render/render.ts';
import { depthOf, frameOf } from '../scene/camera.ts';
import { nameOf, type Scene } from '../scene/model.ts';
import { bodyId } from '../scene/solids.ts';
import { pairsOfView, type RenderedView } from './pairs.ts';
import type { ViewsParameters } from './parameters.ts';
import type { ViewsSpec } from './plan.ts';
import { sampleViews, type ViewsScene } from './sample.ts';

export interface ViewsWorkerData {
  readonly directory: string;
  readonly seed: number;
  readonly parameters: ViewsParameters;
}

const { directory, seed, parameters } = workerData as ViewsWorkerData;
// The threads of this pool already fill the processors.
sharp.concurrency(1);

/** The scene as picture `view` shows it. */
function sceneIn(
  { scene, views, onlyFirst, onlyOthers }: ViewsScene,
  view: number,
  without: readonly number[] = [],
): Scene {
  const hidden = [...(view === 0 ? onlyOthers : onlyFirst), ...without];
  return { ...scene, camera: views[view].camera, hidden, noiseSeed: hash2(view, without.length, scene.noiseSeed) | 0 };
}

async function write(
  name: string,
  scene: Scene,
  images: Record<string, string>,
): Promise<{ file: RenderedView; view: View }> {
  const { size, depthMaps } = parameters;
  const picture: Picture = renderScene(scene, size, size);
  const [image, mask, depthMap] = [`images/${name}.png`, `masks/${name}.png`, `depth/${name}.png`];
  await Promise.all([
    writePng(join(directory, image), picture),
    writeMask(join(directory, mask), { ...picture, labels: picture.ids }),
    ...(depthMaps ? [writeDepthMap(join(directory, depthMap), picture.depth, picture)] : []),
  ]);
  images[image] = pixelHash(picture);
  const boxes = visibleBoxes(picture);
  const frame = frameOf(scene.camera, 1);
  const objects = scene.objects.flatMap((object, index) => {
    const found = boxes.get(bodyId(index));
    return found === undefined
      ? []
      : [{ name: nameOf(object), box: found.box, depth: depthOf(frame, object.position), label: bodyId(index) }];
  });
  return { file: { image, mask, objects, ...(depthMaps && { depthMap }) }, view: { scene, picture } };
}

async function render(spec: ViewsSpec): Promise<OpenOutput> {
  const world = sampleViews(spec, seed, parameters);
  const images: Record<string, string> = {};
  const a = await write(`${spec.id}-0`, sceneIn(world, 0), images);
  const pairs: OpenPair[] = [];
  for (const [i, { without }] of spec.views.entries()) {
    const k = i + 1;
    const b = await write(`${spec.id}-${k}`, sceneIn(world, k), images);
    const removed = await write(
      `${spec.id}-${k}-without`,
      sceneIn(world, without === 0 ? 0 : k, [world.targets[i]]),
      images,
    );
    const unit = parameters.size / 224;
    const strides = {
      stride: Math.max(1, Math.round(parameters.stride * unit)),
      objectStride: Math.max(1, Math.round(parameters.objectStride * unit)),
    };
    const truth = async (from: View, to: View, file: string): Promise<{ file: string; overlap: number }> => {
      const found: Correspondences = correspondencesBetween(from, to, {
        ...strides,
        viewpoint: world.views[k].viewpoint,
      });
      await writeCorrespondences(join(directory, file), found);
      return { file, overlap: found.overlap };
    };
    const forth = await truth(a.view, b.view, `correspondences/${spec.id}-0-${k}.safetensors`);
    const back = await truth(b.view, a.view, `correspondences/${spec.id}-${k}-0.safetensors`);
    pairs.push(
      ...pairsOfView(spec, k, world, { a: a.file, b: b.file, removed: removed.file, forth, back }, parameters),
    );
  }
  return { pairs, images };
}

serveJobs(async (spec: ViewsSpec) => ({ result: await render(spec) }));
