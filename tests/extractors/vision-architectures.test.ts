/**
 * Vision encoders of every kind against PyTorch: pixels, every layer, Hugging Face's indices, and the rows that are
 * pooled of them.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { Layer, Selection } from '../../core/artifacts/hidden-states.ts';
import { row } from '../../core/matrix.ts';
import { join } from 'node:path';
import { type Checkpoint, extract } from '../../extractors/index.ts';
import {
  type Architecture,
  itemOf,
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

interface Expected {
  /** Rows before the patches. */
  prefix: number;
  grid: number;
  names: string;
}
const blocks = (count: number): string => Array.from({ length: count }, (_, i) => `${i}.attn ${i}`).join(' ');
const EXPECTED: Record<string, Expected> = {
  vit: { prefix: 1, grid: 6, names: `embed ${blocks(3)} out` },
  deit: { prefix: 2, grid: 6, names: `embed ${blocks(3)} out` },
  'dinov2-registers': { prefix: 5, grid: 4, names: `embed ${blocks(3)} out` },
  'clip-vision': { prefix: 1, grid: 6, names: `embed ${blocks(3)}` },
  'siglip-vision': { prefix: 0, grid: 6, names: `embed ${blocks(3)} out` },
  'vit-mae': { prefix: 1, grid: 6, names: `embed ${blocks(3)} out` },
  resnet: { prefix: 0, grid: 0, names: 'embed stage1 stage2.0 stage2 stage3' },
  convnextv2: { prefix: 0, grid: 0, names: 'embed stage1 stage2.0 stage2 stage3' },
  swin: {
    prefix: 0,
    grid: 16,
    names:
      'embed stage1.0.attn stage1.0 stage1.1.attn stage1 stage2.embed stage2.0.attn stage2.0 stage2.1.attn stage2 out',
  },
};

/** Name in the fixture, whose blocks are numbered through all stages. */
function fixtureName(layer: Layer, layers: readonly Layer[]): string {
  if (layer.kind !== 'block') return layer.name;
  return `vision.${layers.filter(({ kind }) => kind === 'block').indexOf(layer)}`;
}

/** [C, H, W] to rows of C numbers. */
function channelsLast(data: Float32Array, channels: number): Float32Array {
  const rows = data.length / channels;
  return Float32Array.from(data, (_, i) => data[(i % channels) * rows + Math.floor(i / channels)]);
}

