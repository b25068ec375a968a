/** Reading and editing ONNX files at the wire level. */
import { closeSync, openSync, readFileSync, writeSync, ftruncateSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlumblineError } from '../../core/errors.ts';
import { openGraph } from '../../extractors/checkpoint/graph-file.ts';
import { editOnnx, findLayers, readOnnx, readOnnxFile } from '../../extractors/index.ts';
import {
  concatBytes,
  encodeNode,
  encodeValue,
  fieldHead,
  integerField,
  messageField,
  textField,
} from '../../extractors/onnx/encode.ts';
import { DATA_TYPE } from '../../extractors/onnx/model.ts';
import { memorySource } from '../../extractors/onnx/source.ts';
import { floatsOf, floatTensor, openSession } from '../../extractors/run/session.ts';
import { bytesRead, temporaryFolder } from './support.ts';

const FOLDER = 'tests/fixtures/layers';
const vit = new Uint8Array(readFileSync(join(FOLDER, 'vit.onnx')));

test('the structure of a PyTorch export', () => {
  const model = readOnnxFile(join(FOLDER, 'vit.onnx'));
  expect(model.opsets.get('')).toBe(17);
  expect(model.producer).toBe('pytorch');
  expect(model.graph.inputs.map(({ name, shape, dataType }) => ({ name, shape, dataType }))).toEqual([
    { name: 'pixel_values', shape: ['batch', 3, 32, 32], dataType: 1 },
  ]);
  expect(model.graph.outputs.map(({ name }) => name)).toEqual(['last_hidden_state']);
  const count = (op: string): number => model.graph.nodes.filter((node) => node.op === op).length;
  // 3 blocks with 2 norms each and the final one; 3 × (query, key, value, output, two MLP layers, and two products of
  // activations).
  expect(count('LayerNormalization')).toBe(7);
  expect(count('MatMul')).toBe(3 * 8);
  const patches = model.graph.initializers.find(({ name }) => name.endsWith('patch_embeddings.projection.weight'));
  expect(patches).toMatchObject({
    dims: [32, 3, 8, 8],
    dataType: DATA_TYPE.float,
    byteLength: 4 * 32 * 3 * 64,
    external: null,
  });
  expect(readOnnx(memorySource('memory', vit)).graph.nodes).toEqual(model.graph.nodes);
});

test('a graph in several pieces is merged, as protobuf says: appended bytes declare outputs', async () => {
  const extra = concatBytes([
    messageField(1, encodeNode({ op: 'Identity', inputs: ['last_hidden_state'], outputs: ['copy'] })),
    messageField(12, encodeValue({ name: 'copy', dataType: 1 })),
  ]);
  const model = readOnnx(memorySource('memory', concatBytes([vit, messageField(7, extra)])));
  expect(model.graph.outputs.map(({ name }) => name)).toEqual(['last_hidden_state', 'copy']);
  expect(model.graph.nodes.at(-1)).toMatchObject({ op: 'Identity', inputs: ['last_hidden_state'] });
  // And the merged file can be edited like any other.
  const path = join(await temporaryFolder(), 'merged.onnx');
  await writeFile(path, concatBytes([vit, messageField(7, extra)]));
  const graph = readOnnx(
    memorySource('edited', editOnnx(path, readOnnxFile(path), { outputs: [{ name: 'copy', dataType: 1 }] })),
  );
  expect(graph.graph.outputs.map(({ name }) => name)).toEqual(['copy']);
  expect(graph.graph.nodes).toHaveLength(model.graph.nodes.length);
});

