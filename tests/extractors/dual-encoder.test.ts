/**
 * CLIP and SigLIP against PyTorch: both sides' layers, token ids, and similarities as answers; as one graph and as a
 * pair.
 */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Pair } from '../../core/artifacts/contrast-set.ts';
import { row } from '../../core/matrix.ts';
import { type Checkpoint, extract, openCheckpoint } from '../../extractors/index.ts';
import { fitLine } from '../../extractors/run/similarity.ts';
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
import { rowError, setOf, temporaryFolder } from './support.ts';

/** methods §7. */
const TOLERANCE = 1e-4;

describe.each(['clip', 'siglip'])('%s', (name) => {
  let both: Checkpoint;
  let pair: Checkpoint;
  let fixture: Architecture;
  beforeAll(async () => {
    both = await openArchitecture(name);
    fixture = await readArchitecture(name);
    const folder = join(await temporaryFolder(), name);
    await cp(fixture.directory, folder, { recursive: true });
    await rm(join(folder, 'onnx', 'model.onnx'));
    pair = await openCheckpoint(folder);
  });
  const contrast = (): Pair => {
    const [first, second] = fixture.items.map((item) => ({ ...itemOf(item), captions: item.options }));
    return {
      id: 'p',
      group: 'g',
      axis: 'horizontal',
      kind: 'question-swap',
      conditions: {},
      first,
      second,
      nuisance: {},
    };
  };

  test('layers of both sides, and their indices', () => {
    const names = `vision.embed vision.0.attn vision.0 vision.1.attn vision.1${name === 'clip' ? '' : ' vision.out'} text.embed text.0.attn text.0 text.1.attn text.1 text.out`;
    for (const checkpoint of [both, pair]) {
      expect(checkpoint.layers.map((layer) => layer.name).join(' ')).toBe(names);
      for (const layer of checkpoint.layers)
        expect(layer.huggingFaceIndex, layer.name).toBe(fixture.indices[layer.name] ?? null);
    }
  });

  test('token ids, padded where the model wants it, and every layer', async () => {
    for (const checkpoint of [both, pair]) {
      const vision = checkpoint.vision!;
      const layersOf = (part: string): typeof checkpoint.layers =>
        checkpoint.layers.filter((layer) => layer.part === part);
      for (const item of fixture.items) {
        const visual = await visualOf(checkpoint, item.images[0]);
        const pixels = {
          ...visual.feeds,
          [vision.input]: { values: await fixture.tensor(`${item.id}/pixels`), dims: visual.feeds[vision.input].dims },
        };
        const values = await tensorsOf(vision.graph, pixels, layersOf('vision'));
        for (const layer of layersOf('vision'))
          expect(
            tensorError(values.get(layer.name)!, await fixture.tensor(`${item.id}/${layer.name}`), layer.width),
            layer.name,
          ).toBeLessThan(TOLERANCE);
      }
      for (const { id, text, ids } of fixture.texts!) {
        const prompt = checkpoint.text!.prompt({ question: text, options: [] }, []);
        expect(prompt.ids).toEqual(ids);
        const values = await tensorsOf(
          checkpoint.text!.decoder,
          { input_ids: { values: ids, dims: [1, ids.length] } },
          layersOf('text'),
        );
        for (const layer of layersOf('text'))
          expect(
            tensorError(values.get(layer.name)!, await fixture.tensor(`${id}/${layer.name}`), layer.width),
            layer.name,
          ).toBeLessThan(TOLERANCE);
      }
    }
  });

  test('one graph for both sides gives the model’s own logits as scores', async () => {
    const { answers, states } = await extract({
      checkpoint: both,
      set: setOf(PICTURES, [contrast()]),
      directory: join(await temporaryFolder(), 'both'),
    });
    for (const [i, item] of fixture.items.entries())
      for (const [option, score] of Object.entries(item.scores!))
        expect(answers[i].scores[option]).toBeCloseTo(score, 3);
    expect(states.header.selections['text.0']).toEqual(['last']);
    expect(states.header.selections['vision.0']).toEqual(['image', ...(name === 'clip' ? ['cls'] : [])]);
  });

  test('the pair gives cosines times 100: the same order, and the margin but for the scale', async () => {
    const { answers } = await extract({
      checkpoint: pair,
      set: setOf(PICTURES, [contrast()]),
      directory: join(await temporaryFolder(), 'pair'),
    });
    // exp(2.5), the fixture's scale.
    const scale = Math.exp(2.5);
    for (const [i, item] of fixture.items.entries()) {
      const [a, b] = item.options!;
      expect((answers[i].scores[a] - answers[i].scores[b]) * (scale / 100)).toBeCloseTo(
        item.scores![a] - item.scores![b],
        3,
      );
    }
  });

  test('text layers are read on the question; without captions an option is stated by question and option', async () => {
    const first = {
      ...itemOf(fixture.items[0]),
      question: fixture.texts![0].text,
      options: ['left', 'right'],
      answer: 'left',
    };
    const { states, answers } = await extract({
      checkpoint: both,
      set: setOf(PICTURES, [
        {
          ...contrast(),
          first,
          second: { ...first, item: 'x', captions: [`${first.question} left`, `${first.question} right`] },
        },
      ]),
      directory: join(await temporaryFolder(), 'question'),
    });
    for (const layer of states.header.layers.filter(({ part }) => part === 'text')) {
      const data = await fixture.tensor(`text-0/${layer.name}`);
      expect(
        rowError([row(await states.read(layer.name, 'last'), 0)], [data.subarray(data.length - layer.width)]),
        layer.name,
      ).toBeLessThan(TOLERANCE);
    }
    for (const option of first.options) expect(answers[0].scores[option]).toBeCloseTo(answers[1].scores[option], 5);
  });

  test('several pictures count as the mean of their embeddings; texts that are too long are refused', async () => {
    const item = { ...itemOf(fixture.items[0]), captions: fixture.items[0].options };
    const twice = { ...item, item: 'twice', images: [item.images[0], item.images[0]] };
    const { answers } = await extract({
      checkpoint: both,
      set: setOf(PICTURES, [{ ...contrast(), first: item, second: twice }]),
      directory: join(await temporaryFolder(), 'twice'),
    });
    for (const option of item.options) expect(answers[1].scores[option]).toBeCloseTo(answers[0].scores[option], 4);
    const long = { ...item, question: 'red circle left of blue square '.repeat(40) };
    await expect(
      extract({
        checkpoint: both,
        set: setOf(PICTURES, [{ ...contrast(), first: long }]),
        directory: join(await temporaryFolder(), 'long'),
      }),
    ).rejects.toMatchObject({ code: 'text-too-long' });
  });
});

test('a line through points on a line', () => {
  const { slope, offset } = fitLine([0, 1, 3], [2, 5, 11]);
  expect(slope).toBeCloseTo(3, 12);
  expect(offset).toBeCloseTo(2, 12);
});
