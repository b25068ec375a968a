/**
 * Vision-language models of every family against PyTorch: pixels, token ids, positions, every layer, option scores; and
 * which patch is which token.
 */
import { readFileSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Item, Pair } from '../../core/artifacts/contrast-set.ts';
import type { Layer } from '../../core/artifacts/hidden-states.ts';
import { row } from '../../core/matrix.ts';
import { openGraph } from '../../extractors/checkpoint/graph-file.ts';
import type { Layout, Visual } from '../../extractors/families/family.ts';
import { rowsOfBox } from '../../extractors/families/layout.ts';
import { type Checkpoint, extract, openCheckpoint } from '../../extractors/index.ts';
import { editOnnx } from '../../extractors/onnx/edit.ts';
import { DATA_TYPE } from '../../extractors/onnx/model.ts';
import type { RgbImage } from '../../extractors/preprocess/image.ts';
import { layerShapes, layoutOf } from '../../extractors/run/layer-shapes.ts';
import { TextRunner } from '../../extractors/run/text.ts';
import { VisionRunner } from '../../extractors/run/vision.ts';
import { loadVisuals } from '../../extractors/run/visuals.ts';
import {
  type Architecture,
  type ArchitectureItem,
  ARCHITECTURES,
  openArchitecture,
  PICTURES,
  readArchitecture,
  tensorError,
  tensorsOf,
  visualOf,
} from './architectures.ts';
import { meanRow, rowError, setOf, temporaryFolder } from './support.ts';

/** methods §7. */
const TOLERANCE = 1e-4;
const GREY_LEVELS = 2;

interface VlmItem extends ArchitectureItem {
  media: 'pictures' | 'clip';
  question: string;
  ids: number[];
  options: string[];
  scores: Record<string, number>;
  positions?: number[][];
}

interface Expected {
  modelType: string;
  visionBlocks: number;
  visionOut: boolean;
  /** Smallest standard deviation by which pixels are divided. */
  std: number;
}
const FAMILIES: Record<string, Expected> = {
  'qwen2-vl': { modelType: 'qwen2_vl', visionBlocks: 2, visionOut: true, std: 0.26 },
  'qwen2.5-vl': { modelType: 'qwen2_5_vl', visionBlocks: 3, visionOut: true, std: 0.26 },
  smolvlm: { modelType: 'smolvlm', visionBlocks: 2, visionOut: true, std: 0.5 },
  idefics3: { modelType: 'idefics3', visionBlocks: 2, visionOut: true, std: 0.5 },
  paligemma: { modelType: 'paligemma', visionBlocks: 2, visionOut: true, std: 0.5 },
  'llava-onevision': { modelType: 'llava_onevision', visionBlocks: 2, visionOut: false, std: 0.26 },
  gemma3: { modelType: 'gemma3', visionBlocks: 2, visionOut: true, std: 0.5 },
  internvl: { modelType: 'internvl', visionBlocks: 2, visionOut: false, std: 0.22 },
};
const TEXT_BLOCKS = 2;
const fixtureImageToken = (name: string): number =>
  (JSON.parse(readFileSync(join(ARCHITECTURES, name, 'parity', 'items.json'), 'utf8')) as { imageToken: number })
    .imageToken;

const blocks = (part: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => [`${part}.${i}.attn`, `${part}.${i}`]).flat();

