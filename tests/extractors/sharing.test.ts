// @module-tag slow
/**
 * Questions about one picture share the pass over what their prompts begin with: the numbers must be those of prompts
 * run whole.
 */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ContrastSet, Item, Pair } from '../../core/artifacts/contrast-set.ts';
import { type Edit, type Intervention, makeIntervention } from '../../core/artifacts/intervention.ts';
import { row } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import { type Checkpoint, extract, type Extraction, openCheckpoint } from '../../extractors/index.ts';
import { sharedLength } from '../../extractors/run/sharing.ts';
import { TextRunner } from '../../extractors/run/text.ts';
import { openArchitecture, PICTURES } from './architectures.ts';
import { CHECKPOINT, paritySet, rowError, setOf, temporaryFolder } from './support.ts';

/** The bar; float16 keeps 11 bits, which a few blocks add up. */
const TOLERANCE = 1e-5;
const HALF_TOLERANCE = 1e-2;
const SELECTIONS = [
  'last',
  'words:1',
  'words:2',
  'patches:1',
  'patches:2',
  'image',
  'mean',
  'token:2',
  'token:-3',
] as const;

let root: string;
let count = 0;
beforeAll(async () => {
  root = await temporaryFolder();
});

/** Several questions of unlike lengths about each of some pictures. */
function questions(directory: string, images: readonly string[][], options = ['left', 'right']): ContrastSet {
  const objects: Item['objects'] = [
    { name: 'red circle', box: [4, 4, 20, 20] },
    { name: 'blue square', box: [24, 20, 20, 20] },
  ];
  const templates = [
    'Is the A to the left or right of the B?',
    'Is the A above or below the B, would you say?',
    'Tell me: is the A or the B nearer to us?',
  ];
  const item = (pictures: string[], id: string, template: string, [first, second]: Item['objects']): Item => ({
    item: id,
    images: pictures,
    question: template.replace('A', first.name).replace('B', second.name),
    options,
    answer: options[0],
    objects: [first, second],
  });
  const pairs = images.flatMap((pictures, p): Pair[] =>
    templates.map((template, q) => ({
      id: `${p}-${q}`,
      group: pictures.join(),
      axis: 'horizontal',
      kind: 'question-swap',
      conditions: {},
      first: item(pictures, `${p}-${q}-a`, template, objects),
      second: item(pictures, `${p}-${q}-b`, template, [objects[1], objects[0]]),
      nuisance: {},
    })),
  );
  return setOf(directory, pairs);
}

async function both(
  checkpoint: Checkpoint,
  set: ContrastSet,
  intervention?: Intervention,
): Promise<[Extraction, Extraction]> {
  const layers = checkpoint.layers.filter(({ part }) => part === 'text').map(({ name }) => name);
  const run = (sharePrefixes: boolean): Promise<Extraction> =>
    extract({
      checkpoint,
      set,
      directory: join(root, String(count++)),
      layers,
      selections: SELECTIONS,
      sharePrefixes,
      intervention,
    });
  return [await run(true), await run(false)];
}

/** Largest relative error over all rows of all layers and selections, and largest difference of two scores. */
async function differences([shared, whole]: readonly [Extraction, Extraction]): Promise<{
  states: number;
  scores: number;
  identical: boolean;
}> {
  let states = 0;
  let identical = true;
  for (const [layer, selections] of Object.entries(whole.states.header.selections))
    for (const selection of selections) {
      const [a, b] = [await shared.states.read(layer, selection), await whole.states.read(layer, selection)];
      identical &&= a.data.every((value, i) => value === b.data[i]);
      for (let i = 0; i < b.rows; i++) states = Math.max(states, rowError([row(a, i)], [row(b, i)]));
    }
  const scores = Math.max(
    ...whole.answers.flatMap(({ scores: wanted }, i) =>
      Object.entries(wanted).map(([option, score]) => Math.abs(shared.answers[i].scores[option] - score)),
    ),
  );
  return { states, scores, identical };
}

const sharing = async (checkpoint: Checkpoint): Promise<boolean> => {
  const runner = await TextRunner.open(checkpoint.text!, [], { share: true });
  await runner.release();
  return runner.cache !== null;
};

