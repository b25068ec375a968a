/** What is opened, and what is said of a folder that can't be. */
import { cp, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PlumblineError } from '../../core/errors.ts';
import { checkpointHash, describePrompt, inspectCheckpoint, openCheckpoint } from '../../extractors/index.ts';
import { CHECKPOINT, temporaryFolder } from './support.ts';

let root: string;
let count = 0;
beforeAll(async () => (root = await temporaryFolder()));

/** A copy of the checkpoint to damage; PyTorch's weights are left out. */
async function copy(): Promise<string> {
  const folder = join(root, `copy-${count++}`);
  await cp(CHECKPOINT, folder, { recursive: true, filter: (path) => !path.endsWith('.safetensors') });
  return folder;
}
async function problem(folder: string): Promise<PlumblineError> {
  return openCheckpoint(folder).then(
    () => Promise.reject(new Error('it opened')),
    (error: unknown) => error as PlumblineError,
  );
}
async function edit(path: string, change: (value: Record<string, unknown>) => void): Promise<void> {
  const value = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  change(value);
  await writeFile(path, JSON.stringify(value));
}

describe('errors say what was found, what was expected and what to do', () => {
  test('no such folder', async () => {
    const path = join(root, 'nowhere');
    expect(await problem(path)).toMatchObject({ code: 'checkpoint-not-found', where: path });
  });

  test('a file', async () => {
    expect(await problem(join(CHECKPOINT, 'config.json'))).toMatchObject({
      code: 'not-a-checkpoint',
      message: expect.stringContaining('folder') as string,
    });
  });

  test('an empty folder, a folder of something else, the folder above', async () => {
    const empty = join(root, 'empty');
    await mkdir(empty);
    expect((await problem(empty)).message).toMatch(
      /config\.json and model\.safetensors or onnx.* not there; the folder is empty/,
    );
    await writeFile(join(empty, 'notes.txt'), '');
    expect((await problem(empty)).message).toMatch(/found notes\.txt/);
    await cp(CHECKPOINT, join(empty, 'inner'), { recursive: true, filter: (path) => !path.endsWith('.safetensors') });
    expect((await problem(empty)).hint).toBe(`did you mean ${join(empty, 'inner')}?`);
  });

  test('pickled weights without ONNX graphs', async () => {
    const folder = await copy();
    await rm(join(folder, 'onnx'), { recursive: true });
    await writeFile(join(folder, 'pytorch_model.bin'), '');
    expect(await problem(folder)).toMatchObject({
      code: 'not-a-checkpoint',
      hint: expect.stringContaining('safe_serialization=True') as string,
    });
  });

  test.each(['vision_encoder', 'embed_tokens', 'decoder_model_merged'])('%s.onnx cut off', async (name) => {
    const folder = await copy();
    const path = join(folder, 'onnx', `${name}.onnx`);
    await truncate(path, Math.floor((await readFile(path)).length * 0.7));
    expect(await problem(folder)).toMatchObject({ code: 'corrupt-onnx', where: path });
  });

  test.each([
    ['tokenizer.json', 'no-tokenizer'],
    ['preprocessor_config.json', 'no-preprocessor'],
    ['onnx/embed_tokens.onnx', 'graph-missing'],
    ['onnx/decoder_model_merged.onnx', 'graph-missing'],
  ])('%s missing', async (file, code) => {
    const folder = await copy();
    await rm(join(folder, file));
    const found = await problem(folder);
    expect(found).toMatchObject({ code, where: folder });
    expect(found.hint).toBeTruthy();
  });

  test('no chat template anywhere', async () => {
    const folder = await copy();
    await rm(join(folder, 'chat_template.jinja'));
    expect(await problem(folder)).toMatchObject({ code: 'no-chat-template' });
  });

  test('damaged JSON, and JSON of another kind', async () => {
    const folder = await copy();
    await writeFile(join(folder, 'config.json'), '{"model_type": ');
    expect(await problem(folder)).toMatchObject({ code: 'not-json', where: join(folder, 'config.json') });
    const other = await copy();
    await writeFile(join(other, 'tokenizer.json'), '[]');
    expect(await problem(other)).toMatchObject({ code: 'invalid-json', where: join(other, 'tokenizer.json') });
  });

  test('a model of another form', async () => {
    const folder = await copy();
    await edit(join(folder, 'config.json'), (config) => (config.model_type = 'another_vl'));
    expect(await problem(folder)).toMatchObject({
      code: 'unsupported-model',
      message: expect.stringContaining('another_vl') as string,
    });
  });

  test('preprocessing that gives another size than the graph takes', async () => {
    const folder = await copy();
    await edit(join(folder, 'preprocessor_config.json'), (config) => (config.crop_size = { height: 98, width: 98 }));
    expect((await problem(folder)).message).toMatch(/takes pictures of 112 × 112, preprocessing gives 98 × 98/);
  });
});

