/**
 * Layers found from structure alone equal the hidden states of PyTorch, over architectures that sum their stream in
 * different ways.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PlumblineError } from '../../core/errors.ts';
import { readFloats, readSafetensorsHeader } from '../../core/formats/safetensors.ts';
import { findLayers } from '../../extractors/index.ts';
import { openGraph } from '../../extractors/checkpoint/graph-file.ts';
import { DATA_TYPE, type OnnxGraph, type OnnxNode } from '../../extractors/onnx/model.ts';
import { floatsOf, floatTensor, integerTensor, openSession } from '../../extractors/run/session.ts';
import { rowError } from './support.ts';

const FOLDER = 'tests/fixtures/layers';
/** methods §7. */
const TOLERANCE = 1e-4;

interface Fixture {
  part: 'vision' | 'text';
  input: string;
  output: string;
  states: string;
  blocks: number;
}
const fixtures = JSON.parse(readFileSync(join(FOLDER, 'graphs.json'), 'utf8')) as Record<string, Fixture>;

/** What each architecture must show: names in order, and how many tensors a block gives. */
const EXPECTED: Record<string, { attn: boolean; out: boolean }> = {
  bert: { attn: true, out: false },
  'bert-fused': { attn: true, out: false },
  'gpt-neox': { attn: false, out: true },
  gemma2: { attn: true, out: true },
  // The optimizer leaves the last sum undeclared inside a fused node; it is declared where it is read.
  'gpt2-fused': { attn: true, out: true },
  vit: { attn: true, out: true },
  swin: { attn: true, out: true },
};

async function tapAll(
  name: string,
  fixture: Fixture,
): Promise<{ found: ReturnType<typeof findLayers>; values: Map<string, Float32Array> }> {
  const graph = openGraph({ directory: FOLDER }, `${name}.onnx`);
  const found = findLayers(graph.model.graph, {
    part: fixture.part,
    file: `${name}.onnx`,
    input: fixture.input,
    output: fixture.output,
    lastStateIsNormed: fixture.output === 'logits',
  });
  const states = join(FOLDER, fixture.states);
  const info = (await readSafetensorsHeader(states)).tensors.get('input')!;
  const bytes = readFileSync(states).subarray(info.start, info.end);
  const input =
    info.type === 'I64'
      ? integerTensor(Array.from(new BigInt64Array(Uint8Array.from(bytes).buffer), Number), info.shape)
      : floatTensor(new Float32Array(Uint8Array.from(bytes).buffer), info.shape);
  const session = await openSession(
    graph,
    {
      nodes: found.layers.map((layer) => ({ op: 'Identity', inputs: [layer.tensor], outputs: [`tap.${layer.name}`] })),
      outputs: found.layers.map((layer) => ({ name: `tap.${layer.name}`, dataType: DATA_TYPE.float })),
    },
    1,
  );
  const outputs = await session.run({ [fixture.input]: input });
  const values = new Map(
    found.layers.map((layer) => [layer.name, floatsOf(outputs, `tap.${layer.name}`).data.slice()]),
  );
  await session.release();
  return { found, values };
}

describe.each(Object.entries(fixtures))('%s', (name, fixture) => {
  const { attn, out } = EXPECTED[name];
  const { part } = fixture;

  test('has the expected layers', async () => {
    const { found } = await tapAll(name, fixture);
    const names = [`${part}.embed`];
    for (let i = 0; i < fixture.blocks; i++) names.push(...(attn ? [`${part}.${i}.attn`] : []), `${part}.${i}`);
    if (out) names.push(`${part}.out`);
    expect(found.layers.map((layer) => layer.name)).toEqual(names);
    expect(found.layers.map((layer) => layer.depth)).toEqual(found.layers.map((_, i) => i));
    expect(new Set(found.layers.map((layer) => layer.width))).toEqual(new Set([name === 'swin' ? 16 : 32]));
  });

  test('equals PyTorch at every block and at every Hugging Face index', async () => {
    const { found, values } = await tapAll(name, fixture);
    const states = join(FOLDER, fixture.states);
    const width = name === 'swin' ? 16 : 32;
    const rows = (data: Float32Array): Float32Array[] =>
      Array.from({ length: data.length / width }, (_, i) => data.subarray(i * width, (i + 1) * width));
    const held = (await readSafetensorsHeader(states)).tensors;
    for (const layer of found.layers) {
      const block = /\.(\d+)$/.exec(layer.name)?.[1];
      if (block !== undefined)
        expect(
          rowError(rows(values.get(layer.name)!), rows(await readFloats(states, `block.${block}`))),
          layer.name,
        ).toBeLessThan(TOLERANCE);
      // Swin's hidden_states are those of its stages, not of its blocks.
      if (layer.huggingFaceIndex === null || name === 'swin') continue;
      expect(
        rowError(
          rows(values.get(layer.name)!),
          rows(await readFloats(states, `hidden_states.${layer.huggingFaceIndex}`)),
        ),
        layer.name,
      ).toBeLessThan(TOLERANCE);
    }
    const indices = found.layers.flatMap(({ huggingFaceIndex }) => huggingFaceIndex ?? []);
    expect(indices).toEqual([...Array(fixture.blocks + 1).keys()].slice(0, indices.length));
    if (name !== 'swin')
      expect(held.has(`hidden_states.${fixture.blocks}`) && indices.length === fixture.blocks + 1).toBe(true);
  });
});

