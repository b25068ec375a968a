/** Checkpoints over 2 GB (sparse files stand in for the weights), and graphs that aren't sound. */
import { closeSync, ftruncateSync, openSync, statSync } from 'node:fs';
import { chmod, cp, readdir, rename, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { PlumblineError } from '../../core/errors.ts';
import { findLayers, inspectCheckpoint, openCheckpoint } from '../../extractors/index.ts';
import type { OnnxGraph, OnnxNode } from '../../extractors/onnx/model.ts';
import { ARCHITECTURES, openArchitecture, readArchitecture, tensorError, tensorsOf } from './architectures.ts';
import { bytesRead, temporaryFolder } from './support.ts';
import { SLOW } from '../slow.ts';

const SIZE = 2.5 * 2 ** 30;
let folder: string;

beforeAll(async () => {
  folder = join(await temporaryFolder(), 'large');
  await cp(join(ARCHITECTURES, 'vit-external'), folder, { recursive: true });
  // The weights' offsets stay; what follows them is a hole.
  const file = openSync(join(folder, 'onnx', 'model.onnx_data'), 'r+');
  ftruncateSync(file, SIZE);
  closeSync(file);
});

test('inspection reads no weights', async () => {
  const memory = process.memoryUsage().rss;
  const { result, bytes } = await bytesRead(() => inspectCheckpoint(folder));
  const { graphs, layers } = result;
  expect(graphs[0].externalBytes).toBeGreaterThan(SIZE);
  expect(layers).toHaveLength(8);
  // The graph beside the weights is 63 kB.
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(2 ** 20);
  expect(process.memoryUsage().rss - memory).toBeLessThan(100e6);
});

describe('its layers are read without the weights in memory', () => {
  const check = async (): Promise<void> => {
    const checkpoint = await openCheckpoint(folder);
    const fixture = await readArchitecture('vit');
    const memory = process.memoryUsage().rss;
    const values = await tensorsOf(
      checkpoint.vision!.graph,
      { pixel_values: { values: await fixture.tensor('square/pixels'), dims: [1, 3, 48, 48] } },
      checkpoint.layers,
    );
    for (const layer of checkpoint.layers)
      expect(
        tensorError(values.get(layer.name)!, await fixture.tensor(`square/${layer.name}`), 32),
        layer.name,
      ).toBeLessThan(1e-4);
    expect(process.memoryUsage().rss - memory).toBeLessThan(500e6);
    // Nothing is left behind.
    expect((await readdir(join(folder, 'onnx'))).sort()).toEqual([
      'model.onnx',
      'model.onnx_data',
      'model.onnx_data_1',
    ]);
  };

  test('in a folder that can be written to', check);

  test('in a folder that can only be read', async () => {
    for (const path of [join(folder, 'onnx'), folder]) await chmod(path, 0o555);
    try {
      await check();
    } finally {
      for (const path of [folder, join(folder, 'onnx')]) await chmod(path, 0o755);
    }
  });
});

test('weights that are cut off or missing are an error that names the file', async () => {
  const broken = join(await temporaryFolder(), 'broken');
  await cp(join(ARCHITECTURES, 'vit-external'), broken, { recursive: true });
  const data = join(broken, 'onnx', 'model.onnx_data');
  const { size } = statSync(data);
  await truncate(data, Math.floor(size / 2));
  const checkpoint = await openCheckpoint(broken);
  await expect(
    tensorsOf(
      checkpoint.vision!.graph,
      { pixel_values: { values: new Float32Array(3 * 48 * 48), dims: [1, 3, 48, 48] } },
      checkpoint.layers,
    ),
  ).rejects.toMatchObject({ code: 'onnx-runtime', where: join(broken, 'onnx', 'model.onnx') });
  await rename(data, `${data}.old`);
  await expect(openCheckpoint(broken)).rejects.toMatchObject({ code: 'file-not-found', where: data });
  await rm(broken, { recursive: true });
});

test('feeds of another shape than the graph takes are an error that names the graph', async () => {
  const { vision, layers } = await openArchitecture('vit');
  await expect(
    tensorsOf(vision!.graph, { pixel_values: { values: new Float32Array(3 * 40 * 40), dims: [1, 3, 40, 40] } }, layers),
  ).rejects.toMatchObject({
    code: 'onnx-runtime',
    where: vision!.graph.path,
    message: expect.stringContaining('dimensions') as string,
  });
});

describe('graphs put together at random', () => {
  const OPS = [
    'Add',
    'MatMul',
    'Conv',
    'MaxPool',
    'LayerNormalization',
    'Relu',
    'Reshape',
    'Concat',
    'If',
    'Shape',
    'SkipLayerNormalization',
    'BatchNormalization',
    'ReduceMean',
    'GlobalAveragePool',
    'Mul',
  ];
  const attributes = new Map([['strides', { i: null, ints: [2, 2], tensor: null, graph: null }]]);
  const arbitraryNode = fc.record({
    op: fc.constantFrom(...OPS),
    inputs: fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }),
    strided: fc.boolean(),
  });
  const graphOf = (list: readonly { op: string; inputs: number[]; strided: boolean }[], cyclic: boolean): OnnxGraph => {
    const nodes = list.map(({ op, inputs, strided }, i): OnnxNode => ({
      name: '',
      op,
      domain: '',
      outputs: [`t${i + 1}`],
      attributes: strided ? attributes : new Map(),
      captures: [],
      inputs: inputs.map((at) => `t${cyclic ? at : at % (i + 1)}`),
    }));
    return { name: '', nodes, inputs: [], outputs: [], initializers: [], valueInfo: [], fields: [] };
  };

  test('give layers, or an error of ours that says why not', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryNode, { minLength: 1, maxLength: 40 }),
        fc.boolean(),
        fc.constantFrom('vision' as const, 'text' as const),
        (list, cyclic, part) => {
          const graph = graphOf(list, cyclic);
          try {
            const { layers, cuts } = findLayers(graph, {
              part,
              file: 'g.onnx',
              input: 't0',
              output: `t${list.length}`,
              lastStateIsNormed: true,
            });
            expect(new Set(layers.map(({ name }) => name)).size).toBe(layers.length);
            for (const { tensor } of layers) expect(cuts.tensors).toContain(tensor);
          } catch (error) {
            if (!(error instanceof PlumblineError)) throw error;
            expect(['no-layers', 'cyclic-graph']).toContain(error.code);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('of two hundred thousand nodes, with no more looks at a node than in a small graph', SLOW, () => {
    const looksPerNode = (count: number): number => {
      const list = Array.from({ length: count }, (_, i) => ({
        op: i % 5 === 4 ? 'Add' : 'Relu',
        inputs: i % 5 === 4 ? [i, i - 4] : [i],
        strided: false,
      }));
      const graph = graphOf(list, true);
      let looks = 0;
      const nodes = graph.nodes.map(
        (node) => new Proxy(node, { get: (from, key) => (looks++, Reflect.get(from, key) as unknown) }),
      );
      const { layers } = findLayers(
        { ...graph, nodes },
        { part: 'vision', file: 'g.onnx', input: 't0', output: `t${count}`, lastStateIsNormed: false },
      );
      expect(layers.length).toBe(count / 5 + 1);
      return looks / count;
    };
    expect(looksPerNode(200_000)).toBeCloseTo(looksPerNode(2_000), 1);
  });
});
