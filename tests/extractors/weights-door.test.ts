/** Checkpoints read from their weights: against their ONNX export, through links, damaged in every way. */
import {
  cpSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { row } from '../../core/matrix.ts';
import { PlumblineError } from '../../core/errors.ts';
import { encodeSafetensors, type TensorToWrite } from '../../core/formats/safetensors.ts';
import {
  checkpointHash,
  extract,
  type Extraction,
  inspectCheckpoint,
  openCheckpoint,
  reshuffleWeights,
} from '../../extractors/index.ts';
import { cachePlan } from '../../extractors/run/cache.ts';
import { TextRunner } from '../../extractors/run/text.ts';
import { parityItems, paritySet, rowError } from './support.ts';
import { WEIGHTS } from './weights.ts';

const BUNDLED = 'checkpoints/llava-tiny-shortcut';
/** States of the two doors: other sums of the same numbers. */
const SAME = 1e-5;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'plumbline-weights-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const fresh = async (): Promise<string> => mkdtemp(join(root, 'folder-'));

/** A copy of a folder's own files. */
async function copyOf(from: string, without: readonly string[] = []): Promise<string> {
  const folder = await fresh();
  for (const entry of readdirSync(from, { withFileTypes: true }))
    if (entry.isFile() && !without.includes(entry.name)) cpSync(join(from, entry.name), join(folder, entry.name));
  return folder;
}

async function problem(folder: string): Promise<PlumblineError> {
  try {
    await openCheckpoint(folder);
  } catch (error) {
    if (error instanceof PlumblineError) return error;
    throw error;
  }
  throw new Error('it opened');
}

describe('the bundled checkpoint', () => {
  let folder: string;
  const read = async (path: string, from?: 'weights'): Promise<Extraction> => {
    const checkpoint = await openCheckpoint(path, { from });
    const layers = checkpoint.layers.map(({ name }) => name);
    return extract({ checkpoint, set: paritySet(), directory: join(await fresh(), 'states'), layers });
  };
  beforeAll(async () => {
    folder = await copyOf(BUNDLED);
  });

  test('every layer and selection, and the answers, are those of its ONNX export', async () => {
    const [weights, onnx] = [await read(folder), await read(BUNDLED)];
    const { layers, selections } = onnx.states.header;
    const without = (all: typeof layers): object[] => all.map((layer) => ({ ...layer, tensor: '', file: '' }));
    expect(without(weights.states.header.layers)).toEqual(without(layers));
    for (const { name } of layers)
      for (const selection of selections[name]) {
        const [a, b] = [await weights.states.read(name, selection), await onnx.states.read(name, selection)];
        const rows = parityItems().map((_, i) => i);
        const error = rowError(
          rows.map((i) => row(a, i)),
          rows.map((i) => row(b, i)),
        );
        expect(error, `${name}@${selection}`).toBeLessThan(SAME);
      }
    const best = ({ scores }: Extraction['answers'][number]): string =>
      Object.entries(scores).reduce((a, b) => (b[1] > a[1] ? b : a))[0];
    expect(weights.answers.map(best)).toEqual(onnx.answers.map(best));
    weights.answers.forEach(({ scores }, i) => {
      for (const [option, score] of Object.entries(scores))
        expect(score).toBeCloseTo(onnx.answers[i].scores[option], 4);
    });
  });

  test('which is read, and why', async () => {
    expect((await openCheckpoint(BUNDLED)).door).toMatchObject({
      from: 'onnx',
      why: expect.stringContaining('graphs are taken') as string,
    });
    expect((await openCheckpoint(BUNDLED, { from: 'weights' })).door).toMatchObject({
      from: 'weights',
      why: expect.stringContaining('asked for') as string,
    });
    const inspection = await inspectCheckpoint(folder);
    expect(inspection.door.from).toBe('weights');
    expect(inspection.door.unread).toEqual(
      ['bias', 'weight'].map((what) => `vision_tower.vision_model.post_layernorm.${what}`),
    );
    expect(inspection.graphs.map(({ file }) => file)).toEqual(
      ['vision_encoder', 'embed_tokens', 'decoder_model_merged'].map((name) => `model.safetensors#${name}`),
    );
    expect(inspection.graphs.reduce((sum, { externalBytes }) => sum + externalBytes, 0)).toBeLessThan(5_778_832);
  });

  test('prompts share their beginnings', async () => {
    const { text } = await openCheckpoint(folder);
    expect(cachePlan(text!)?.slots.length).toBe(8);
    const runner = await TextRunner.open(text!, [], { share: true });
    expect(runner.cache).not.toBeNull();
    await runner.release();
  });

  test('its hash is of the weights and the graphs, wherever it lies', async () => {
    const hash = await checkpointHash(await openCheckpoint(folder));
    expect(await checkpointHash(await openCheckpoint(await copyOf(BUNDLED)))).toBe(hash);
    expect(await checkpointHash(await openCheckpoint(BUNDLED))).not.toBe(hash);
  });

  test('in Hugging Face’s cache, where files are links to blobs', async () => {
    const cache = await fresh();
    await mkdir(join(cache, 'blobs'));
    await mkdir(join(cache, 'snapshots'));
    for (const name of readdirSync(folder)) {
      const blob = join(cache, 'blobs', `blob-of-${name.length}-${name.replaceAll('.', '-')}`);
      cpSync(join(folder, name), blob);
      symlinkSync(join('..', 'blobs', basename(blob)), join(cache, 'snapshots', name));
    }
    const linked = await read(join(cache, 'snapshots'));
    const plain = await read(folder);
    const [a, b] = [await linked.states.read('text.out', 'last'), await plain.states.read('text.out', 'last')];
    expect(a.data).toEqual(b.data);
  });

  test('the untrained copy', async () => {
    const copy = await reshuffleWeights(await openCheckpoint(folder), join(await fresh(), 'untrained'), 3);
    expect(copy.door.from).toBe('weights');
    const [before, after] = [folder, copy.directory].map((one) => readFileSync(join(one, 'model.safetensors')));
    expect(after.length).toBe(before.length);
    expect(after.equals(before)).toBe(false);
    // The original is as it was.
    expect(before.equals(readFileSync(join(BUNDLED, 'model.safetensors')))).toBe(true);
    const untrained = await read(copy.directory);
    expect(untrained.answers).toHaveLength(parityItems().length);
  });
});

describe('damaged folders', () => {
  const LLAMA = join(WEIGHTS, 'llama');
  const SHARDS = join(WEIGHTS, 'llama3-shards');
  const edited = async (change: (config: Record<string, unknown>) => void, from = LLAMA): Promise<string> => {
    const folder = await copyOf(from);
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
    change(config);
    writeFileSync(join(folder, 'config.json'), JSON.stringify(config));
    return folder;
  };

  test.each([
    ['model_type', { model_type: 'quux' }, 'unsupported-model', /models of type `quux`/],
    ['activation', { hidden_act: 'mish' }, 'unsupported-model', /activation `mish`/],
    [
      'rotary positions',
      { rope_scaling: { rope_type: 'longrope', factor: 2 } },
      'unsupported-model',
      /type `longrope`/,
    ],
    ['rotary factor', { rope_scaling: { rope_type: 'linear' } }, 'unsupported-model', /need `factor`/],
    ['quantised', { quantization_config: { quant_method: 'bitsandbytes' } }, 'unsupported-model', /quantised/],
    ['width', { hidden_size: 28 }, 'wrong-shape', /`model\.embed_tokens\.weight` has the shape \[48, 24\].*\[48, 28\]/],
    ['kind of width', { hidden_size: 'wide' }, 'invalid-json', /hidden_size/],
    ['layers more', { num_hidden_layers: 3 }, 'missing-weights', /no tensor `model\.layers\.2\./],
    ['layers fewer', { num_hidden_layers: 1 }, 'extra-weights', /9 tensors have no place.*model\.layers\.1\./],
    ['original layout', { model_type: 'internvl_chat' }, 'unsupported-model', /`internvl_chat`/],
  ])('config.json: %s', async (_, change, code, message) => {
    const error = await problem(await edited((config) => Object.assign(config, change)));
    expect(error).toMatchObject({ code, where: expect.stringContaining('folder-') as string });
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
  });

  test('a shard that is missing, and one of another version', async () => {
    const folder = await copyOf(SHARDS);
    const shards = readdirSync(folder).filter((name) => /-of-/.test(name));
    renameSync(join(folder, shards[1]), join(folder, 'elsewhere'));
    expect(await problem(folder)).toMatchObject({
      code: 'missing-shard',
      message: expect.stringContaining(shards[1]) as string,
    });
    cpSync(join(folder, shards[0]), join(folder, shards[1]));
    expect(await problem(folder)).toMatchObject({
      code: 'missing-weights',
      message: expect.stringContaining(shards[1]) as string,
    });
  });

  test('an index that leads out of the folder', async () => {
    const folder = await copyOf(SHARDS);
    const index = join(folder, 'model.safetensors.index.json');
    writeFileSync(index, readFileSync(index, 'utf8').replace(/"model-00001-of/, '"../model-00001-of'));
    expect(await problem(folder)).toMatchObject({ code: 'path-escapes' });
  });

  test('a truncated file, an empty one, offsets that overlap or escape', async () => {
    const folder = await copyOf(LLAMA);
    const path = join(folder, 'model.safetensors');
    const whole = readFileSync(path);
    truncateSync(path, whole.length - 10);
    expect(await problem(folder)).toMatchObject({ code: 'corrupt-safetensors', where: path });
    writeFileSync(path, '');
    expect(await problem(folder)).toMatchObject({ code: 'corrupt-safetensors', where: path });
    const length = Number(whole.readBigUInt64LE(0));
    const header = whole.subarray(8, 8 + length).toString();
    for (const shift of [-4, 4, 1e12]) {
      const moved = header.replace(
        /"data_offsets":\[(\d+),(\d+)\]/,
        (_, a: string, b: string) => `"data_offsets":[${Number(a) + Math.abs(shift)},${Number(b) + shift}]`,
      );
      const bytes = Buffer.from(moved);
      const head = Buffer.alloc(8);
      head.writeBigUInt64LE(BigInt(bytes.length));
      writeFileSync(path, Buffer.concat([head, bytes, whole.subarray(8 + length)]));
      expect(await problem(folder)).toMatchObject({ code: 'corrupt-safetensors' });
    }
  });

  test('any byte of the header changed: an error or the same model, never a crash', async () => {
    const folder = await copyOf(LLAMA);
    const path = join(folder, 'model.safetensors');
    const whole = readFileSync(path);
    const length = Number(whole.readBigUInt64LE(0));
    for (let at = 0; at < 8 + length; at += 97) {
      const bytes = Buffer.from(whole);
      bytes[at] ^= 0x15;
      writeFileSync(path, bytes);
      await openCheckpoint(folder).catch((error: unknown) => expect(error).toBeInstanceOf(PlumblineError));
    }
  });

  test('weights of another type', async () => {
    const folder = await copyOf(LLAMA);
    const tensors: TensorToWrite[] = [
      { name: 'model.embed_tokens.weight', shape: [48, 24], data: new Int32Array(48 * 24) },
    ];
    writeFileSync(join(folder, 'model.safetensors'), Buffer.concat(encodeSafetensors(tensors)));
    expect(await problem(folder)).toMatchObject({
      code: 'unsupported-weights',
      message: expect.stringContaining('I32') as string,
    });
  });

  test('pickles are refused with the line that converts them; adapters with what merges them', async () => {
    const folder = await copyOf(LLAMA, ['model.safetensors']);
    writeFileSync(join(folder, 'pytorch_model.bin'), 'PK');
    const error = await problem(folder);
    expect(error).toMatchObject({
      code: 'not-a-checkpoint',
      hint: expect.stringContaining('safe_serialization=True') as string,
    });
    rmSync(join(folder, 'pytorch_model.bin'));
    writeFileSync(join(folder, 'adapter_config.json'), '{}');
    expect((await problem(folder)).hint).toMatch(/merge_and_unload/);
  });

  test('weights that hold NaN are refused when they are run', async () => {
    const folder = await copyOf(BUNDLED);
    const path = join(folder, 'model.safetensors');
    const bytes = readFileSync(path);
    bytes.fill(0xff, bytes.length - 4096);
    writeFileSync(path, bytes);
    const checkpoint = await openCheckpoint(folder);
    const running = extract({ checkpoint, set: paritySet(), directory: join(await fresh(), 'states') });
    await expect(running).rejects.toMatchObject({ code: 'not-finite' });
  });
});
