// @module-tag slow
/**
 * Interventions on other graphs than the bundled one: fused norms that give the residual stream beside its norm,
 * GPT-2's, M-RoPE, half precision.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type Edit,
  type Intervention,
  type InterventionTensor,
  makeIntervention,
} from '../../core/artifacts/intervention.ts';
import { Random } from '../../core/random.ts';
import type { Checkpoint } from '../../extractors/index.ts';
import { TextRunner } from '../../extractors/run/text.ts';
import { VisionRunner } from '../../extractors/run/vision.ts';
import { ARCHITECTURES, itemOf, openArchitecture, readArchitecture, visualOf } from './architectures.ts';
import { rowError } from './support.ts';

const WIDTH = 32;
const vector = (label: string): Float32Array => {
  const random = new Random(2, label);
  const values = Float32Array.from({ length: WIDTH }, () => random.normal());
  const norm = Math.hypot(...values);
  return values.map((value) => value / norm);
};
const MEAN = vector('mean');
const V = vector('v');
const ROW = vector('row').map((value) => 3 * value);

const EDITS = {
  add: (layer: string): Edit => ({ op: 'add', layer, tokens: 'last', vector: 'v', alpha: 0.8, relative: true }),
  replace: (layer: string): Edit => ({ op: 'replace', layer, tokens: 'last', values: 'h' }),
  project: (layer: string): Edit => ({ op: 'project', layer, tokens: 'last', left: 'p', right: 'p', mean: 'm' }),
};
type Op = keyof typeof EDITS;
const OPS = Object.keys(EDITS) as Op[];

function interventionOf(op: Op, layer: string): Intervention {
  const one = (data: Float32Array): InterventionTensor => ({ shape: [WIDTH], data });
  const tensors: Record<string, InterventionTensor> =
    op === 'add'
      ? { v: one(V) }
      : op === 'replace'
        ? { h: { shape: [1, WIDTH], data: ROW } }
        : { p: { shape: [1, WIDTH], data: V }, m: one(MEAN) };
  return makeIntervention({ name: op, items: op === 'replace' ? ['x'] : [], edits: [EDITS[op](layer)] }, tensors);
}

/** What an edit makes of a state. */
function edited(op: Op, h: Float32Array): Float32Array {
  if (op === 'replace') return ROW;
  if (op === 'add') return h.map((value, j) => value + 0.8 * Math.hypot(...h) * V[j]);
  const along = h.reduce((sum, value, j) => sum + (value - MEAN[j]) * V[j], 0);
  return h.map((value, j) => value - along * V[j]);
}

interface States {
  /** Layer → states of all tokens. */
  readonly rows: ReadonlyMap<string, Float32Array[]>;
  readonly normaliser: number;
}

/** The position that is edited. */
const middle = (length: number): number => length - 4;

const known = new Map<string, Promise<States>>();
function untouched(checkpoint: Checkpoint, fixture: string): Promise<States> {
  const states = known.get(checkpoint.name) ?? run(checkpoint, fixture, null);
  known.set(checkpoint.name, states);
  return states;
}

/** Every token of every text layer of an item, with an edit at one position. */
async function run(checkpoint: Checkpoint, base: string, intervention: Intervention | null): Promise<States> {
  const fixture = await readArchitecture(base);
  const item = itemOf(fixture.items[0]);
  const visuals = await Promise.all(item.images.map((image) => visualOf(checkpoint, image)));
  const features: Float32Array[] = [];
  if (checkpoint.vision !== null) {
    const vision = await VisionRunner.open(checkpoint.vision, [], { features: true, threads: 1 });
    for (const visual of visuals) features.push((await vision.run([visual], [[]])).features![0].slice());
    await vision.release();
  }
  const layers = checkpoint.layers.filter(({ part }) => part === 'text');
  const prompt = checkpoint.text!.prompt(item, visuals);
  const runner = await TextRunner.open(checkpoint.text!, layers, { intervention, threads: 1 });
  const { length } = prompt.ids;
  const output = await runner.run(
    [
      {
        ids: prompt.ids,
        prompt,
        visuals,
        features,
        pools: prompt.ids.map((_, i) => [i]),
        heads: [length - 1],
        edited: [{ positions: [middle(length)], row: 0 }],
      },
    ],
    [0],
  );
  await runner.release();
  return {
    rows: new Map(
      layers.map(({ name }) => [
        name,
        Array.from({ length }, (_, i) => output.pooled.get(name)!.slice(i * WIDTH, (i + 1) * WIDTH)),
      ]),
    ),
    normaliser: output.normalisers[0],
  };
}

