/** A vision encoder without language: the ViT of tests/fixtures/layers as a checkpoint folder. */
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { row } from '../../core/matrix.ts';
import { type Checkpoint, describePrompt, extract, inspectCheckpoint, openCheckpoint } from '../../extractors/index.ts';
import { DATA_TYPE } from '../../extractors/onnx/model.ts';
import { rowsOfBox, layoutOfTiles } from '../../extractors/families/layout.ts';
import { loadVisuals } from '../../extractors/run/visuals.ts';
import { floatsOf, openSession } from '../../extractors/run/session.ts';
import { meanRow, PARITY, paritySet, rowError, temporaryFolder } from './support.ts';

let folder: string;
let checkpoint: Checkpoint;
beforeAll(async () => {
  folder = await temporaryFolder();
  const directory = join(folder, 'vit');
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
  checkpoint = await openCheckpoint(directory);
});

test('has vision layers only, and no prompts', async () => {
  expect(checkpoint.text).toBe(null);
  expect(checkpoint.layers.map(({ name }) => name)).toEqual([
    'vision.embed',
    'vision.0.attn',
    'vision.0',
    'vision.1.attn',
    'vision.1',
    'vision.2.attn',
    'vision.2',
    'vision.out',
  ]);
  expect((await inspectCheckpoint(checkpoint)).prompt).toBe(null);
  expect(() => describePrompt(checkpoint, 'Is it?', [])).toThrow(/no prompts/);
});

test('is extracted without answers; rows are those of the graph itself', async () => {
  const set = paritySet();
  const { states, answers } = await extract({ checkpoint, set, directory: join(folder, 'states') });
  expect(answers).toEqual([]);
  expect(states.header.layers.map(({ name }) => name)).toEqual([
    'vision.embed',
    'vision.0',
    'vision.1',
    'vision.2',
    'vision.out',
  ]);
  const vision = checkpoint.vision!;
  const item = set.pairs[0].first;
  const [visual] = await loadVisuals(vision, PARITY, vision.visuals(item));
  const session = await openSession(vision.graph, { outputs: [{ name: vision.output, dataType: DATA_TYPE.float }] }, 1);
  const tokens = floatsOf(await session.feed(visual.feeds), vision.output).data;
  const first = rowsOfBox(visual, layoutOfTiles(visual.tiles, 1), item.objects[0].box!);
  const expected = { cls: [0], image: Array.from({ length: 16 }, (_, i) => 1 + i), 'patches:1': first };
  for (const [selection, positions] of Object.entries(expected))
    expect(
      rowError(
        [row(await states.read('vision.out', selection as keyof typeof expected), 0)],
        [meanRow(tokens, 32, positions)],
      ),
      selection,
    ).toBeLessThan(1e-5);
  await session.release();
  expect((await extract({ checkpoint, set, directory: join(folder, 'states') })).reused).toBe(true);
});