describe.each([
  ['qwen2-vl', [['square.png'], ['wide.png'], ['tall.png']]],
  ['qwen2.5-vl', [['square.png'], ['wide.png', 'tall.png']]],
  ['smolvlm', [['square.png'], ['wide.png']]],
  ['llava-onevision', [['square.png'], ['wide.png']]],
  ['internvl', [['square.png'], ['wide.png', 'square.png']]],
  ['internvl-fp16', [['square.png'], ['wide.png']]],
] as const)('%s', (name, images) => {
  test('gives the states and scores of prompts run whole', async () => {
    const checkpoint = await openArchitecture(name);
    expect(await sharing(checkpoint)).toBe(true);
    const { states, scores, identical } = await differences(
      await both(
        checkpoint,
        questions(
          PICTURES,
          images.map((list) => [...list]),
        ),
      ),
    );
    const bound = name.endsWith('fp16') ? HALF_TOLERANCE : TOLERANCE;
    expect(states).toBeLessThan(bound);
    // Logits of a few units.
    expect(scores).toBeLessThan(10 * bound);
    // Sums in another order: were every bit the same, nothing would have been shared.
    expect(identical).toBe(false);
  });
});

test('the bundled checkpoint, with options of several tokens too', async () => {
  const checkpoint = await openCheckpoint(CHECKPOINT);
  expect(await sharing(checkpoint)).toBe(true);
  const set = paritySet();
  const [{ first }] = set.pairs;
  const more = questions(set.directory, [[...first.images]]).pairs;
  const several = questions(set.directory, [[...first.images]], ['to the left', 'to the right']).pairs.map((pair) => ({
    ...pair,
    id: `several-${pair.id}`,
    first: { ...pair.first, item: `several-${pair.first.item}` },
    second: { ...pair.second, item: `several-${pair.second.item}` },
  }));
  const { states, scores, identical } = await differences(
    await both(checkpoint, setOf(set.directory, [...set.pairs, ...more, ...several])),
  );
  expect(states).toBeLessThan(TOLERANCE);
  expect(scores).toBeLessThan(1e-4);
  expect(identical).toBe(false);
});

test.each(['gemma3', 'paligemma'])('%s, whose image tokens see later ones, runs whole prompts', async (name) => {
  expect(await sharing(await openArchitecture(name))).toBe(false);
});

test.each([
  ['qwen2-int8', false],
  ['qwen2', true],
  ['gpt2', true],
  ['qwen2-q4', true],
])('%s: shared where numbers aren’t quantised over the sequence (%s)', async (name, can) => {
  expect(await sharing(await openArchitecture(name))).toBe(can);
});

test('the builder’s fused attention goes on from a cache, one prompt at a time', async () => {
  const checkpoint = await openArchitecture('qwen2-genai');
  const runner = await TextRunner.open(checkpoint.text!, checkpoint.layers, { share: true });
  expect(runner.cache).toMatchObject({ single: true });
  const ids = [1, 2, 3, 4, 5, 6];
  const example = {
    ids,
    prompt: { question: '', text: '', shortIds: ids, ids, positions: ids, images: [] },
    visuals: [],
    features: [],
    pools: [[5]],
    heads: [5],
  };
  const whole = await runner.run([example], [3]);
  const { prefix } = await runner.runPrefix([example], 4);
  const { pooled, logits } = await runner.run([example], [3], { prefix, rows: [0] });
  for (const [layer, values] of pooled)
    expect(rowError([values], [whole.pooled.get(layer)!]), layer).toBeLessThan(TOLERANCE);
  expect(logits[0]).toBeCloseTo(whole.logits[0], 4);
  await runner.release();
});

