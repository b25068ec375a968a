/**
 * Graphs written over safetensors weights against PyTorch: every layer at every token, logits and embeddings; the layers
 * that structure finds are those that the architecture names; prompts share their beginnings.
 */
import { describe, expect, test } from 'vitest';
import { openBlocks } from '../../extractors/checkpoint/decoder.ts';
import type { GraphFile } from '../../extractors/checkpoint/graph-file.ts';
import type { Feeds, TextPart } from '../../extractors/families/family.ts';
import { findLayers, type FoundLayers } from '../../extractors/layers/find.ts';
import { TextRunner } from '../../extractors/run/text.ts';
import { tensorError, tensorsOf } from './architectures.ts';
import { fixtureNames, readFixture, type WeightsFixture } from './weights.ts';

/** methods §7 allow 1e-4; what docs/your-own-checkpoint.md says is this. */
const TOLERANCE = 1e-5;

/** Reads layers and further tensors of a graph, and compares all that PyTorch's numbers hold. */
async function compare(
  fixture: WeightsFixture,
  graph: GraphFile,
  feeds: Feeds,
  tensors: readonly { name: string; tensor: string }[],
): Promise<number> {
  const got = await tensorsOf(graph, feeds, tensors);
  let worst = 0;
  for (const { name } of tensors) {
    const wanted = await fixture.tensor(name);
    const width = fixture.header.tensors.get(name)!.shape.at(-1)!;
    expect(got.get(name)!.length, name).toBe(wanted.length);
    const error = tensorError(got.get(name)!, wanted, width);
    expect(error, name).toBeLessThan(TOLERANCE);
    worst = Math.max(worst, error);
  }
  return worst;
}

/** That the layers found by structure are those of the architecture, under the same names. */
function agree(found: FoundLayers, named: ReadonlyMap<string, string>, part: 'vision' | 'text'): void {
  const stated = [...named].map(([name, tensor]) => [/^(vision|text)\./.test(name) ? name : `${part}.${name}`, tensor]);
  const own = stated.filter(([name]) => name.startsWith(`${part}.`));
  expect(found.layers.map(({ name, tensor }) => [name, tensor])).toEqual(own);
  expect(found.layers.every(({ width }) => width !== null)).toBe(true);
}

const held = (fixture: WeightsFixture, found: FoundLayers): { name: string; tensor: string }[] =>
  found.layers.filter(({ name }) => fixture.header.tensors.has(name));

function visionOf(graph: GraphFile, output: string): FoundLayers {
  const options = {
    part: 'vision',
    file: graph.file,
    input: 'pixel_values',
    output,
    lastStateIsNormed: false,
  } as const;
  return findLayers(graph.model.graph, options);
}

/** Inputs of the vision encoder. */
async function pixelsOf({ header, tensor }: WeightsFixture): Promise<Feeds> {
  const feeds: Record<string, Feeds[string]> = {};
  for (const name of ['pixel_values', 'image_grid_thw'])
    if (header.tensors.has(name)) {
      const { shape } = header.tensors.get(name)!;
      // Tiles of one picture are its batch.
      feeds[name] = { values: await tensor(name), dims: shape.length === 5 ? shape.slice(1) : shape };
    }
  return feeds;
}

/** Inputs of a decoder for whole prompts. */
function prompts(graph: GraphFile, batch: number, length: number): Feeds {
  const feeds: Record<string, Feeds[string]> = {
    position_ids: { values: Array.from({ length: batch * length }, (_, i) => i % length), dims: [batch, length] },
  };
  for (const { name, shape } of graph.model.graph.inputs)
    if (name.startsWith('past'))
      feeds[name] = { values: new Float32Array(0), dims: [batch, Number(shape![1]), 0, Number(shape![3])] };
  return feeds;
}

const report: string[] = [];

