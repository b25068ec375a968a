/**
 * Models of text alone against PyTorch: token ids, every layer at every token, option scores, and what is read of them
 * without pictures.
 */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Pair } from '../../core/artifacts/contrast-set.ts';
import { row } from '../../core/matrix.ts';
import { type Checkpoint, extract, openCheckpoint } from '../../extractors/index.ts';
import { type Architecture, itemOf, openArchitecture, readArchitecture } from './architectures.ts';
import { CHECKPOINT, meanRow, paritySet, rowError, setOf, temporaryFolder } from './support.ts';

/** methods §7. */
const TOLERANCE = 1e-4;
const NAMES: Record<string, string> = {
  bert: 'embed 0.attn 0 1.attn 1 2.attn 2',
  gpt2: 'embed 0.attn 0 1.attn 1 2.attn 2 out',
  qwen2: 'embed 0.attn 0 1.attn 1 2.attn 2 out',
};
const OBJECTS = [
  [{ name: 'red circle' }, { name: 'blue square' }],
  [{ name: 'yellow square' }, { name: 'green circle' }],
];

describe.each(Object.keys(NAMES))('%s', (name) => {
  let checkpoint: Checkpoint;
  let fixture: Architecture;
  beforeAll(async () => {
    checkpoint = await openArchitecture(name);
    fixture = await readArchitecture(name);
  });
  const pair = (): Pair => ({
    id: 'p',
    group: 'g',
    axis: 'distance',
    kind: 'question-swap',
    conditions: {},
    first: itemOf(fixture.items[0], OBJECTS[0]),
    second: itemOf(fixture.items[1], OBJECTS[1]),
    nuisance: {},
  });

  test('has these layers, with Hugging Face’s indices', () => {
    expect(checkpoint.vision).toBe(null);
    expect(checkpoint.layers.map((layer) => layer.name.replace('text.', '')).join(' ')).toBe(NAMES[name]);
    for (const layer of checkpoint.layers)
      expect(layer.huggingFaceIndex, layer.name).toBe(fixture.indices[layer.name] ?? null);
  });

  test('token ids are those of the Hugging Face tokenizer', () => {
    for (const item of fixture.items) expect(checkpoint.text!.prompt(itemOf(item), []).ids).toEqual(item.ids);
  });

  test('every layer, every selection, and the option scores', async () => {
    const selections =
      name === 'bert'
        ? (['cls', 'mean', 'words:1', 'words:2', 'last', 'token:3', 'token:-2'] as const)
        : (['last', 'mean', 'words:1', 'words:2', 'token:3', 'token:-2'] as const);
    const { states, answers } = await extract({
      checkpoint,
      set: setOf('.', [pair()]),
      directory: join(await temporaryFolder(), name),
      layers: checkpoint.layers.map((layer) => layer.name),
      selections,
    });
    const { tokenizer } = checkpoint.text!.tools;
    for (const layer of states.header.layers) {
      expect([...states.header.selections[layer.name]].sort()).toEqual([...selections].sort());
      for (const [i, item] of fixture.items.entries()) {
        const data = await fixture.tensor(`${item.id}/${layer.name}`);
        const last = item.ids!.length - 1;
        // The last token of each object's name, found by the words of the decoded tokens.
        const words = OBJECTS[i].map((object) =>
          item.ids!.findIndex((_, position) =>
            tokenizer
              .decode(item.ids!.slice(0, position + 1), {
                skip_special_tokens: false,
                clean_up_tokenization_spaces: false,
              })
              .toLowerCase()
              .includes(object.name),
          ),
        );
        const positions = {
          last: [last],
          cls: [0],
          mean: item.ids!.map((_, position) => position),
          'words:1': [words[0]],
          'words:2': [words[1]],
          'token:3': [3],
          'token:-2': [last - 1],
        };
        for (const selection of selections)
          expect(
            rowError(
              [row(await states.read(layer.name, selection), i)],
              [meanRow(data, layer.width, positions[selection])],
            ),
            `${layer.name}@${selection}`,
          ).toBeLessThan(TOLERANCE);
      }
    }
    expect(answers.map(({ item }) => item)).toEqual(name === 'bert' ? [] : fixture.items.map(({ id }) => id));
    for (const [i, { scores }] of answers.entries())
      for (const [option, score] of Object.entries(fixture.items[i].scores!))
        expect(scores[option]).toBeCloseTo(score, 3);
  });

  test('without a selection, what a model of text has', async () => {
    const { states } = await extract({
      checkpoint,
      set: setOf('.', [pair()]),
      directory: join(await temporaryFolder(), name),
    });
    expect(states.header.selections['text.1']).toEqual(
      name === 'bert' ? ['cls', 'mean', 'words:1', 'words:2'] : ['last', 'words:1', 'words:2'],
    );
  });

  test('tokens that don’t exist are named', async () => {
    await expect(
      extract({
        checkpoint,
        set: setOf('.', [pair()]),
        directory: join(await temporaryFolder(), name),
        selections: ['token:1000'],
      }),
    ).rejects.toMatchObject({ code: 'token-not-found', message: expect.stringContaining('no token 1000') as string });
    await expect(
      extract({
        checkpoint,
        set: setOf('.', [pair()]),
        directory: join(await temporaryFolder(), name),
        selections: ['token:x'] as never,
      }),
    ).rejects.toMatchObject({ code: 'unknown-selection' });
  });
});

