/**
 * Preprocessing against Pillow and Hugging Face's processors (fixtures: tests/fixtures/preprocess/make.py), and the
 * geometry of boxes.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readFloats, readSafetensorsHeader } from '../../core/formats/safetensors.ts';
import { preprocessorSchema } from '../../extractors/checkpoint/config.ts';
import { decodeImage, type Filter, FILTERS, resizeImage } from '../../extractors/index.ts';
import { patchesOfBox, place } from '../../extractors/preprocess/geometry.ts';
import { fitImage, imageProcessor, writePixels } from '../../extractors/preprocess/processor.ts';
import { temporaryFolder } from './support.ts';

const FOLDER = 'tests/fixtures/preprocess';
const source = await decodeImage(join(FOLDER, 'source.png'));

async function bytesIn(file: string): Promise<Map<string, { bytes: Uint8Array; shape: readonly number[] }>> {
  const path = join(FOLDER, file);
  const all = readFileSync(path);
  return new Map(
    [...(await readSafetensorsHeader(path)).tensors].map(([name, { start, end, shape }]) => [
      name,
      { bytes: all.subarray(start, end), shape },
    ]),
  );
}

test('every filter gives Pillow’s bytes, shrinking, growing and to a single pixel', async () => {
  const expected = await bytesIn('resized.safetensors');
  expect(new Set([...expected.keys()].map((name) => name.split('/')[0]))).toEqual(new Set(FILTERS));
  for (const [name, { bytes, shape }] of expected) {
    const resized = resizeImage(source, shape[1], shape[0], name.split('/')[0] as Filter);
    expect(Buffer.compare(resized.data, bytes), name).toBe(0);
  }
});

test('pictures of any mode decode as Pillow converts them to RGB', async () => {
  for (const [name, { bytes }] of await bytesIn('modes.safetensors')) {
    const decoded = await decodeImage(join(FOLDER, 'modes', `${name}.png`));
    expect(Buffer.compare(decoded.data, bytes), name).toBe(0);
  }
});

test('whole processors give Hugging Face’s pixel values', async () => {
  const configs = JSON.parse(readFileSync(join(FOLDER, 'processors.json'), 'utf8')) as Record<string, unknown>;
  for (const [name, config] of Object.entries(configs)) {
    const processor = imageProcessor(preprocessorSchema.parse(config), name, null);
    const { image } = fitImage(processor, source);
    const pixels = new Float32Array(3 * image.width * image.height);
    writePixels(processor, image, pixels, 0);
    const expected = await readFloats(join(FOLDER, 'processors.safetensors'), name);
    expect(pixels.length, name).toBe(expected.length);
    // float32 rounding of the same operations; one grey level is 1.5e-2 here.
    expect(
      pixels.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0),
      name,
    ).toBeLessThan(1e-6);
  }
});

test('a constant picture stays constant under every filter', () => {
  const size = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(
      size,
      size,
      size,
      size,
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(...FILTERS),
      (width, height, toWidth, toHeight, value, filter) => {
        const image = { width, height, data: new Uint8Array(width * height * 3).fill(value) };
        const resized = resizeImage(image, toWidth, toHeight, filter);
        return resized.data.length === toWidth * toHeight * 3 && resized.data.every((byte) => byte === value);
      },
    ),
    { numRuns: 60 },
  );
});

test('a file that is no picture, or is cut off, is an error that names it', async () => {
  const folder = await temporaryFolder();
  const text = join(folder, 'text.png');
  await writeFile(text, 'not a picture');
  await expect(decodeImage(text)).rejects.toMatchObject({ code: 'image-undecodable', where: text });
  const cut = join(folder, 'cut.png');
  await writeFile(cut, readFileSync(join(FOLDER, 'source.png')).subarray(0, 2000));
  await expect(decodeImage(cut)).rejects.toMatchObject({ code: 'image-undecodable', where: cut });
  await expect(decodeImage(join(folder, 'none.png'))).rejects.toMatchObject({ code: 'file-not-found' });
});

describe('patches of a box', () => {
  const grid = { rows: 8, columns: 8, patch: 14 };
  const square = place({ width: 224, height: 224 }, { kind: 'shortest-edge', edge: 112 }, { width: 112, height: 112 });

  test('are those whose centre it holds', () => {
    // 28 pixels of the picture a patch; centres at 14, 42, 70, …
    expect(patchesOfBox([28, 0, 56, 28], { width: 224, height: 224 }, square, grid).patches).toEqual([1, 2]);
    expect(patchesOfBox([40, 40, 31, 3], { width: 224, height: 224 }, square, grid).patches).toEqual([9, 10]);
  });

  test('or the one that holds its centre, when it holds none', () => {
    expect(patchesOfBox([44, 45, 10, 10], { width: 224, height: 224 }, square, grid).patches).toEqual([9]);
    expect(patchesOfBox([220, 220, 3, 3], { width: 224, height: 224 }, square, grid).patches).toEqual([63]);
  });

  test('follow the crop of a wide picture, and stay inside the grid', () => {
    const wide = place({ width: 448, height: 224 }, { kind: 'shortest-edge', edge: 112 }, { width: 112, height: 112 });
    expect(wide.left).toBe(56);
    expect(patchesOfBox([112, 0, 28, 28], { width: 448, height: 224 }, wide, grid).patches).toEqual([0]);
    expect(patchesOfBox([0, 0, 20, 20], { width: 448, height: 224 }, wide, grid).patches).toEqual([0]);
  });

  test('lie inside the grid for any box, and all patches are covered by the whole picture', () => {
    const coordinate = fc.double({ min: -50, max: 300, noNaN: true });
    fc.assert(
      fc.property(
        coordinate,
        coordinate,
        fc.double({ min: 0, max: 200, noNaN: true }),
        fc.double({ min: 0, max: 200, noNaN: true }),
        (x, y, w, h) => {
          const patches = patchesOfBox([x, y, w, h], { width: 224, height: 224 }, square, grid).patches;
          return patches.length > 0 && patches.every((patch) => Number.isInteger(patch) && patch >= 0 && patch < 64);
        },
      ),
    );
    expect(patchesOfBox([0, 0, 224, 224], { width: 224, height: 224 }, square, grid).patches).toHaveLength(64);
  });
});

test('processors that can’t be followed are refused, with the reason', () => {
  const config = (extra: object): Parameters<typeof imageProcessor>[0] =>
    preprocessorSchema.parse({ size: { shortest_edge: 20 }, crop_size: 20, do_normalize: false, ...extra });
  expect(() => imageProcessor(config({ do_pad: true }), 'f', null)).toThrow(/pads pictures/);
  expect(() => imageProcessor(config({ do_center_crop: false }), 'f', null)).toThrow(/differing sizes/);
  expect(() => imageProcessor(config({ do_normalize: true }), 'f', null)).toThrow(/image_mean/);
});