test('a checkpoint with its chat template in tokenizer_config.json gives the same prompts', async () => {
  const folder = await copy();
  const template = await readFile(join(folder, 'chat_template.jinja'), 'utf8');
  await rm(join(folder, 'chat_template.jinja'));
  await edit(join(folder, 'tokenizer_config.json'), (config) => (config.chat_template = template));
  const question = 'Is the red sphere above or below the blue cone? Answer with only one word.';
  expect(describePrompt(await openCheckpoint(folder), question, [])).toEqual(
    describePrompt(await openCheckpoint(CHECKPOINT), question, []),
  );
});

test('the hash follows the files that results depend on, and nothing else', async () => {
  const folder = await copy();
  const hash = await checkpointHash(await openCheckpoint(folder));
  expect(await checkpointHash(await openCheckpoint(CHECKPOINT))).toBe(hash);
  await writeFile(join(folder, 'README.md'), 'changed');
  expect(await checkpointHash(await openCheckpoint(folder))).toBe(hash);
  await edit(join(folder, 'preprocessor_config.json'), (config) => (config.resample = 2));
  expect(await checkpointHash(await openCheckpoint(folder))).not.toBe(hash);
});

test('a suffix picks the graphs of another precision', async () => {
  const folder = await copy();
  for (const name of ['vision_encoder', 'embed_tokens', 'decoder_model_merged'])
    await cp(join(folder, 'onnx', `${name}.onnx`), join(folder, 'onnx', `${name}_q4.onnx`));
  expect((await openCheckpoint(folder)).files).toContain('onnx/vision_encoder.onnx');
  expect((await openCheckpoint(folder, { variant: '_q4' })).files).toContain('onnx/vision_encoder_q4.onnx');
  await expect(openCheckpoint(folder, { variant: '_int8' })).rejects.toMatchObject({
    code: 'not-a-checkpoint',
    message: expect.stringContaining('vision_encoder_int8.onnx') as string,
  });
});

test('inspection shows layers, graphs, picture and the tokens that are read', async () => {
  const { layers, graphs, picture, prompt, modelType } = await inspectCheckpoint(CHECKPOINT);
  expect(modelType).toBe('llava');
  expect(layers.every(({ width }) => width === 128)).toBe(true);
  expect(graphs.map(({ file }) => file)).toEqual([
    'onnx/vision_encoder.onnx',
    'onnx/embed_tokens.onnx',
    'onnx/decoder_model_merged.onnx',
  ]);
  // 4 bytes a number, and little else in the files.
  for (const { bytes, parameters } of graphs) expect(bytes / (4 * parameters)).toBeLessThan(1.3);
  expect(picture).toMatchObject({
    size: { width: 112, height: 112 },
    filter: 'bicubic',
    grid: { rows: 8, columns: 8, patch: 14 },
  });
  const { tokens } = prompt!;
  expect(tokens.flatMap(({ patch }) => patch?.patch ?? [])).toEqual([...Array(64).keys()]);
  const reads = (selection: string): string[] =>
    tokens.filter(({ selections }) => selections.some((one) => one === selection)).map(({ text }) => text);
  expect(reads('words:1')).toEqual([' cube']);
  expect(reads('words:2')).toEqual([' sphere']);
  expect(reads('last')).toEqual([':']);
  expect(tokens.at(-1)!.selections).toEqual(['last']);
});