describe.each(Object.entries(FAMILIES))('%s', (name, expected) => {
  let checkpoint: Checkpoint;
  let fixture: Architecture;
  let items: VlmItem[];
  const visuals = new Map<string, Visual[]>();
  beforeAll(async () => {
    checkpoint = await openArchitecture(name);
    fixture = await readArchitecture(name);
    items = fixture.items as VlmItem[];
    for (const item of items)
      visuals.set(item.id, await loadVisuals(checkpoint.vision!, PICTURES, checkpoint.vision!.visuals(item)));
  });
  const ofPart = (part: Layer['part']): Layer[] => checkpoint.layers.filter((layer) => layer.part === part);
  const promptOf = (item: VlmItem) => checkpoint.text!.prompt(item, visuals.get(item.id)!);

  test('layers, their order and Hugging Face’s indices', () => {
    expect(checkpoint.modelType).toBe(expected.modelType);
    expect(checkpoint.layers.map((layer) => layer.name)).toEqual([
      'vision.embed',
      ...blocks('vision', expected.visionBlocks),
      ...(expected.visionOut ? ['vision.out'] : []),
      'projector',
      'text.embed',
      ...blocks('text', TEXT_BLOCKS),
      'text.out',
    ]);
    for (const layer of ofPart('text'))
      expect(layer.huggingFaceIndex, layer.name).toBe(fixture.indices[layer.name] ?? null);
    expect(checkpoint.layers.every(({ width }) => width === 32)).toBe(true);
  });

  test('pixels are those of Hugging Face’s Pillow processor', async () => {
    for (const item of items) {
      const wanted = await fixture.tensor(`${item.id}/pixel_values`);
      const got = Float32Array.from(
        visuals.get(item.id)!.flatMap(({ feeds }) => [...(feeds[checkpoint.vision!.input].values as Float32Array)]),
      );
      expect(got.length, item.id).toBe(wanted.length);
      const worst = got.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0);
      expect(worst * 255 * expected.std, item.id).toBeLessThan(GREY_LEVELS);
    }
  });

  test('token ids, and positions where they are not plain', () => {
    for (const item of items) {
      const prompt = promptOf(item);
      expect(prompt.ids, item.id).toEqual(item.ids);
      if (item.positions === undefined) continue;
      const given = checkpoint.text!.inputs!([
        { ids: prompt.ids, prompt, visuals: visuals.get(item.id)! },
      ]).position_ids;
      expect(given.dims).toEqual([3, 1, item.ids.length]);
      expect(given.values).toEqual(item.positions.flat());
    }
  });

  test('every layer of the vision encoder, and the projector, on PyTorch’s pixels', async () => {
    const { graph, input, output } = checkpoint.vision!;
    const layers = [
      ...ofPart('vision'),
      ...(checkpoint.vision!.tail === undefined ? [{ name: 'projector', tensor: output }] : []),
    ];
    for (const item of items.filter(({ id }) => id !== 'two')) {
      const [visual] = visuals.get(item.id)!;
      const pixels = await fixture.tensor(`${item.id}/pixel_values`);
      const got = await tensorsOf(
        graph,
        { ...visual.feeds, [input]: { values: pixels, dims: visual.feeds[input].dims } },
        layers,
      );
      for (const layer of layers)
        expect(
          tensorError(got.get(layer.name)!, await fixture.tensor(`${item.id}/${layer.name}`), 32),
          `${item.id} ${layer.name}`,
        ).toBeLessThan(TOLERANCE);
    }
  });

  test('every layer of the decoder at every token, and the logits', async () => {
    const layers = ofPart('text');
    const vision = await VisionRunner.open(checkpoint.vision!, [], { features: true });
    const text = await TextRunner.open(checkpoint.text!, layers);
    for (const item of items) {
      const features = [];
      for (const visual of visuals.get(item.id)!) features.push((await vision.run([visual], [[]])).features![0]);
      const wanted = await fixture.tensor(`${item.id}/logits`);
      const everything = Array.from(wanted, (_, token) => token);
      const output = await text.run(
        [
          {
            ids: item.ids,
            prompt: promptOf(item),
            visuals: visuals.get(item.id)!,
            features,
            pools: item.ids.map((_, i) => [i]),
            heads: [item.ids.length - 1],
          },
        ],
        everything,
      );
      for (const { name: layer } of layers)
        expect(
          tensorError(output.pooled.get(layer)!, await fixture.tensor(`${item.id}/${layer}`), 32),
          `${item.id} ${layer}`,
        ).toBeLessThan(TOLERANCE);
      expect(rowError([output.logits], [wanted])).toBeLessThan(TOLERANCE);
    }
    await vision.release();
    await text.release();
  });

  test('extraction: option scores, the last token, the tokens of all pictures', async () => {
    const toItem = ({ id, media, images, question, options }: VlmItem): Item => ({
      item: id,
      media,
      images,
      question,
      options,
      answer: options[0],
      objects: [],
    });
    const pairs = items.map((item): Pair => ({
      id: item.id,
      group: item.id,
      axis: 'distance',
      kind: 'question-swap',
      conditions: {},
      first: toItem(item),
      second: { ...toItem(item), item: `${item.id}-again` },
      nuisance: {},
    }));
    const { states, answers } = await extract({
      checkpoint,
      set: setOf(PICTURES, pairs),
      directory: join(await temporaryFolder(), name),
      selections: ['last', 'image'],
    });
    const rows = new Map(answers.map(({ item }, i) => [item, i]));
    for (const item of items) {
      // Each item is there twice, so that the two share a batch.
      for (const id of [item.id, `${item.id}-again`])
        for (const option of item.options)
          expect(answers[rows.get(id)!].scores[option], `${id} ${option}`).toBeCloseTo(item.scores[option], 3);
      const tokens = await fixture.tensor(`${item.id}/text.0`);
      const images = [...new Set(promptOf(item).images.flat())];
      expect(
        rowError([row(await states.read('text.0', 'last'), rows.get(item.id)!)], [tokens.subarray(tokens.length - 32)]),
      ).toBeLessThan(TOLERANCE);
      // A mean of more than a hundred rows is shorter than they are, so its relative error is larger.
      expect(
        rowError([row(await states.read('text.0', 'image'), rows.get(item.id)!)], [meanRow(tokens, 32, images)]),
      ).toBeLessThan(10 * TOLERANCE);
    }
  });

  test('the rows of a quarter of the picture are those that change when it is painted', async () => {
    const size = 96;
    const { vision } = checkpoint;
    const paint = (left: number, top: number): RgbImage => {
      const data = new Uint8Array(3 * size * size);
      for (let y = top; y < top + size / 2; y++)
        data.fill(255, (y * size + left) * 3, (y * size + left + size / 2) * 3);
      return { width: size, height: size, data };
    };
    const [embed] = ofPart('vision');
    const shape = (await layerShapes(vision!, [embed])).get(embed.name)!;
    const prepare = (image: RgbImage): Visual => vision!.prepare({ kind: 'picture', images: ['painted'] }, [image]);
    const black = prepare({ width: size, height: size, data: new Uint8Array(3 * size * size) });
    const before = (await tensorsOf(vision!.graph, black.feeds, [embed])).get(embed.name)!;
    for (const [left, top] of [
      [0, 0],
      [48, 0],
      [0, 48],
      [48, 48],
    ]) {
      const visual = prepare(paint(left, top));
      const after = (await tensorsOf(vision!.graph, visual.feeds, [embed])).get(embed.name)!;
      const layout: Layout = layoutOf(shape, visual);
      expect(layout.length * 32).toBe(after.length);
      const change = Array.from({ length: layout.length }, (_, i) =>
        Math.hypot(...after.subarray(i * 32, (i + 1) * 32).map((value, j) => value - before[i * 32 + j])),
      );
      const painted = rowsOfBox(visual, layout, [left, top, size / 2, size / 2]);
      // Resampling bleeds across the border, but by less than half.
      const half = Math.max(...change) / 2;
      expect([...painted].sort((a, b) => a - b)).toEqual(change.flatMap((value, i) => (value > half ? [i] : [])));
      // The features' grid may be coarser; in each tile it covers the same quarter.
      const features = new Set(rowsOfBox(visual, visual.features!, [left, top, size / 2, size / 2]));
      expect(features.size).toBeGreaterThan(0);
      for (const { grid, rows, placement } of visual.features!.tiles) {
        const { resized, output } = placement;
        for (let cell = 0; cell < rows.length; cell++) {
          const x =
            (size * (((cell % grid.columns) + 0.5) * (output.width / grid.columns) + placement.left)) / resized.width;
          const y =
            (size * ((Math.floor(cell / grid.columns) + 0.5) * (output.height / grid.rows) + placement.top)) /
            resized.height;
          expect(features.has(rows[cell])).toBe(x >= left && x < left + size / 2 && y >= top && y < top + size / 2);
        }
      }
    }
  });
});

