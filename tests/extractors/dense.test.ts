/** Dense patch states of the ViT of tests/fixtures/layers, against the graph's own tokens. */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { writeCorrespondences } from '../../core/artifacts/correspondences.ts';
import { PIXELS } from '../../core/artifacts/dense-patches.ts';
import type { ContrastSet, Item } from '../../core/artifacts/contrast-set.ts';
import { row } from '../../core/matrix.ts';
import { type Checkpoint, extractDense, openCheckpoint } from '../../extractors/index.ts';
import { DATA_TYPE } from '../../extractors/onnx/model.ts';
import { floatsOf, openSession } from '../../extractors/run/session.ts';
import { loadVisuals } from '../../extractors/run/visuals.ts';
import { rowError, setOf, temporaryFolder } from './support.ts';

let folder: string;
let checkpoint: Checkpoint;
let set: ContrastSet;

/** A ViT of 4 × 4 patches on 32 × 32 pixels. */
async function vit(directory: string): Promise<Checkpoint> {
  await mkdir(join(directory, 'onnx'), { recursive: true });
  await cp('tests/fixtures/layers/vit.onnx', join(directory, 'onnx', 'model.onnx'));
  await writeFile(join(directory, 'config.json'), JSON.stringify({ model_type: 'vit', image_size: 32, patch_size: 8 }));
  await writeFile(
    join(directory, 'preprocessor_config.json'),
    JSON.stringify({
      image_processor_type: 'ViTImageProcessor',
      size: { height: 32, width: 32 },
      resample: 2,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    }),
  );
  return openCheckpoint(directory);
}

/** Pictures of 64 × 48 pixels: each of the 4 × 4 patches has a colour of its own. */
async function colours(directory: string, name: string, shift: number): Promise<string> {
  const data = new Uint8Array(64 * 48 * 3);
  for (let y = 0; y < 48; y++)
    for (let x = 0; x < 64; x++)
      data.set([Math.floor(x / 16) * 60 + shift, Math.floor(y / 12) * 60 + shift, 10 * shift], 3 * (y * 64 + x));
  await mkdir(join(directory, 'images'), { recursive: true });
  await sharp(data, { raw: { width: 64, height: 48, channels: 3 } })
    .png()
    .toFile(join(directory, 'images', name));
  return `images/${name}`;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  checkpoint = await vit(join(folder, 'vit'));
  const directory = join(folder, 'set');
  const items: Item[] = [];
  for (let k = 0; k < 10; k++) {
    const images = [await colours(directory, `${k}a.png`, k), await colours(directory, `${k}b.png`, k + 3)];
    const correspondences = `correspondences/${k}.safetensors`;
    await writeCorrespondences(join(directory, correspondences), {
      points: Float32Array.of(8, 6, 24, 6),
      visible: Uint8Array.of(1),
      depth: Float32Array.of(1, 1),
      object: Int32Array.of(1),
      pictures: [
        { width: 64, height: 48 },
        { width: 64, height: 48 },
      ],
      viewpoint: 10,
      overlap: 1,
    });
    items.push({
      item: `view-${k}`,
      images,
      question: 'Where?',
      options: ['here', 'there'],
      answer: 'here',
      objects: [],
      correspondences,
    });
  }
  set = setOf(
    directory,
    items.map((item, k) => ({
      id: `pair-${k}`,
      group: `scene-${k}`,
      axis: 'correspondence',
      kind: 'perturbation',
      conditions: {},
      first: item,
      second: item,
      nuisance: {},
    })),
  );
});

test("are the graph's own tokens, patch by patch and without the class token; placed in the original picture", async () => {
  const patches = await extractDense({ checkpoint, set, directory: join(folder, 'dense') });
  expect(patches.layers).toEqual(['vision.embed', 'vision.0', 'vision.1', 'vision.2', 'vision.out', PIXELS]);
  expect(patches.header.pictures.length).toBe(20);
  const vision = checkpoint.vision!;
  const session = await openSession(vision.graph, { outputs: [{ name: vision.output, dataType: DATA_TYPE.float }] }, 1);
  for (const image of ['images/0a.png', 'images/9b.png']) {
    expect(patches.placement(image)).toEqual({
      picture: { width: 64, height: 48 },
      grid: { rows: 4, columns: 4 },
      patch: { width: 16, height: 12 },
      left: 0,
      top: 0,
    });
    const [visual] = await loadVisuals(vision, set.directory, [{ kind: 'picture', images: [image] }]);
    const tokens = floatsOf(await session.feed(visual.feeds), vision.output).data;
    const states = await patches.read('vision.out', image);
    expect([states.rows, states.cols]).toEqual([16, 32]);
    expect(
      rowError(
        Array.from({ length: 16 }, (_, i) => row(states, i)),
        Array.from({ length: 16 }, (_, i) => tokens.subarray(32 * (i + 1), 32 * (i + 2))),
      ),
    ).toBeLessThan(1e-5);
  }
  await session.release();
});

test("raw RGB holds each patch's own colour", async () => {
  const patches = await extractDense({ checkpoint, set, directory: join(folder, 'dense') });
  const pixels = await patches.read(PIXELS, 'images/2a.png');
  expect([pixels.rows, pixels.cols]).toEqual([16, 192]);
  // The middle of a patch is beyond the reach of the bilinear filter at its edges.
  for (let i = 0; i < 16; i++) {
    const middle = row(pixels, i).subarray(3 * (4 * 8 + 4), 3 * (4 * 8 + 4) + 3);
    [(i % 4) * 60 + 2, Math.floor(i / 4) * 60 + 2, 20].forEach((value, channel) =>
      expect(middle[channel]).toBeCloseTo(value / 255, 6),
    );
  }
});

test('goes on where it stopped, redoes nothing, and makes what another checkpoint or a damage left', async () => {
  const directory = join(folder, 'resumed');
  const whole = await extractDense({ checkpoint, set, directory });
  const before = await whole.read('vision.1', 'images/9b.png');
  let calls = 0;
  await extractDense({ checkpoint, set, directory, onProgress: () => calls++ });
  expect(calls).toBe(0);
  await rm(join(directory, 'dense-00001.safetensors'));
  const again = await extractDense({ checkpoint, set, directory, onProgress: () => calls++ });
  expect(calls).toBe(2);
  expect(await again.read('vision.1', 'images/9b.png')).toEqual(before);
  const controller = new AbortController();
  controller.abort(new Error('stop'));
  await expect(
    extractDense({ checkpoint, set, directory: join(folder, 'aborted'), signal: controller.signal }),
  ).rejects.toThrow('stop');
});

test('unknown layers and sets without views are refused', async () => {
  await expect(
    extractDense({ checkpoint, set, directory: join(folder, 'x'), layers: ['vision.9'] }),
  ).rejects.toMatchObject({ code: 'unknown-layer' });
  await expect(
    extractDense({ checkpoint, set: setOf(folder, []), directory: join(folder, 'x') }),
  ).rejects.toMatchObject({ code: 'no-views' });
  const patches = await extractDense({ checkpoint, set, directory: join(folder, 'dense'), layers: ['vision.1'] });
  expect(patches.layers).toEqual(['vision.1', PIXELS]);
  await expect(patches.read('vision.0', 'images/0a.png')).rejects.toMatchObject({ code: 'states-not-held' });
  await expect(patches.read('vision.1', 'images/none.png')).rejects.toMatchObject({ code: 'picture-not-held' });
});
