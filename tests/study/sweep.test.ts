/** A sweep of a small ViT over views of a textured plane that slides across the picture. */
import { cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, test } from 'vitest';
import { writeContrastSet } from '../../contrast-sets/io.ts';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { writeCorrespondences } from '../../core/artifacts/correspondences.ts';
import { hashPixels } from '../../core/formats/pixel-hash.ts';
import { Random } from '../../core/random.ts';
import { readSweep, sweep } from '../../study/sweep.ts';
import { temporaryFolder } from '../extractors/support.ts';

const EDGE = 32;
const PATCH = 8;
let folder: string;
let views: string;
let checkpoint: string;

async function vit(directory: string): Promise<string> {
  await mkdir(join(directory, 'onnx'), { recursive: true });
  await cp('tests/fixtures/layers/vit.onnx', join(directory, 'onnx', 'model.onnx'));
  await writeFile(join(directory, 'config.json'), JSON.stringify({ model_type: 'vit', image_size: EDGE, patch_size: PATCH }));
  await writeFile(join(directory, 'preprocessor_config.json'), JSON.stringify({ image_processor_type: 'ViTImageProcessor', size: { height: EDGE, width: EDGE }, resample: 2, image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] }));
  return directory;
}

/** View b sees the plane that view a sees, moved by whole patches; what comes in at the edge is new. */
async function slidingViews(directory: string, scenes: number): Promise<string> {
  await mkdir(join(directory, 'images'), { recursive: true });
  const imageHashes: Record<string, string> = {};
  const items: Item[] = [];
  for (let k = 0; k < scenes; k++) {
    const random = new Random(k, 'plane');
    const plane = Uint8Array.from({ length: 3 * (2 * EDGE) ** 2 }, () => random.integer(256));
    const shift = PATCH * (1 + (k % 2));
    const images: string[] = [];
    for (const [name, dx] of [['a', 0], ['b', shift]] as const) {
      const data = new Uint8Array(3 * EDGE * EDGE);
      for (let y = 0; y < EDGE; y++) data.set(plane.subarray(3 * (y * 2 * EDGE + dx), 3 * (y * 2 * EDGE + dx + EDGE)), 3 * y * EDGE);
      const image = `images/${k}${name}.png`;
      await sharp(data, { raw: { width: EDGE, height: EDGE, channels: 3 } }).png().toFile(join(directory, image));
      imageHashes[image] = hashPixels(EDGE, EDGE, data);
      images.push(image);
    }
    const centres = Array.from({ length: (EDGE / PATCH) ** 2 }, (_, i) => [PATCH * ((i % 4) + 0.5), PATCH * (Math.floor(i / 4) + 0.5)] as const);
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
    items.push({ item: `view-${k}`, images, question: 'Where is it?', options: ['here', 'there'], answer: 'here', objects: [], correspondences });
  }
  const description = { name: 'sliding', generator: 'test', generatorVersion: 1, parameters: {}, seed: 0, nuisanceFactors: {}, allowedDepthCues: [], imageHashes };
  await writeContrastSet(directory, description, items.map((item, k) => ({ id: `pair-${k}`, group: `scene-${k}`, axis: 'correspondence', kind: 'perturbation', condition: 'none', first: item, second: item, nuisance: {} })));
  return directory;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  checkpoint = await vit(join(folder, 'vit'));
  views = await slidingViews(join(folder, 'views'), 24);
});