test('a family that isn’t known is named, and those that are', async () => {
  const folder = await temporaryFolder();
  await cp(join(ARCHITECTURES, 'gemma3'), folder, { recursive: true });
  const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as object;
  await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, model_type: 'molmo' }));
  await expect(openCheckpoint(folder)).rejects.toMatchObject({
    code: 'unsupported-model',
    message: expect.stringContaining('`molmo`') as string,
    hint: expect.stringContaining('qwen2_5_vl') as string,
  });
});

test('PaliGemma reads its whole prompt: options of several tokens are refused rather than scored wrongly', async () => {
  const checkpoint = await openArchitecture('paligemma');
  const item: Item = {
    item: 'a',
    images: ['square.png'],
    question: 'Where is it?',
    options: ['left of the ball', 'left of the box'],
    answer: 'left of the ball',
    objects: [],
  };
  const set = setOf(PICTURES, [
    {
      id: 'p',
      group: 'g',
      axis: 'distance',
      kind: 'question-swap',
      conditions: {},
      first: item,
      second: { ...item, item: 'b' },
      nuisance: {},
    },
  ]);
  await expect(
    extract({ checkpoint, set, directory: join(await temporaryFolder(), 'p'), selections: ['last'] }),
  ).rejects.toMatchObject({ code: 'unsupported-scoring' });
});

