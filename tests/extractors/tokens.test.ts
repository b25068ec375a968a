/**
 * What is said of tokens: ids, patches and selections agree with what extraction reads; the drawing shows patches where
 * they are.
 */
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import sharp from 'sharp';
import {
  describeTokens,
  drawTokens,
  loadVisuals,
  openCheckpoint,
  type Checkpoint,
  type PromptDescription,
} from '../../extractors/index.ts';
import { rowsOfBox } from '../../extractors/families/layout.ts';
import { drawPatches } from '../../extractors/preprocess/draw-patches.ts';
import { decodeImage } from '../../extractors/preprocess/image.ts';
import { openArchitecture, PICTURES, visualOf } from './architectures.ts';
import { CHECKPOINT, inOrder, PARITY, parityItems, paritySet, temporaryFolder } from './support.ts';
import { SLOW } from '../slow.ts';

let checkpoint: Checkpoint;
let described: PromptDescription;
const item = paritySet().pairs[0].first;
const [parity] = parityItems();
beforeAll(async () => {
  checkpoint = await openCheckpoint(CHECKPOINT);
  described = describeTokens(
    checkpoint,
    item,
    await loadVisuals(checkpoint.vision!, PARITY, checkpoint.vision!.visuals(item)),
  );
});
const reading = (selection: string): number[] =>
  described.tokens
    .filter(({ selections }) => selections.some((one) => one === selection))
    .map(({ position }) => position);

test('ids and positions are PyTorch’s', () => {
  expect(described.tokens.map(({ id }) => id)).toEqual(parity.ids);
  expect(described.tokens.map(({ position }) => position)).toEqual(parity.ids.map((_, i) => i));
  expect(described.text).toBe(parity.prompt);
  expect(reading('last')).toEqual([parity.ids.length - 1]);
  inOrder(parity).forEach(({ position }, k) => expect(reading(`words:${k + 1}`)).toEqual([position]));
});

test('image tokens say which patch they stand for; patches:k are the ones under the object’s box', async () => {
  const [visual] = await loadVisuals(checkpoint.vision!, PARITY, checkpoint.vision!.visuals(item));
  const start = parity.ids.indexOf(4);
  expect(described.tokens.filter(({ image }) => image)).toHaveLength(64);
  for (const { position, patch, image } of described.tokens) {
    if (image)
      expect(patch).toEqual({
        visual: 0,
        pictures: [0],
        tile: 0,
        row: Math.floor((position - start) / 8),
        column: (position - start) % 8,
        patch: position - start,
      });
    else expect(patch).toBe(null);
  }
  item.objects.forEach(({ box }, k) =>
    expect(reading(`patches:${k + 1}`)).toEqual(rowsOfBox(visual, visual.features!, box!).map((row) => start + row)),
  );
});

describe('the drawing', () => {
  const pixel = (data: Uint8Array, width: number, x: number, y: number): number[] => [
    ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
  ];

  test('tints exactly the patches under the boxes and rules the grid', async () => {
    const [visual] = await loadVisuals(checkpoint.vision!, PARITY, checkpoint.vision!.visuals(item));
    const grey = { width: 112, height: 112, data: new Uint8Array(112 * 112 * 3).fill(100) };
    const tiles = visual.features!.tiles.map((tile) => ({
      ...tile,
      placement: { resized: { width: 112, height: 112 }, output: { width: 112, height: 112 }, left: 0, top: 0 },
    }));
    const { data, width, height } = drawPatches([
      { image: grey, tiles, marks: [{ object: 0, rows: [9] }], label: () => 0 },
    ]);
    // 112 pixels drawn nine times as large: a patch of 14 is 126.
    expect([width, height]).toEqual([1008, 1008]);
    const tinted: number[] = [];
    for (let patch = 0; patch < 64; patch++) {
      const [r, g, b] = pixel(data, width, (patch % 8) * 126 + 100, Math.floor(patch / 8) * 126 + 100);
      if (r !== g) tinted.push(patch);
      else expect([r, g, b]).toEqual([100, 100, 100]);
    }
    expect(tinted).toEqual([9]);
    for (const line of [0, 126, 252]) expect(pixel(data, width, line, 60)[0]).toBeLessThan(50);
  });

  test('darkens what a crop cuts off, and puts overlapping crops and several pictures side by side', async () => {
    const dino = await openArchitecture('dinov2-registers');
    const visual = await visualOf(dino, 'wide.png');
    const image = await decodeImage(join(PICTURES, 'wide.png'));
    const white = { ...image, data: new Uint8Array(image.data.length).fill(255) };
    const tiles = visual.tiles.map((tile) => ({ ...tile, rows: Int32Array.from({ length: 16 }, (_, i) => i) }));
    const one = drawPatches([{ image: white, tiles, marks: [], label: () => 0 }]);
    expect(pixel(one.data, one.width, 2, one.height >> 1)[0]).toBeLessThan(100);
    // The middle of a patch beside the picture's middle.
    expect(pixel(one.data, one.width, (one.width >> 1) + 20, (one.height >> 1) + 20)).toEqual([255, 255, 255]);
    const twice = drawPatches([{ image: white, tiles: [...tiles, ...tiles], marks: [], label: () => 0 }]);
    expect(twice.width).toBe(2 * one.width + 8);
    const drawn = await drawTokens(dino, { ...item, images: ['wide.png', 'square.png'], objects: [] }, PICTURES, [
      visual,
      await visualOf(dino, 'square.png'),
    ]);
    expect(drawn.width).toBeGreaterThan(one.width + 8);
  });
});

test('the command prints the prompt and draws; it finds items of a set', SLOW, async () => {
  const folder = await temporaryFolder();
  const run = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'tokens', ...args], { encoding: 'utf8' });
  const drawn = join(folder, 'patches.png');
  const image = join(PICTURES, 'wide.png');
  const { stdout, status, stderr } = run(
    CHECKPOINT,
    '--question',
    'Is the red cube left of the blue cone?',
    '--objects',
    'red cube',
    'blue cone',
    '--image',
    image,
    '--draw',
    drawn,
  );
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/4–11 +4 +"<image>" +picture 0 row 0 columns 0–7/);
  expect(stdout).toMatch(/" cube" +words:1/);
  expect((await sharp(drawn).metadata()).format).toBe('png');
  const json = JSON.parse(run(CHECKPOINT, '--question', 'Is it?', '--json').stdout) as PromptDescription;
  expect(json.tokens.some(({ image: isImage }) => isImage)).toBe(false);
  const nothing = run(CHECKPOINT, '--question', 'Is it?', '--draw', drawn);
  expect(nothing.status).not.toBe(0);
  expect(nothing.stderr).toMatch(/no pictures to draw/);
});