/** Where the edit acts: the edit's formula there, nothing before it, something after it. */
async function checkEdit(
  name: string,
  op: Op,
  layer: string,
  tolerance: number,
  { fixture = name, unchanged = 1e-6 } = {},
): Promise<void> {
  const checkpoint = await openArchitecture(name);
  const base = await untouched(checkpoint, fixture);
  const changed = await run(checkpoint, fixture, interventionOf(op, layer));
  const order = checkpoint.layers.filter(({ part }) => part === 'text').map((entry) => entry.name);
  const position = middle(base.rows.get(layer)!.length);
  expect(
    rowError([changed.rows.get(layer)![position]], [edited(op, base.rows.get(layer)![position])]),
    'the edited state',
  ).toBeLessThan(tolerance);
  for (const other of order) {
    const [before, after] = [base.rows.get(other)!, changed.rows.get(other)!];
    // Attention is causal, and earlier layers are computed before: their numbers are the same, but for products of
    // another size in edited graphs.
    if (order.indexOf(other) < order.indexOf(layer)) expect(rowError(after, before), other).toBeLessThan(unchanged);
    else expect(rowError(after.slice(0, position), before.slice(0, position)), other).toBeLessThan(unchanged);
  }
  // Later layers see it, at this token and at later ones.
  for (const other of order.slice(order.indexOf(layer) + 1))
    expect(rowError([changed.rows.get(other)![position]], [base.rows.get(other)![position]]), other).toBeGreaterThan(
      10 * tolerance,
    );
  expect(rowError([changed.rows.get(order.at(-1)!)!.at(-1)!], [base.rows.get(order.at(-1)!)!.at(-1)!])).toBeGreaterThan(
    0,
  );
  expect(changed.normaliser).not.toBe(base.normaliser);
}

describe.each(['gpt2', 'qwen2', 'qwen2-vl'])('%s', (name) => {
  test.each(OPS)('%s changes the chosen state by its formula, and what comes after', (op) =>
    checkEdit(name, op, 'text.0', 1e-5),
  );
  test.each(['text.embed', 'text.0.attn'])('at %s', (layer) => checkEdit(name, 'add', layer, 1e-5));
});

// The edit's cast rounds what ONNX Runtime otherwise keeps in float32 between two nodes: 2⁻¹¹, in states that nothing
// changes, too.
test('in half precision, within its eleven bits', () =>
  checkEdit('internvl-fp16', 'add', 'text.0', 2e-3, { fixture: 'internvl', unchanged: 1e-3 }));

/**
 * A graph with fused norms beside the one that it was made from: the same intervention must give the same states
 * everywhere.
 */
describe.each([
  ['qwen2-genai', 'qwen2'],
  ['bert-fused', 'bert'],
])('%s, its norms fused with the sums', (name, base) => {
  const { bound } = JSON.parse(readFileSync(join(ARCHITECTURES, name, 'parity', 'items.json'), 'utf8')) as {
    bound: number;
  };

  test.each(OPS)(
    '%s gives what the unfused graph gives: sums inside a block, between blocks, after the last norm',
    async (op) => {
      const [fused, plain] = [await openArchitecture(name), await openArchitecture(base)];
      const before = await untouched(plain, base);
      for (const layer of plain.layers.filter(({ name: layerName }) =>
        ['text.embed', 'text.0.attn', 'text.1', 'text.out'].includes(layerName),
      )) {
        const intervention = interventionOf(op, layer.name);
        const [a, b] = [await run(fused, base, intervention), await run(plain, base, intervention)];
        for (const [other, rows] of b.rows)
          expect(rowError(a.rows.get(other)!, rows), `${other} after an edit of ${layer.name}`).toBeLessThan(bound);
        const position = middle(b.rows.get(layer.name)!.length);
        expect(rowError([b.rows.get(layer.name)![position]], [before.rows.get(layer.name)![position]])).toBeGreaterThan(
          0.01,
        );
      }
    },
  );
});
