/**
 * The reading path against PyTorch on the fixture (see its README): preprocessing, token ids, every layer, the logits.
 */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Layer, Selection } from '../../core/artifacts/hidden-states.ts';
import { row } from '../../core/matrix.ts';
import { readFloats, readSafetensorsHeader, type SafetensorsHeader } from '../../core/formats/safetensors.ts';
import { decodeImage, extract, type Extraction, openCheckpoint, type Checkpoint } from '../../extractors/index.ts';
import { phrasePositions } from '../../extractors/prompt/phrase.ts';
import { layoutOfTiles, rowsOfBox } from '../../extractors/families/layout.ts';
import { openProcessor } from '../../extractors/checkpoint/vision-graph.ts';
import { locateCheckpoint } from '../../extractors/checkpoint/locate.ts';
import { fitImage } from '../../extractors/preprocess/processor.ts';
import type { Visual } from '../../extractors/families/family.ts';
import { loadVisuals } from '../../extractors/run/visuals.ts';
import { logSumExp } from '../../extractors/run/score.ts';
import { TextRunner } from '../../extractors/run/text.ts';
import { VisionRunner } from '../../extractors/run/vision.ts';
import { CHECKPOINT, inOrder, meanRow, PARITY, parityItems, paritySet, rowError, temporaryFolder } from './support.ts';

/**
 * methods §7. Sums in another order through eight blocks differ by about 1e-6; a wrong tensor is off by 1e-1 and more.
 */
const TOLERANCE = 1e-4;

const IMAGE_TOKEN = 4;
const items = parityItems();
const states = join(PARITY, 'states.safetensors');
let header: SafetensorsHeader;
let checkpoint: Checkpoint;
let extraction: Extraction;

beforeAll(async () => {
  header = await readSafetensorsHeader(states);
  checkpoint = await openCheckpoint(CHECKPOINT);
  extraction = await extract({
    checkpoint,
    set: paritySet(),
    directory: join(await temporaryFolder(), 'states'),
    layers: checkpoint.layers.map(({ name }) => name),
  });
});

const imageName = (image: string): string => image.replace(/^images\/|\.png$/g, '');
const wanted = (name: string): Promise<Float32Array> => readFloats(states, name, header);
const rowsOf = async (layer: string, selection: Selection): Promise<Float32Array[]> => {
  const matrix = await extraction.states.read(layer, selection);
  return items.map((_, i) => row(matrix, i));
};
const layersOf = (part: Layer['part']): Layer[] => checkpoint.layers.filter((layer) => layer.part === part);

const visualOf = async (image: string): Promise<Visual> =>
  (await loadVisuals(checkpoint.vision!, PARITY, [{ kind: 'picture', images: [image] }]))[0];

test('pixels after resize and crop are those of Pillow', async () => {
  const processor = await openProcessor(await locateCheckpoint(CHECKPOINT), null, undefined);
  for (const image of new Set(items.map((item) => item.image))) {
    const fitted = fitImage(processor, await decodeImage(join(PARITY, image)));
    const { start, end } = header.tensors.get(`pixels/${imageName(image)}`)!;
    const expected = (await import('node:fs')).readFileSync(states).subarray(start, end);
    expect(fitted.image.data.length).toBe(expected.length);
    // methods allow 2 grey levels; the arithmetic is Pillow's own, so none is needed.
    expect(fitted.image.data.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0)).toBe(0);
  }
});

test('token ids, the last token and the objects’ tokens are those of the Hugging Face processor', async () => {
  for (const item of items) {
    const prompt = checkpoint.text!.prompt(item, [await visualOf(item.image)]);
    expect(prompt.ids).toEqual(item.ids);
    expect(prompt.text).toBe(item.prompt);
    const named = inOrder(item);
    expect(
      phrasePositions(
        checkpoint.text!.tools,
        prompt,
        named.map(({ name }) => name),
      ),
    ).toEqual(named.map(({ position }) => position));
  }
});

test('layers carry the names and indices that Hugging Face’s hidden_states have', () => {
  const describe = (part: Layer['part']): [string, number | null, string][] =>
    layersOf(part).map(({ name, huggingFaceIndex, norm }) => [name, huggingFaceIndex, norm]);
  const blocks = (part: string, norm: string, last: number | null): [string, number | null, string][] =>
    [0, 1, 2, 3].flatMap((i): [string, number | null, string][] => [
      [`${part}.${i}.attn`, null, norm],
      [`${part}.${i}`, i === 3 ? last : i + 1, norm],
    ]);
  expect(describe('vision')).toEqual([['vision.embed', 0, 'none'], ...blocks('vision', 'none', 4)]);
  expect(describe('projector')).toEqual([['projector', null, 'none']]);
  expect(describe('text')).toEqual([
    ['text.embed', 0, 'before'],
    ...blocks('text', 'before', null),
    ['text.out', 4, 'after'],
  ]);
});