test('frames of one clip must have one size', async () => {
  const checkpoint = await openArchitecture('qwen2-vl');
  await expect(
    loadVisuals(checkpoint.vision!, PICTURES, [{ kind: 'clip', images: ['frame0.png', 'wide.png'] }]),
  ).rejects.toMatchObject({ code: 'frame-size', where: 'wide.png' });
});

test('float16 throughout: inputs, cache and outputs are converted, and answers keep within the bound', async () => {
  // 11 bits: 5e-4 a rounding, some dozens of them on the way through the three graphs.
  const bound = 2e-2;
  const checkpoint = await openArchitecture('internvl-fp16');
  const fixture = await readArchitecture('internvl');
  const plain = await openArchitecture('internvl');
  expect(checkpoint.layers.map((layer) => layer.name)).toEqual(plain.layers.map((layer) => layer.name));
  const vision = await VisionRunner.open(checkpoint.vision!, [], { features: true });
  const text = await TextRunner.open(
    checkpoint.text!,
    checkpoint.layers.filter(({ part }) => part === 'text'),
  );
  for (const item of fixture.items as VlmItem[]) {
    const visuals = await loadVisuals(checkpoint.vision!, PICTURES, checkpoint.vision!.visuals(item));
    const features = [];
    for (const visual of visuals) features.push((await vision.run([visual], [[]])).features![0]);
    const prompt = checkpoint.text!.prompt(item, visuals);
    const wanted = await fixture.tensor(`${item.id}/logits`);
    const output = await text.run(
      [
        {
          ids: prompt.ids,
          prompt,
          visuals,
          features,
          pools: prompt.ids.map((_, i) => [i]),
          heads: [prompt.ids.length - 1],
        },
      ],
      Array.from(wanted, (_, token) => token),
    );
    for (const [layer, rows] of output.pooled)
      expect(tensorError(rows, await fixture.tensor(`${item.id}/${layer}`), 32), layer).toBeLessThan(bound);
    expect(rowError([output.logits], [wanted])).toBeLessThan(bound);
  }
  await vision.release();
  await text.release();
});

test('LLaVA-OneVision without the newline’s embedding: every picture is one tile, as in exports for transformers.js', async () => {
  const folder = await temporaryFolder();
  await cp(join(ARCHITECTURES, 'llava-onevision'), folder, { recursive: true });
  const path = join(folder, 'onnx', 'vision_encoder.onnx');
  const { model } = openGraph({ directory: folder }, 'onnx/vision_encoder.onnx');
  await writeFile(path, editOnnx(path, model, { outputs: [{ name: 'image_features', dataType: DATA_TYPE.float }] }));
  const checkpoint = await openCheckpoint(folder);
  const item: Item = {
    item: 'a',
    images: ['wide.png'],
    question: 'Is it near or far?',
    options: ['near', 'far'],
    answer: 'far',
    objects: [],
  };
  const visuals = await loadVisuals(checkpoint.vision!, PICTURES, checkpoint.vision!.visuals(item));
  const prompt = checkpoint.text!.prompt(item, visuals);
  expect(prompt.images.map((positions) => positions.length)).toEqual([16]);
  expect(prompt.ids.filter((id) => id === fixtureImageToken('llava-onevision')).length).toBe(16);
  const set = setOf(PICTURES, [
    {
      id: 'p',
      group: 'g',
      axis: 'distance',
      kind: 'question-swap',
      conditions: {},
      first: item,
      second: { ...item, item: 'b' },
      nuisance: {},
    },
  ]);
  const { answers } = await extract({
    checkpoint,
    set,
    directory: join(await temporaryFolder(), 'states'),
    selections: ['last'],
  });
  expect(answers.map(({ item: id }) => id)).toEqual(['a', 'b']);
});

