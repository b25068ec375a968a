/**
 * The same models in other forms (precisions, external data, fused operators, old opsets, …): the same layers, within
 * the bound that the form allows.
 */
import { chmod, cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { row } from '../../core/matrix.ts';
import { type Checkpoint, checkpointHash, extract, openCheckpoint } from '../../extractors/index.ts';
import { TextRunner } from '../../extractors/run/text.ts';
import {
  type Architecture,
  ARCHITECTURES,
  itemOf,
  openArchitecture,
  PICTURES,
  readArchitecture,
  tensorError,
  tensorsOf,
  visualOf,
} from './architectures.ts';
import { rowError, setOf, temporaryFolder } from './support.ts';

interface Variant {
  base: string;
  bound: number;
}
const variantOf = (name: string): Variant =>
  JSON.parse(readFileSync(join(ARCHITECTURES, name, 'parity', 'items.json'), 'utf8')) as Variant;

const VISION = [
  'vit-fp16',
  'vit-external',
  'vit-fused',
  'deit-unnamed',
  'clip-constants',
  'siglip-batch1',
  'convnextv2-nhwc',
  'resnet-opset9',
];
const TEXT = ['qwen2-int8', 'qwen2-q4', 'qwen2-genai', 'bert-fused'];

function hasAllLayers(checkpoint: Checkpoint, base: Checkpoint): void {
  expect(checkpoint.layers.map((layer) => layer.name)).toEqual(base.layers.map((layer) => layer.name));
  for (const layer of checkpoint.layers) {
    const other = base.layers.find((candidate) => candidate.name === layer.name)!;
    expect([layer.huggingFaceIndex, layer.norm, layer.width], layer.name).toEqual([
      other.huggingFaceIndex,
      other.norm,
      other.width,
    ]);
  }
}

describe.each(VISION)('%s', (name) => {
  const { base, bound } = variantOf(name);

  test('every layer is that of the model it was made from', async () => {
    const checkpoint = await openArchitecture(name);
    hasAllLayers(checkpoint, await openArchitecture(base));
    const fixture = await readArchitecture(base);
    const { graph, input } = checkpoint.vision!;
    for (const item of fixture.items) {
      const visual = await visualOf(checkpoint, item.images[0]);
      const pixels = await fixture.tensor(`${item.id}/pixels`);
      const { dims } = visual.feeds[input];
      const values =
        dims[3] === 3
          ? Float32Array.from(pixels, (_, i) => pixels[(i % 3) * (pixels.length / 3) + Math.floor(i / 3)])
          : pixels;
      const got = await tensorsOf(graph, { ...visual.feeds, [input]: { values, dims } }, checkpoint.layers);
      for (const layer of checkpoint.layers) {
        const block =
          layer.kind === 'block'
            ? `vision.${checkpoint.layers.filter(({ kind }) => kind === 'block').indexOf(layer)}`
            : layer.name;
        const tensor = fixture.header.tensors.get(`${item.id}/${block}`);
        if (tensor === undefined) continue;
        const wanted = await fixture.tensor(`${item.id}/${block}`);
        const channels = tensor.shape.length === 3 ? tensor.shape[0] : null;
        const rows = (data: Float32Array): Float32Array =>
          channels === null
            ? data
            : Float32Array.from(
                data,
                (_, i) => data[(i % channels) * (data.length / channels) + Math.floor(i / channels)],
              );
        expect(
          tensorError(rows(got.get(layer.name)!), rows(wanted), channels ?? tensor.shape.at(-1)!),
          layer.name,
        ).toBeLessThan(bound);
      }
    }
  });

  test('extraction gives what the model itself gives', async () => {
    const fixture = await readArchitecture(base);
    const [first, second] = fixture.items.map((item) => itemOf(item));
    const set = setOf(PICTURES, [
      { id: 'p', group: 'g', axis: 'distance', kind: 'question-swap', conditions: {}, first, second, nuisance: {} },
    ]);
    const of = async (which: string): ReturnType<typeof extract> =>
      extract({ checkpoint: await openArchitecture(which), set, directory: join(await temporaryFolder(), which) });
    const [variant, original] = [await of(name), await of(base)];
    expect(variant.states.header.selections).toMatchObject(
      Object.fromEntries(
        variant.states.header.layers.map((layer) => [layer.name, original.states.header.selections[layer.name]]),
      ),
    );
    for (const layer of variant.states.header.layers)
      for (const selection of variant.states.header.selections[layer.name]) {
        const rows = async ({ states }: typeof variant): Promise<Float32Array[]> => {
          const matrix = await states.read(layer.name, selection);
          return [0, 1].map((i) => row(matrix, i));
        };
        expect(rowError(await rows(variant), await rows(original)), `${layer.name}@${selection}`).toBeLessThan(bound);
      }
  });
});

/** Every token of every text layer. */
async function textRows(
  checkpoint: Checkpoint,
  fixture: Architecture,
  index: number,
): Promise<Map<string, Float32Array>> {
  const item = fixture.items[index];
  const runner = await TextRunner.open(checkpoint.text!, checkpoint.layers);
  const prompt = checkpoint.text!.prompt(itemOf(item), []);
  expect(prompt.ids).toEqual(item.ids);
  const { pooled } = await runner.run(
    [
      {
        ids: prompt.ids,
        prompt,
        visuals: [],
        features: [],
        pools: prompt.ids.map((_, position) => [position]),
        heads: [0],
      },
    ],
    [0],
  );
  await runner.release();
  return new Map(pooled);
}

describe.each(TEXT)('%s', (name) => {
  const { base, bound } = variantOf(name);

  test('every layer is that of the model it was made from', async () => {
    const checkpoint = await openArchitecture(name);
    hasAllLayers(checkpoint, await openArchitecture(base));
    const fixture = await readArchitecture(base);
    for (const [index, item] of fixture.items.entries()) {
      const got = await textRows(checkpoint, fixture, index);
      for (const layer of checkpoint.layers)
        expect(
          tensorError(got.get(layer.name)!, await fixture.tensor(`${item.id}/${layer.name}`), layer.width),
          layer.name,
        ).toBeLessThan(bound);
    }
  });

  test('answers keep within the bound', async () => {
    const fixture = await readArchitecture(base);
    const [first, second] = fixture.items.map((item) => itemOf(item));
    const set = setOf('.', [
      { id: 'p', group: 'g', axis: 'distance', kind: 'question-swap', conditions: {}, first, second, nuisance: {} },
    ]);
    const { answers } = await extract({
      checkpoint: await openArchitecture(name),
      set,
      directory: join(await temporaryFolder(), name),
    });
    if (base === 'bert') expect(answers).toEqual([]);
    // The bound is relative to a hidden state of about unit entries; option scores are logsumexps of logits of a few
    // units.
    else
      for (const [i, { scores }] of answers.entries())
        for (const [option, score] of Object.entries(fixture.items[i].scores!))
          expect(Math.abs(scores[option] - score)).toBeLessThan(10 * bound);
  });
});

test('models with weights quantised on the fly run one at a time: rows don’t depend on the batch', async () => {
  const fixture = await readArchitecture('qwen2');
  const checkpoint = await openArchitecture('qwen2-int8');
  const [first, second] = fixture.items.map((item) => itemOf(item));
  const pair = {
    id: 'p',
    group: 'g',
    axis: 'distance',
    kind: 'question-swap' as const,
    conditions: {},
    nuisance: {},
  };
  const together = await extract({
    checkpoint,
    set: setOf('.', [{ ...pair, first, second }]),
    directory: join(await temporaryFolder(), 'together'),
  });
  const alone = await extract({
    checkpoint,
    set: setOf('.', [{ ...pair, first, second: first }]),
    directory: join(await temporaryFolder(), 'alone'),
  });
  expect(row(await alone.states.read('text.out', 'last'), 0)).toEqual(
    row(await together.states.read('text.out', 'last'), 0),
  );
  expect(second.item).not.toBe(first.item);
});

test('a folder that can only be read is read; the hash covers external data', async () => {
  const folder = join(await temporaryFolder(), 'readonly');
  await cp(join(ARCHITECTURES, 'vit-external'), folder, { recursive: true });
  for (const path of [join(folder, 'onnx'), folder]) await chmod(path, 0o555);
  try {
    const checkpoint = await openCheckpoint(folder);
    expect(checkpoint.files.filter((file) => file.includes('model.onnx')).sort()).toEqual([
      'onnx/model.onnx',
      'onnx/model.onnx_data',
      'onnx/model.onnx_data_1',
    ]);
    const before = (await readdir(join(folder, 'onnx'))).sort();
    const fixture = await readArchitecture('vit');
    const [first, second] = fixture.items.map((item) => itemOf(item));
    const set = setOf(PICTURES, [
      { id: 'p', group: 'g', axis: 'distance', kind: 'question-swap', conditions: {}, first, second, nuisance: {} },
    ]);
    await extract({ checkpoint, set, directory: join(await temporaryFolder(), 'states') });
    expect((await readdir(join(folder, 'onnx'))).sort()).toEqual(before);
    expect(await checkpointHash(checkpoint)).toBe(await checkpointHash(await openArchitecture('vit-external')));
  } finally {
    for (const path of [folder, join(folder, 'onnx')]) await chmod(path, 0o755);
  }
});

test('a decoder that optimum merged is read in the branch without a cache', async () => {
  const folder = join(await temporaryFolder(), 'merged');
  await cp(join(ARCHITECTURES, 'qwen2'), folder, { recursive: true, filter: (path) => !path.endsWith('.onnx') });
  await cp('tests/fixtures/merged/decoder_model_merged.onnx', join(folder, 'onnx', 'decoder_model_merged.onnx'));
  const checkpoint = await openCheckpoint(folder);
  hasAllLayers(checkpoint, await openArchitecture('qwen2'));
  const fixture = await readArchitecture('qwen2');
  for (const [index, item] of fixture.items.entries()) {
    const got = await textRows(checkpoint, fixture, index);
    for (const layer of checkpoint.layers)
      expect(
        tensorError(got.get(layer.name)!, await fixture.tensor(`${item.id}/${layer.name}`), layer.width),
        layer.name,
      ).toBeLessThan(1e-4);
  }
  const [first, second] = fixture.items.map((item) => itemOf(item));
  const set = setOf('.', [
    { id: 'p', group: 'g', axis: 'distance', kind: 'question-swap', conditions: {}, first, second, nuisance: {} },
  ]);
  const { answers } = await extract({ checkpoint, set, directory: join(await temporaryFolder(), 'merged-states') });
  for (const [i, { scores }] of answers.entries())
    for (const [option, score] of Object.entries(fixture.items[i].scores!))
      expect(scores[option]).toBeCloseTo(score, 3);
});