describe('hidden states', () => {
  test('every text layer at the last token and the objects’ tokens', async () => {
    for (const { name, width } of layersOf('text')) {
      const expected = await wanted(name);
      const at = (i: number, position: number): Float32Array =>
        expected.subarray((i * 3 + position) * width, (i * 3 + position + 1) * width);
      const role = { subject: 1, reference: 2 };
      expect(
        rowError(
          await rowsOf(name, 'last'),
          items.map((_, i) => at(i, 0)),
        ),
        name,
      ).toBeLessThan(TOLERANCE);
      for (const k of [0, 1])
        expect(
          rowError(
            await rowsOf(name, `words:${k + 1}` as Selection),
            items.map((item, i) => at(i, role[inOrder(item)[k].role])),
          ),
          name,
        ).toBeLessThan(TOLERANCE);
    }
  });

  test('every vision layer and the projector: class token, all patches, the objects’ patches', async () => {
    const visuals = new Map<string, Visual>();
    for (const { image } of items) visuals.set(image, await visualOf(image));
    for (const { name, part, kind, width } of [...layersOf('vision'), ...layersOf('projector')]) {
      const prefix = part === 'vision' ? 1 : 0;
      const held = items
        .map((item, i) => ({ item, i }))
        .filter(({ item }) => kind !== 'attn' || imageName(item.image) === 'p0');
      const tokens = new Map<string, Float32Array>();
      for (const { item } of held) tokens.set(item.image, await wanted(`${imageName(item.image)}/${name}`));
      const check = async (
        selection: Selection,
        positions: (item: (typeof items)[number]) => number[],
      ): Promise<void> => {
        const got = await rowsOf(name, selection);
        expect(
          rowError(
            held.map(({ i }) => got[i]),
            held.map(({ item }) => meanRow(tokens.get(item.image)!, width, positions(item))),
          ),
          `${name}@${selection}`,
        ).toBeLessThan(TOLERANCE);
      };
      if (part === 'vision') await check('cls', () => [0]);
      await check('image', () => Array.from({ length: 64 }, (_, i) => prefix + i));
      for (const k of [0, 1]) {
        await check(`patches:${k + 1}` as Selection, (item) => {
          const visual = visuals.get(item.image)!;
          return rowsOfBox(visual, layoutOfTiles(visual.tiles, prefix), inOrder(item)[k].box);
        });
      }
    }
  });

  test('text layers at the objects’ patches', async () => {
    const whole = items.map((item, i) => ({ item, i })).filter(({ item }) => header.tensors.has(`${item.id}/text.out`));
    expect(whole.length).toBeGreaterThan(1);
    for (const { item, i } of whole) {
      const visual = await visualOf(item.image);
      const start = item.ids.indexOf(IMAGE_TOKEN);
      for (const { name, kind, width } of layersOf('text')) {
        if (kind === 'attn') continue;
        const tokens = await wanted(`${item.id}/${name}`);
        for (const k of [0, 1]) {
          const patches = rowsOfBox(visual, layoutOfTiles(visual.tiles, 0), inOrder(item)[k].box);
          expect(
            rowError(
              [(await rowsOf(name, `patches:${k + 1}` as Selection))[i]],
              [
                meanRow(
                  tokens,
                  width,
                  patches.map((patch) => start + patch),
                ),
              ],
            ),
            name,
          ).toBeLessThan(TOLERANCE);
        }
      }
    }
  });
});

test('logits over the whole vocabulary, and the option scores made of them', async () => {
  const logits = await wanted('logits');
  const size = logits.length / items.length;
  const { text, vision } = checkpoint;
  const visionRunner = await VisionRunner.open(vision!, [], { features: true });
  const textRunner = await TextRunner.open(text!, []);
  for (const [i, item] of items.entries()) {
    const visual = await visualOf(item.image);
    const { features } = await visionRunner.run([visual], [[]]);
    const prompt = text!.prompt(item, [visual]);
    const everything = Array.from({ length: size }, (_, token) => token);
    const output = await textRunner.run(
      [{ ids: prompt.ids, prompt, visuals: [visual], features: features!, pools: [], heads: [prompt.ids.length - 1] }],
      everything,
    );
    const expected = logits.subarray(i * size, (i + 1) * size);
    expect(rowError([output.logits], [expected])).toBeLessThan(TOLERANCE);
    expect(output.normalisers[0]).toBeCloseTo(logSumExp([...expected]), 3);
    // All four spellings of every option are one token each in this vocabulary (checkpoints/training/tokens.py).
    for (const option of item.options) {
      const capitalised = option[0].toUpperCase() + option.slice(1);
      const tokens = [option, ` ${option}`, capitalised, ` ${capitalised}`].map(
        (spelling) => text!.tools.tokenizer.encode(spelling, { add_special_tokens: false }).ids,
      );
      expect(tokens.every((ids) => ids.length === 1)).toBe(true);
      expect(extraction.answers[i].scores[option]).toBeCloseTo(logSumExp(tokens.map(([id]) => expected[id])), 3);
    }
  }
  await visionRunner.release();
  await textRunner.release();
});