describe('a vision-language model', () => {
  test('reads questions without pictures: its text layers only', async () => {
    const checkpoint = await openCheckpoint(CHECKPOINT);
    const pairs = paritySet()
      .pairs.slice(0, 2)
      .map((pair): Pair => ({ ...pair, first: { ...pair.first, images: [] }, second: { ...pair.second, images: [] } }));
    const { states, answers } = await extract({
      checkpoint,
      set: setOf('.', pairs),
      directory: join(await temporaryFolder(), 'blind'),
    });
    expect(states.header.layers.map(({ part }) => part).every((part) => part === 'text')).toBe(true);
    expect(states.header.selections['text.1']).toEqual(['last', 'words:1', 'words:2']);
    expect(answers).toHaveLength(4);
  });

  test('reads several pictures: rows of the vision layers are means over them, and the prompt holds all', async () => {
    const checkpoint = await openCheckpoint(CHECKPOINT);
    const [a, b] = paritySet().pairs;
    const both = {
      ...a.first,
      images: [a.first.images[0], b.first.images[0]],
      objects: a.first.objects.map((object, k) => ({ ...object, picture: k })),
    };
    const set = (items: Pair['first'][]): ReturnType<typeof setOf> =>
      setOf(
        paritySet().directory,
        items.map((first, i) => ({ ...a, id: `${i}`, first, second: { ...first, item: `${first.item}-second` } })),
      );
    const several = await extract({
      checkpoint,
      set: set([both]),
      directory: join(await temporaryFolder(), 'several'),
      selections: ['image', 'cls', 'patches:1', 'patches:2', 'last'],
    });
    const single = await extract({
      checkpoint,
      set: set([
        { ...a.first, item: 'one', objects: both.objects.map((object) => ({ ...object, picture: 0 })) },
        { ...b.first, item: 'two', objects: both.objects.map((object) => ({ ...object, picture: 0 })) },
      ]),
      directory: join(await temporaryFolder(), 'single'),
    });
    const at = async (
      from: typeof single,
      layer: string,
      selection: 'image' | 'cls' | 'patches:1' | 'patches:2',
      item: string,
    ): Promise<Float32Array> => row(await from.states.read(layer, selection), from.states.items.indexOf(item));
    for (const [layer, selection] of [
      ['vision.2', 'image'],
      ['vision.2', 'cls'],
      ['projector', 'image'],
    ] as const) {
      const [one, two] = [await at(single, layer, selection, 'one'), await at(single, layer, selection, 'two')];
      expect(
        rowError([await at(several, layer, selection, both.item)], [one.map((value, j) => (value + two[j]) / 2)]),
      ).toBeLessThan(1e-5);
    }
    // Each object is looked for in its own picture.
    expect(
      rowError(
        [await at(several, 'vision.2', 'patches:1', both.item)],
        [await at(single, 'vision.2', 'patches:1', 'one')],
      ),
    ).toBeLessThan(1e-5);
    expect(
      rowError(
        [await at(several, 'vision.2', 'patches:2', both.item)],
        [await at(single, 'vision.2', 'patches:2', 'two')],
      ),
    ).toBeLessThan(1e-5);
    expect(several.states.header.selections['text.1']).toEqual(['last', 'patches:1', 'patches:2', 'image']);
  });
});