describe('edits', () => {
  const pixels = Float32Array.from({ length: 2 * 3 * 32 * 32 }, (_, i) => Math.sin(i));
  const input = { pixel_values: floatTensor(pixels, [2, 3, 32, 32]) };
  const graph = openGraph({ directory: FOLDER }, 'vit.onnx');
  const output = { name: 'last_hidden_state', dataType: DATA_TYPE.float };
  const run = async (edit: Parameters<typeof openSession>[1], name: string): Promise<Float32Array> => {
    const session = await openSession(graph, edit, 1);
    const values = floatsOf(await session.run(input), name).data.slice();
    await session.release();
    return values;
  };

  test('an edit that changes nothing keeps the numbers', async () => {
    const plain = await run({ outputs: [output] }, output.name);
    const tapped = await run(
      {
        nodes: [{ op: 'Neg', inputs: [output.name], outputs: ['negated'] }],
        outputs: [output, { name: 'negated', dataType: DATA_TYPE.float }],
      },
      'negated',
    );
    expect([...tapped]).toEqual([...plain].map((value) => -value));
  });

  test('what the outputs don’t need is left out, with its weights', () => {
    const { layers } = findLayers(graph.model.graph, {
      part: 'vision',
      file: 'vit.onnx',
      input: 'pixel_values',
      output: output.name,
      lastStateIsNormed: false,
    });
    const embed = layers[0].tensor;
    const cut = readOnnx(
      memorySource('cut', editOnnx(graph.path, graph.model, { outputs: [{ name: embed, dataType: DATA_TYPE.float }] })),
    );
    expect(cut.size).toBeLessThan(graph.model.size / 3);
    expect(cut.graph.nodes.some(({ op }) => op === 'LayerNormalization')).toBe(false);
  });

  test('rewiring: a block that reads another tensor than before', async () => {
    const { layers, flow } = findLayers(graph.model.graph, {
      part: 'vision',
      file: 'vit.onnx',
      input: 'pixel_values',
      output: output.name,
      lastStateIsNormed: false,
    });
    const last = layers.find(({ name }) => name === 'vision.2')!.tensor;
    const before = layers.find(({ name }) => name === 'vision.1')!.tensor;
    const norm = flow.steps[flow.users.get(last)![0]];
    expect(norm.op).toBe('LayerNormalization');
    // Skipping block 2: the final norm of block 1's output, which a tap gives as well.
    const skipped = await run(
      { outputs: [output], rewire: new Map([[norm.node, new Map([[last, before]])]]) },
      output.name,
    );
    const expected = await run(
      {
        nodes: [
          {
            op: 'LayerNormalization',
            inputs: [before, ...norm.inputs.slice(1)],
            outputs: ['normed'],
            attributes: { axis: -1 },
          },
        ],
        outputs: [{ name: 'normed', dataType: DATA_TYPE.float }],
      },
      'normed',
    );
    // ViT's epsilon is 1e-12, the new node's 1e-5; the states' variance is about 1.
    expect(Math.max(...skipped.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(1e-4);
  });
});

test('external data is found beside the graph and read', async () => {
  const folder = await temporaryFolder();
  const entry = (key: string, value: string): Uint8Array =>
    messageField(13, concatBytes([textField(1, key), textField(2, value)]));
  const weights = concatBytes([
    integerField(1, 3),
    integerField(2, 1),
    textField(8, 'w'),
    entry('location', 'w.bin'),
    entry('offset', '4'),
    entry('length', '12'),
    integerField(14, 1),
  ]);
  const graph = concatBytes([
    messageField(1, encodeNode({ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] })),
    textField(2, 'g'),
    messageField(5, weights),
    messageField(11, encodeValue({ name: 'x', dataType: 1, shape: [3] })),
    messageField(12, encodeValue({ name: 'y', dataType: 1, shape: [3] })),
  ]);
  await writeFile(
    join(folder, 'g.onnx'),
    concatBytes([
      integerField(1, 8),
      messageField(8, concatBytes([textField(1, ''), integerField(2, 17)])),
      messageField(7, graph),
    ]),
  );
  expect(() => openGraph({ directory: folder }, 'g.onnx')).toThrow(
    expect.objectContaining({ code: 'file-not-found', where: join(folder, 'w.bin') }) as Error,
  );
  await writeFile(join(folder, 'w.bin'), new Uint8Array(Float32Array.of(99, 1, 2, 3).buffer));
  const opened = openGraph({ directory: folder }, 'g.onnx');
  expect(opened.external).toEqual([{ location: 'w.bin', file: 'w.bin', bytes: 16 }]);
  const session = await openSession(
    opened,
    { nodes: [{ op: 'Neg', inputs: ['y'], outputs: ['z'] }], outputs: [{ name: 'z', dataType: 1 }] },
    1,
  );
  expect([...floatsOf(await session.run({ x: floatTensor(Float32Array.of(10, 20, 30), [3]) }), 'z').data]).toEqual([
    -11, -22, -33,
  ]);
  await session.release();
});

test('what ONNX Runtime refuses is an error that names the file', async () => {
  const path = join(await temporaryFolder(), 'odd.onnx');
  const graph = concatBytes([
    messageField(1, encodeNode({ op: 'NoSuchOperator', inputs: ['x'], outputs: ['y'] })),
    textField(2, 'g'),
    messageField(11, encodeValue({ name: 'x', dataType: 1, shape: [1] })),
    messageField(12, encodeValue({ name: 'y', dataType: 1 })),
  ]);
  await writeFile(
    path,
    concatBytes([
      integerField(1, 8),
      messageField(8, concatBytes([textField(1, ''), integerField(2, 17)])),
      messageField(7, graph),
    ]),
  );
  await expect(
    openSession(openGraph({ directory: join(path, '..') }, 'odd.onnx'), { outputs: [{ name: 'y', dataType: 1 }] }),
  ).rejects.toMatchObject({
    code: 'onnx-runtime',
    where: path,
    message: expect.stringContaining('NoSuchOperator') as string,
  });
});

/** Reads bytes as an ONNX file; anything but a structure or an error of ours fails the test. */
function attempt(bytes: Uint8Array): void {
  try {
    const { graph } = readOnnx(memorySource('fuzz', bytes));
    if (graph.inputs.length > 0)
      findLayers(graph, {
        part: 'text',
        file: 'fuzz',
        input: graph.inputs[0].name,
        output: graph.outputs[0].name,
        lastStateIsNormed: true,
      });
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    expect(['corrupt-onnx', 'no-layers', 'cyclic-graph', 'git-lfs-pointer']).toContain(error.code);
  }
}

describe('damaged files give an error of ours, in time and in bounded memory', () => {
  test('cut off at any byte', () => {
    const caught = (length: number): unknown => {
      try {
        return readOnnx(memorySource('cut', vit.subarray(0, length)));
      } catch (error) {
        return error;
      }
    };
    for (let length = 0; length < vit.length - 200; length += 997)
      expect(caught(length), `${length} bytes`).toMatchObject({ code: 'corrupt-onnx', where: 'cut' });
  });

  test('bytes changed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(vit.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 }),
        (changes) => {
          const bytes = vit.slice();
          for (const [at, value] of changes) bytes[at] = value;
          attempt(bytes);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('bytes changed near the start, where the structure is', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3000), fc.nat(255)), { minLength: 1, maxLength: 5 }), (changes) => {
        const bytes = vit.slice(0, 40000);
        for (const [at, value] of changes) bytes[at] = value;
        attempt(bytes);
      }),
      { numRuns: 60 },
    );
  });

  test('random bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), attempt), { numRuns: 500 });
  });

  test('subgraphs nested without end, and numbers without end', () => {
    let graph: Uint8Array = new Uint8Array(0);
    for (let i = 0; i < 100; i++) graph = messageField(1, messageField(5, messageField(6, graph)));
    expect(() => readOnnx(memorySource('deep', messageField(7, graph)))).toThrow(/nested/);
    expect(() => readOnnx(memorySource('endless', new Uint8Array(64).fill(0xff)))).toThrow(/no end/);
  });

  test('a length beyond the file, and a Git LFS pointer', () => {
    expect(() => readOnnx(memorySource('long', concatBytes([fieldHead(7, 2 ** 40), new Uint8Array(10)])))).toThrow(
      /claims 1099511627776 bytes where 10 are left/,
    );
    expect(() =>
      readOnnx(
        memorySource('lfs', new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:0\n')),
      ),
    ).toThrow(/Git LFS pointer/);
  });

  test('external data outside the folder', async () => {
    const folder = await temporaryFolder();
    const entry = (key: string, value: string): Uint8Array =>
      messageField(13, concatBytes([textField(1, key), textField(2, value)]));
    const weights = concatBytes([
      integerField(1, 1),
      integerField(2, 1),
      textField(8, 'w'),
      entry('location', '../secret.bin'),
      integerField(14, 1),
    ]);
    const graph = concatBytes([
      messageField(1, encodeNode({ op: 'Identity', inputs: ['w'], outputs: ['y'] })),
      messageField(5, weights),
      messageField(12, encodeValue({ name: 'y', dataType: 1 })),
    ]);
    await writeFile(join(folder, 'out.onnx'), messageField(7, graph));
    expect(() => openGraph({ directory: folder }, 'out.onnx')).toThrow(/outside its folder/);
  });
});