const node = (op: string, inputs: string[], outputs: string[]): OnnxNode => ({
  name: '',
  op,
  domain: '',
  inputs,
  outputs,
  attributes: new Map(),
  captures: [],
});
const graphOf = (nodes: OnnxNode[]): OnnxGraph => ({
  name: '',
  nodes,
  inputs: [],
  outputs: [],
  initializers: [],
  valueInfo: [],
  fields: [],
});
const OPTIONS = { part: 'text', file: 'g.onnx', input: 'x', output: 'y', lastStateIsNormed: true } as const;
const reasonOf = (nodes: OnnxNode[]): string => {
  try {
    findLayers(graphOf(nodes), OPTIONS);
  } catch (error) {
    if (error instanceof PlumblineError) return error.message;
    throw error;
  }
  return '';
};

describe('graphs without layers say why', () => {
  test('no path', () =>
    expect(reasonOf([node('Relu', ['x'], ['a']), node('Relu', ['b'], ['y'])])).toMatch(
      /no path leads from `x` to `y`/,
    ));
  test('sizes are no path', () =>
    expect(reasonOf([node('Shape', ['x'], ['a']), node('Cast', ['a'], ['y'])])).toMatch(/no path/));
  test('no sum', () =>
    expect(reasonOf([node('Relu', ['x'], ['a']), node('MatMul', ['a', 'w'], ['y'])])).toMatch(
      /none is the sum of a stream and a branch/,
    ));
  test('two streams side by side', () =>
    expect(
      reasonOf([node('Relu', ['x'], ['a']), node('Tanh', ['x'], ['b']), node('MatMul', ['a', 'b'], ['y'])]),
    ).toMatch(/none is the sum/));
  test('inside a subgraph', () =>
    expect(reasonOf([node('If', ['x'], ['y'])])).toMatch(/inside the subgraphs of an If node/));
  test('a cycle', () =>
    expect(reasonOf([node('Add', ['x', 'b'], ['a']), node('Relu', ['a'], ['b']), node('Relu', ['a'], ['y'])])).toMatch(
      /cycle/,
    ));
});

test('the order of nodes and a bias before or after the branch make no difference', () => {
  const block = (i: number, from: string, to: string): OnnxNode[] => [
    node('LayerNormalization', [from, 'g'], [`n${i}`]),
    node('MatMul', [`n${i}`, 'q'], [`q${i}`]),
    node('MatMul', [`n${i}`, 'k'], [`k${i}`]),
    node('MatMul', [`q${i}`, `k${i}`], [`s${i}`]),
    node('MatMul', [`s${i}`, 'o'], [`o${i}`]),
    node('Add', ['bias', `o${i}`], [`b${i}`]),
    node('Add', [from, `b${i}`], [`a${i}`]),
    node('LayerNormalization', [`a${i}`, 'g'], [`m${i}`]),
    node('MatMul', [`m${i}`, 'u'], [`u${i}`]),
    node('Relu', [`u${i}`], [`r${i}`]),
    node('MatMul', [`r${i}`, 'd'], [`d${i}`]),
    node('Add', [`d${i}`, `a${i}`], [to]),
  ];
  const nodes = [
    ...block(0, 'x', 'h0'),
    ...block(1, 'h0', 'h1'),
    node('LayerNormalization', ['h1', 'g'], ['out']),
    node('MatMul', ['out', 'head'], ['y']),
  ];
  const tensors = (list: OnnxNode[]): string[] =>
    findLayers(graphOf(list), OPTIONS).layers.map(({ name, tensor }) => `${name}=${tensor}`);
  const expected = ['text.embed=x', 'text.0.attn=a0', 'text.0=h0', 'text.1.attn=a1', 'text.1=h1', 'text.out=out'];
  expect(tensors(nodes)).toEqual(expected);
  expect(tensors(nodes.toReversed())).toEqual(expected);
});