test('raw RGB finds a plane that only slides; nothing is done twice; states go when they are used', async () => {
  const out = join(folder, 'run');
  const { record, results, csv } = await sweep({ checkpoints: [checkpoint], sets: [views], out });
  const [best] = record.best;
  expect(best).toMatchObject({ checkpoint: 'vit', set: 'views', measure: 'PCK@2' });
  expect(best.rawRgb!.value).toBe(1);
  expect(best.planted.value).toBe(1);
  // Half of the planes move by one patch, within PCK@2; the others by two, which lies on its edge.
  expect(best.samePosition.value).toBe(1);
  expect(best.chance).toBeGreaterThan(0.3);
  const [{ result }] = results;
  expect(result.layers.map(({ layer }) => layer)).toEqual(['vision.embed', 'vision.0', 'vision.1', 'vision.2', 'vision.out']);
  expect(result.bins.map(({ pairs }) => pairs)).toEqual([6, 6, 6, 6]);
  const still = result.baselines.find(({ name }) => name === 'same position')!.pck.find(({ threshold, bin }) => threshold === 'PCK@1' && bin === 'all')!;
  // 12 points a picture one patch away are right, 8 two patches away wrong.
  expect(still.perPoint.value).toBeCloseTo(12 / 20, 12);
  expect(still.perImage.value).toBe(0.5);
  expect(await readdir(join(out, 'states', 'vit', 'views'))).toEqual([]);

  const lines = (await readFile(csv, 'utf8')).trimEnd().split('\r\n');
  expect(lines[0].split(',').slice(0, 8)).toEqual(['checkpoint', 'set', 'kind', 'layer', 'measure', 'bin', 'mean', 'value']);
  expect(lines.some((line) => line.startsWith('vit,views,baseline,planted coordinates,PCK@1,all,per image,1,'))).toBe(true);
  expect(await readSweep(out)).toEqual(record);

  const file = join(out, 'results', 'vit', 'views', 'correspondence.json');
  const before = (await stat(file)).mtimeMs;
  let stages = 0;
  const again = await sweep({ checkpoints: [checkpoint], sets: [views], out, onProgress: () => stages++ });
  expect(stages).toBe(0);
  expect((await stat(file)).mtimeMs).toBe(before);
  expect(again.results).toEqual(results);
});

test('an interrupted sweep goes on, keeps states when asked to, and gives the same numbers', async () => {
  const out = join(folder, 'stopped');
  const controller = new AbortController();
  const stop = sweep({ checkpoints: [checkpoint], sets: [views], out, signal: controller.signal, onProgress: ({ stage }) => stage === 'vit: correspondence' && controller.abort(new Error('stop')) });
  await expect(stop).rejects.toThrow('stop');
  expect(await readdir(join(out, 'states', 'vit', 'views', 'dense'))).toContain('dense.json');
  const stages = new Set<string>();
  const { results } = await sweep({ checkpoints: [checkpoint], sets: [views], out, keepStates: true, onProgress: ({ stage }) => stages.add(stage) });
  expect([...stages]).toEqual(['vit: correspondence']);
  expect(await readdir(join(out, 'states', 'vit', 'views', 'dense'))).toContain('dense.json');
  const whole = await sweep({ checkpoints: [checkpoint], sets: [views], out: join(folder, 'run') });
  expect(results).toEqual(whole.results);
});

test('changed ground truth is computed again; missing sets and checkpoints are named', async () => {
  const other = await slidingViews(join(folder, 'other'), 4);
  const out = join(folder, 'changed');
  const first = await sweep({ checkpoints: [checkpoint], sets: [other], out, layers: ['vision.1'] });
  expect(first.results[0].result.layers.map(({ layer }) => layer)).toEqual(['vision.1']);
  const point = { points: Float32Array.of(4, 4, 4, 4), visible: Uint8Array.of(1), depth: Float32Array.of(1, 1), object: Int32Array.of(1), pictures: [{ width: EDGE, height: EDGE }, { width: EDGE, height: EDGE }] as const, viewpoint: 0, overlap: 1 };
  await writeCorrespondences(join(other, 'correspondences/0.safetensors'), point);
  const second = await sweep({ checkpoints: [checkpoint], sets: [other], out, layers: ['vision.1'] });
  expect(second.results[0].result.provenance.key).not.toBe(first.results[0].result.provenance.key);
  expect(second.results[0].result.points.visible).toBe(first.results[0].result.points.visible - 11);
  await expect(sweep({ checkpoints: [checkpoint], sets: [] })).rejects.toMatchObject({ code: 'no-set' });
  await expect(sweep({ checkpoints: [], sets: [views] })).rejects.toMatchObject({ code: 'no-checkpoint' });
  await expect(sweep({ checkpoints: [checkpoint], sets: [join(folder, 'none')] })).rejects.toMatchObject({ code: 'set-not-found' });
});