test('a gigabyte of weights is stepped over, not read', async () => {
  const path = join(await temporaryFolder(), 'large.onnx');
  const gigabyte = 2 ** 30;
  const raw = fieldHead(9, gigabyte);
  const tensorHead = concatBytes([integerField(1, gigabyte / 4), integerField(2, 1), textField(8, 'w'), raw]);
  const before = messageField(1, encodeNode({ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }));
  const after = concatBytes([
    messageField(11, encodeValue({ name: 'x', dataType: 1, shape: ['n'] })),
    messageField(12, encodeValue({ name: 'y', dataType: 1, shape: ['n'] })),
  ]);
  const initializerHead = fieldHead(5, tensorHead.length + gigabyte);
  const graphLength = before.length + initializerHead.length + tensorHead.length + gigabyte + after.length;
  const head = concatBytes([fieldHead(7, graphLength), before, initializerHead, tensorHead]);
  // The weights are a hole in a sparse file.
  const file = openSync(path, 'w');
  writeSync(file, head, 0, head.length, 0);
  ftruncateSync(file, head.length + gigabyte);
  writeSync(file, after, 0, after.length, head.length + gigabyte);
  closeSync(file);
  const memory = process.memoryUsage().rss;
  const { result: model, bytes } = await bytesRead(() => readOnnxFile(path));
  expect(model.graph.initializers[0]).toMatchObject({ name: 'w', byteLength: gigabyte });
  expect(model.graph.outputs[0].name).toBe('y');
  // The window of 64 KiB, at both ends of the hole.
  expect(bytes).toBeGreaterThan(0);
  expect(bytes).toBeLessThan(4 * 2 ** 16);
  expect(process.memoryUsage().rss - memory).toBeLessThan(50e6);
});