describe('under an intervention', () => {
  const images = [['square.png'], ['wide.png']];
  const WIDTH = 32;
  const vector = (label: string): Float32Array => {
    const random = new Random(1, label);
    return Float32Array.from({ length: WIDTH }, () => random.normal());
  };
  const signs = Float32Array.from({ length: 12 }, (_, i) => (i % 3) - 1);
  const values = new Float32Array(12 * WIDTH).map((_, i) => Math.sin(i));
  const items = questions(PICTURES, images).pairs.flatMap(({ first, second }) => [first.item, second.item]);
  const v = { v: { shape: [WIDTH], data: vector('v') } };
  const cases: [string, Edit, Parameters<typeof makeIntervention>[1]][] = [
    [
      'add at the image tokens',
      { op: 'add', layer: 'text.embed', tokens: 'image', vector: 'v', alpha: 0.7, relative: true },
      v,
    ],
    ['add everywhere', { op: 'add', layer: 'text.0', tokens: 'all', vector: 'v', alpha: 0.2, relative: false }, v],
    [
      'add with signs at the image tokens',
      { op: 'add', layer: 'text.0', tokens: 'image', vector: 'v', alpha: 0.7, relative: true, signs: 's' },
      { ...v, s: { shape: [12], data: signs } },
    ],
    [
      'replace at an object’s patches',
      { op: 'replace', layer: 'text.embed', tokens: 'patches:1', values: 'h' },
      { h: { shape: [12, WIDTH], data: values } },
    ],
    [
      'replace at the last token',
      { op: 'replace', layer: 'text.0', tokens: 'last', values: 'h' },
      { h: { shape: [12, WIDTH], data: values } },
    ],
    [
      'project at the object’s word',
      { op: 'project', layer: 'text.0', tokens: 'words:2', left: 'p', right: 'p' },
      { p: { shape: [1, WIDTH], data: vector('p').map((value) => value / 6) } },
    ],
    [
      'project everywhere',
      { op: 'project', layer: 'text.0', tokens: 'all', left: 'p', right: 'p' },
      { p: { shape: [1, WIDTH], data: vector('p').map((value) => value / 6) } },
    ],
  ];

  test.each(cases)('%s', async (name, edit, tensors) => {
    const checkpoint = await openArchitecture('qwen2-vl');
    const { states, scores } = await differences(
      await both(checkpoint, questions(PICTURES, images), makeIntervention({ name, items, edits: [edit] }, tensors)),
    );
    expect(states).toBeLessThan(TOLERANCE);
    expect(scores).toBeLessThan(1e-4);
  });
});

describe('what is shared', () => {
  const prompt = { images: [[1, 2, 3, 4, 5, 6, 7]] } as never;
  const ids = (tail: number[]): number[] => [1, 9, 9, 9, 9, 9, 9, 9, 2, ...tail];
  const of = (tails: number[][], positions: number[][] = tails.map(() => [])): Parameters<typeof sharedLength>[0] =>
    tails.map((tail, i) => ({ ids: ids(tail), prompt, edited: [{ positions: positions[i], row: i }] }));
  const add: Edit = { op: 'add', layer: 'text.0', tokens: 'all', vector: 'v', alpha: 1, relative: false };

  test('ends at the first token that differs, and leaves each prompt one of its own', () => {
    expect(
      sharedLength(
        of([
          [3, 4, 5],
          [3, 6, 5],
        ]),
        [],
      ),
    ).toBe(10);
    expect(
      sharedLength(
        of([
          [3, 4],
          [3, 4],
        ]),
        [],
      ),
    ).toBe(10);
    expect(sharedLength(of([[3], [3, 4, 5]]), [])).toBe(9);
  });

  test('ends before what an edit changes in one prompt only; an edit of the item’s own always ends it', () => {
    expect(
      sharedLength(
        of(
          [
            [3, 4, 5],
            [3, 4, 6],
          ],
          [[9], [10]],
        ),
        [add],
      ),
    ).toBe(9);
    expect(
      sharedLength(
        of(
          [
            [3, 4, 5],
            [3, 4, 6],
          ],
          [
            [2, 9],
            [2, 9],
          ],
        ),
        [add],
      ),
    ).toBe(11);
    expect(
      sharedLength(
        of(
          [
            [3, 4, 5],
            [3, 4, 6],
          ],
          [[9], [9]],
        ),
        [{ ...add, signs: 's' }],
      ),
    ).toBe(9);
    // The picture's own tokens: nothing is shared.
    expect(
      sharedLength(
        of(
          [
            [3, 4, 5],
            [3, 4, 6],
          ],
          [[2], [2]],
        ),
        [{ ...add, signs: 's' }],
      ),
    ).toBe(0);
  });

  test('is nothing where it saves little', () => {
    const long = Array.from({ length: 40 }, (_, i) => i + 20);
    expect(
      sharedLength(
        of([
          [3, ...long],
          [4, ...long],
        ]),
        [],
      ),
    ).toBe(0);
  });
});