test('SigLIP 2 of any proportions (NaFlex): pixels, every layer, and the patches of a quarter', async () => {
  const checkpoint = await openArchitecture('siglip2-naflex');
  const fixture = await readArchitecture('siglip2-naflex');
  expect(checkpoint.layers.map((layer) => layer.name)).toEqual(['vision.embed', ...blocks('vision', 2), 'vision.out']);
  const { graph, input } = checkpoint.vision!;
  for (const item of fixture.items as (ArchitectureItem & { shape: [number, number] })[]) {
    const visual = await visualOf(checkpoint, item.images[0]);
    expect(visual.feeds.spatial_shapes.values).toEqual(item.shape);
    const pixels = visual.feeds[input].values as Float32Array;
    // The fixture's rows after those of the picture are padding.
    const wanted = (await fixture.tensor(`${item.id}/pixels`)).subarray(0, pixels.length);
    expect(pixels.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0) * 127.5).toBeLessThan(
      GREY_LEVELS,
    );
    const got = await tensorsOf(
      graph,
      { ...visual.feeds, [input]: { values: wanted, dims: visual.feeds[input].dims } },
      checkpoint.layers,
    );
    for (const layer of checkpoint.layers)
      expect(
        tensorError(got.get(layer.name)!, await fixture.tensor(`${item.id}/${layer.name}`), 32),
        `${item.id} ${layer.name}`,
      ).toBeLessThan(TOLERANCE);
    const layout = layoutOf(
      (await layerShapes(checkpoint.vision!, [checkpoint.layers[0]])).get('vision.embed')!,
      visual,
    );
    const [{ width, height }] = visual.originals;
    const [rows, columns] = item.shape;
    const quarter = Array.from({ length: rows * columns }, (_, i) => i).filter(
      (i) => (i % columns) + 0.5 < columns / 2 && Math.floor(i / columns) + 0.5 < rows / 2,
    );
    expect(rowsOfBox(visual, layout, [0, 0, width / 2, height / 2])).toEqual(quarter);
  }
});

test('LLaVA-OneVision packs tiles into tokens: rows that carry their coordinates arrive where the prompt says they are', async () => {
  const checkpoint = await openArchitecture('llava-onevision');
  // `wide` keeps its grid of 4 × 8 cells, of `square` 8 × 8 are shrunk to 5 × 5.
  for (const [image, shrunk] of [
    ['wide.png', false],
    ['square.png', true],
  ] as const) {
    const item: Item = {
      item: 'a',
      images: [image],
      question: 'Is it near or far?',
      options: ['near', 'far'],
      answer: 'far',
      objects: [],
    };
    const [visual] = await loadVisuals(checkpoint.vision!, PICTURES, checkpoint.vision!.visuals(item));
    const prompt = checkpoint.text!.prompt(item, [visual]);
    const { tiles, length } = visual.features!;
    const width = 3;
    // Tile 0 is the whole picture; the others lie in a grid of 2 × 2. Columns: which of the two, x, y in the grid; the
    // newline, last, is -1.
    const rows = new Float32Array((length + 1) * width).fill(-1);
    tiles.forEach((tile, t) =>
      tile.rows.forEach((row, cell) => {
        const [x, y] = [cell % 4, Math.floor(cell / 4)];
        rows.set(t === 0 ? [0, x, y] : [1, x + 4 * ((t - 1) % 2), y + 4 * Math.floor((t - 1) / 2)], row * width);
      }),
    );
    const target = new Float32Array(prompt.ids.length * width).fill(-9);
    checkpoint.text!.merge!(target, width, { ids: prompt.ids, prompt, visuals: [visual] }, [rows]);
    const imageId = fixtureImageToken('llava-onevision');
    prompt.ids.forEach((id, position) =>
      expect(target[position * width] === -9, String(position)).toBe(id !== imageId),
    );
    // Rows above the first and below the last that is kept are padding: `wide` fills the middle four of eight.
    const kept = (y: number): boolean => shrunk || (y >= 2 && y < 6);
    for (let row = 0; row < length; row++) {
      const own = rows.subarray(row * width, (row + 1) * width);
      if (own[0] === 1 && !kept(own[2])) continue;
      const at = prompt.images[0][row] * width;
      const found = target.subarray(at, at + width);
      if (own[0] === 0 || !shrunk) expect(found).toEqual(own);
      // A token of the shrunk grid is an average of cells less than one away.
      else for (const axis of [1, 2]) expect(Math.abs(found[axis] - own[axis])).toBeLessThan(1);
    }
    const lines = prompt.ids.flatMap((_, position) => (target[position * width] === -1 ? [position] : []));
    expect(lines.length).toBe(shrunk ? 5 : 4);
    expect(lines.slice(1).map((position, i) => position - lines[i])).toEqual(
      new Array(lines.length - 1).fill(shrunk ? 6 : 9),
    );
  }
});
