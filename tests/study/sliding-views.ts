/** A small ViT and views of a textured plane that slides across the picture: what sweeps are tested on. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { writeContrastSet } from '../../contrast-sets/io.ts';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { writeCorrespondences } from '../../core/artifacts/correspondences.ts';
import { hashPixels } from '../../core/formats/pixel-hash.ts';
import { Random } from '../../core/random.ts';

export const EDGE = 32;
const PATCH = 8;

export async function vit(directory: string): Promise<string> {
  await mkdir(join(directory, 'onnx'), { recursive: true });
  await cp('tests/fixtures/layers/vit.onnx', join(directory, 'onnx', 'model.onnx'));
  await writeFile(
    join(directory, 'config.json'),
    JSON.stringify({ model_type: 'vit', image_size: EDGE, patch_size: PATCH }),
  );
  await writeFile(
    join(directory, 'preprocessor_config.json'),
    JSON.stringify({
      image_processor_type: 'ViTImageProcessor',
      size: { height: EDGE, width: EDGE },
      resample: 2,
      image_mean: [0.5, 0.5, 0.5],
      image_std: [0.5, 0.5, 0.5],
    }),
  );
  return directory;
}

/** View b sees the plane that view a sees, moved by whole patches; what comes in at the edge is new. */
export async function slidingViews(directory: string, scenes: number): Promise<string> {
  await mkdir(join(directory, 'images'), { recursive: true });
  const imageHashes: Record<string, string> = {};
  const items: Item[] = [];
  for (let k = 0; k < scenes; k++) {
    const random = new Random(k, 'plane');
    const plane = Uint8Array.from({ length: 3 * (2 * EDGE) ** 2 }, () => random.integer(256));
    const shift = PATCH * (1 + (k % 2));
    const images: string[] = [];
    for (const [name, dx] of [
      ['a', 0],
      ['b', shift],
    ] as const) {
      const data = new Uint8Array(3 * EDGE * EDGE);
      for (let y = 0; y < EDGE; y++)
        data.set(plane.subarray(3 * (y * 2 * EDGE + dx), 3 * (y * 2 * EDGE + dx + EDGE)), 3 * y * EDGE);
      const image = `images/${k}${name}.png`;
      await sharp(data, { raw: { width: EDGE, height: EDGE, channels: 3 } })
        .png()
        .toFile(join(directory, image));
      imageHashes[image] = hashPixels(EDGE, EDGE, data);
      images.push(image);
    }
    const centres = Array.from(
      { length: (EDGE / PATCH) ** 2 },
      (_, i) => [PATCH * ((i % 4) + 0.5), PATCH * (Math.floor(i / 4) + 0.5)] as const,
    );
    const visible = Uint8Array.from(centres, ([x]) => (x - shift > 0 ? 1 : 0));
    const size = { width: EDGE, height: EDGE };
    const correspondences = `correspondences/${k}.safetensors`;
    await writeCorrespondences(join(directory, correspondences), {
      points: Float32Array.from(centres.flatMap(([x, y]) => [x, y, x - shift, y])),
      visible,
      depth: new Float32Array(2 * centres.length).fill(1),
      object: new Int32Array(centres.length).fill(1),
      pictures: [size, size],
      viewpoint: 15 + 30 * (k % 4),
      overlap: visible.reduce((sum, value) => sum + value, 0) / centres.length,
    });
    items.push({
      item: `view-${k}`,
      images,
      question: 'Where is it?',
      options: ['here', 'there'],
      answer: 'here',
      objects: [],
      correspondences,
    });
  }
  const description = {
    name: 'sliding',
    generator: 'test',
    generatorVersion: 1,
    parameters: {},
    seed: 0,
    nuisanceFactors: {},
    allowedDepthCues: [],
    imageHashes,
  };
  await writeContrastSet(
    directory,
    description,
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
  return directory;
}