describe.each(Object.entries(EXPECTED))('%s', (name, expected) => {
  let checkpoint: Checkpoint;
  let fixture: Architecture;
  const convolutional = expected.grid === 0;
  beforeAll(async () => {
    checkpoint = await openArchitecture(name);
    fixture = await readArchitecture(name);
  });

  test('has these layers', () => {
    expect(checkpoint.layers.map((layer) => layer.name.replace('vision.', '')).join(' ')).toBe(expected.names);
    expect(checkpoint.vision!.found.uniform).toBe(!expected.names.includes('stage'));
    expect(checkpoint.text).toBe(null);
  });

  test.each(['square', 'wide'])('pixels and every layer of %s are PyTorch’s', async (picture) => {
    const visual = await visualOf(checkpoint, `${picture}.png`);
    const pixels = visual.feeds[checkpoint.vision!.input].values as Float32Array;
    const wanted = await fixture.tensor(`${picture}/pixels`);
    // 2 grey levels of 255 before normalisation are allowed; after it a level is 1 / (255 · std), std ≥ 0.22 in all of
    // these.
    expect(pixels.length).toBe(wanted.length);
    expect(pixels.reduce((most, value, i) => Math.max(most, Math.abs(value - wanted[i])), 0)).toBeLessThan(
      2 / 255 / 0.5,
    );
    // The layers on PyTorch's own pixels, so that only the graph is compared.
    const feeds = {
      ...visual.feeds,
      [checkpoint.vision!.input]: { values: wanted, dims: visual.feeds[checkpoint.vision!.input].dims },
    };
    const values = await tensorsOf(checkpoint.vision!.graph, feeds, checkpoint.layers);
    let compared = 0;
    for (const layer of checkpoint.layers) {
      const got = values.get(layer.name)!;
      const own = `${picture}/${fixtureName(layer, checkpoint.layers)}`;
      const state = `${picture}/hidden_states.${layer.huggingFaceIndex}`;
      for (const tensor of [own, state]) {
        if (!fixture.header.tensors.has(tensor)) continue;
        compared++;
        const { shape } = fixture.header.tensors.get(tensor)!;
        const wantedRows = await fixture.tensor(tensor);
        const error =
          shape.length === 3
            ? tensorError(channelsLast(got, shape[0]), channelsLast(wantedRows, shape[0]), shape[0])
            : tensorError(got, wantedRows, shape.at(-1)!);
        expect(error, `${layer.name} against ${tensor}`).toBeLessThan(TOLERANCE);
      }
    }
    expect(compared).toBeGreaterThanOrEqual(checkpoint.layers.filter(({ kind }) => kind === 'block').length + 1);
  });

  test('Hugging Face’s indices', () => {
    for (const layer of checkpoint.layers) {
      const index = fixture.indices[fixtureName(layer, checkpoint.layers)];
      if (index !== undefined) expect(layer.huggingFaceIndex, layer.name).toBe(index);
    }
    const indices = checkpoint.layers.flatMap(({ huggingFaceIndex }) => huggingFaceIndex ?? []);
    expect(indices).toEqual(indices.map((_, i) => i));
  });

  test('rows of the class token, all patches and an object’s patches are read from the right tokens', async () => {
    // The left upper quarter of the picture.
    const objects = [{ name: 'a', box: [0, 0, 1, 1] as [number, number, number, number] }];
    const item = fixture.items[0];
    const visual = await visualOf(checkpoint, item.images[0]);
    const [{ width: w, height: h }] = visual.originals;
    objects[0].box = [0, 0, w / 2, h / 2];
    const given = itemOf(item, objects);
    const set = setOf(PICTURES, [
      {
        id: 'p',
        group: 'g',
        axis: 'distance',
        kind: 'question-swap',
        conditions: {},
        first: given,
        second: { ...given, item: 'other' },
        nuisance: {},
      },
    ]);
    const { states } = await extract({
      checkpoint,
      set,
      directory: join(await temporaryFolder(), name),
      layers: checkpoint.layers.map((layer) => layer.name),
    });
    const values = await tensorsOf(checkpoint.vision!.graph, visual.feeds, checkpoint.layers);
    for (const layer of states.header.layers) {
      expect(states.header.selections[layer.name]).toEqual([
        'patches:1',
        'image',
        ...(expected.prefix > 0 ? ['cls'] : []),
      ]);
      const data = values.get(layer.name)!;
      const tokens = data.length / layer.width;
      const edge = Math.sqrt(tokens - expected.prefix);
      expect(Number.isInteger(edge), layer.name).toBe(true);
      const rows = convolutional ? channelsLast(data, layer.width) : data;
      const patch = (y: number, x: number): number => expected.prefix + y * edge + x;
      const half = Array.from({ length: (edge / 2) ** 2 }, (_, i) => patch(Math.floor(i / (edge / 2)), i % (edge / 2)));
      const regions: [Selection, number[]][] = [
        ['image', Array.from({ length: edge ** 2 }, (_, i) => expected.prefix + i)],
        ['patches:1', half],
        ...(expected.prefix > 0 ? ([['cls', [0]]] as [Selection, number[]][]) : []),
      ];
      // A crop moves the quarter by less than half a patch only where nothing is cropped.
      const cropped = visual.tiles[0].placement.left !== 0 || visual.tiles[0].placement.top !== 0;
      for (const [selection, positions] of regions) {
        if (selection === 'patches:1' && (cropped || edge % 2 !== 0)) continue;
        expect(
          rowError([row(await states.read(layer.name, selection), 0)], [meanRow(rows, layer.width, positions)]),
          `${layer.name}@${selection}`,
        ).toBeLessThan(TOLERANCE);
      }
    }
  });
});