describe.each(fixtureNames())('%s', (name) => {
  test('every layer, and what comes out', async () => {
    const fixture = await readFixture(name);
    const { graphs, layers } = fixture.written;
    const errors: number[] = [];
    const vision =
      graphs.get('vision_encoder') ??
      graphs.get('vision_model') ??
      (fixture.header.tensors.has('image_embeds') ? graphs.get('model') : undefined);
    if (vision !== undefined) {
      const output = vision.model.graph.outputs.find(({ name: one }) =>
        ['image_features', 'last_hidden_state', 'image_embeds'].includes(one),
      )!.name;
      const found = visionOf(vision, output);
      agree(found, layers.get(vision.model.graph.name)!, 'vision');
      const outputs =
        output === 'image_features'
          ? [
              { name: 'projector', tensor: output },
              ...(fixture.header.tensors.has('image_newline')
                ? [{ name: 'image_newline', tensor: 'image_newline' }]
                : []),
            ]
          : output === 'image_embeds'
            ? [{ name: output, tensor: output }]
            : [];
      errors.push(await compare(fixture, vision, await pixelsOf(fixture), [...held(fixture, found), ...outputs]));
    }
    if (graphs.has('model') && fixture.header.tensors.has('image_embeds')) {
      const graph = graphs.get('model')!;
      const ids = await fixture.ids();
      const options = {
        part: 'text',
        file: graph.file,
        input: 'input_ids',
        output: 'text_embeds',
        lastStateIsNormed: false,
      } as const;
      const found = findLayers(graph.model.graph, options);
      agree(found, layers.get('model')!, 'text');
      const feeds = {
        ...(await pixelsOf(fixture)),
        input_ids: { values: ids.flat(), dims: [ids.length, ids[0].length] },
      };
      const outputs = ['text_embeds', 'logits_per_image'].map((one) => ({ name: one, tensor: one }));
      errors.push(await compare(fixture, graph, feeds, [...held(fixture, found), ...outputs]));
    } else if (fixture.header.tensors.has('logits')) {
      const whole = graphs.get('model');
      const decoder = whole ?? graphs.get('decoder_model_merged')!;
      const blocks = openBlocks(decoder, whole === undefined ? 'inputs_embeds' : 'input_ids');
      agree(blocks.found, layers.get(decoder.model.graph.name)!, 'text');
      const ids = await fixture.ids();
      const [batch, length] = [ids.length, ids[0].length];
      const tokens = { values: ids.flat(), dims: [batch, length] };
      const embeds = {
        values: whole === undefined ? await fixture.tensor('inputs_embeds') : [],
        dims: [batch, length, blocks.found.layers[0].width!],
      };
      const types = fixture.header.tensors.get('token_type_ids');
      const turned = fixture.header.tensors.get('position_ids');
      const feeds: Feeds = {
        ...prompts(decoder, batch, length),
        ...(types && { token_type_ids: { values: await fixture.tensor('token_type_ids'), dims: types.shape } }),
        ...(turned && { position_ids: { values: await fixture.tensor('position_ids'), dims: turned.shape } }),
        ...(whole === undefined ? { inputs_embeds: embeds } : { input_ids: tokens }),
      };
      errors.push(
        await compare(fixture, decoder, feeds, [...held(fixture, blocks.found), { name: 'logits', tensor: 'logits' }]),
      );
      expect(
        await shares({ ...blocks, embed: whole === undefined ? null : null } as unknown as TextPart),
        'cache',
      ).toBe(true);
    }
    expect(errors.length).toBeGreaterThan(0);
    report.push(`${name} ${Math.max(...errors).toExponential(1)}`);
    if (process.env.SHOW === '1') console.log(report.at(-1));
  });
});

/** Whether prompts that begin alike share their beginning; a decoder of embeddings is tried in its family's test. */
async function shares(part: TextPart): Promise<boolean> {
  if (part.input !== 'input_ids') return true;
  const runner = await TextRunner.open(
    part,
    part.found.layers.map((layer) => ({ ...layer, width: layer.width! })),
    { share: true },
  );
  const { cache } = runner;
  await runner.release();
  return cache !== null;
}

test('matrices in 16 bits become float32 when their turn comes, not when the session is opened', async () => {
  const { written } = await readFixture('llama-bf16');
  const { graph } = written.graphs.get('model')!.model;
  const matrices = new Set(graph.initializers.filter(({ dims }) => dims.length > 1).map(({ name }) => name));
  const casts = graph.nodes.filter(({ op }) => op === 'Cast').map(({ inputs }) => inputs[0]);
  expect(casts.length).toBeGreaterThan(14);
  expect(casts.filter((input) => matrices.has(input))).toEqual([]);
});
