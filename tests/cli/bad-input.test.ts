// @module-tag slow
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, type CliResult } from './run-cli.ts';

const CHECKPOINT = fileURLToPath(new URL('../../checkpoints/llava-tiny-balanced', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plumbline-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** One clear error: what, where, what to do; no stack, nothing on stdout. */
function expectClearError({ code, stdout, stderr }: CliResult, what: RegExp, where: string): void {
  expect(code).not.toBe(0);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^plumbline: /m);
  expect(stderr).toMatch(what);
  expect(stderr).toContain(where);
  expect(stderr).toMatch(/^ {2}to do: \S/m);
  expect(stderr).not.toMatch(/^\s+at /m);
}

async function damagedCheckpoint(name: string, damage: (directory: string) => Promise<void>): Promise<string> {
  const directory = join(folder, name);
  await cp(CHECKPOINT, directory, { recursive: true });
  await damage(directory);
  return directory;
}

const diagnose = (checkpoint: string, out: string): Promise<CliResult> =>
  runCli(['diagnose', checkpoint, '--scenes', '8', '--out', join(folder, out)]);

describe('bad input gives one clear error', () => {
  it('a folder that is not there', async () => {
    expectClearError(await diagnose(join(folder, 'nowhere'), 'r1'), /no such/, 'nowhere');
  });

  it('a folder that is no checkpoint', async () => {
    expectClearError(
      await diagnose(fileURLToPath(new URL('.', import.meta.url)), 'r2'),
      /config\.json|onnx/,
      'tests/cli',
    );
  });

  it('a truncated graph', async () => {
    const directory = await damagedCheckpoint('truncated', (d) =>
      truncate(join(d, 'onnx/decoder_model_merged.onnx'), 500_000),
    );
    expectClearError(
      await diagnose(directory, 'r3'),
      /truncated|cut off|damaged|corrupt|incomplete/i,
      'decoder_model_merged.onnx',
    );
  });

  it('a checkpoint without tokenizer', async () => {
    const directory = await damagedCheckpoint('no-tokenizer', (d) => rm(join(d, 'tokenizer.json')));
    expectClearError(await diagnose(directory, 'r4'), /tokenizer/, 'no-tokenizer');
  });

  it('weights that are not numbers', async () => {
    const directory = await damagedCheckpoint('nan', async (d) => {
      const file = join(d, 'onnx/vision_encoder.onnx');
      const bytes = await readFile(file);
      // The largest initializer's data are somewhere in the middle of the file: overwrite 64 KiB of float32 with NaN.
      const middle = Math.floor(bytes.length / 2);
      for (let i = middle; i < middle + 65_536; i += 4) bytes.writeUInt32LE(0x7fc00000, i);
      await writeFile(file, bytes);
    });
    const result = await diagnose(directory, 'r5');
    expectClearError(result, /NaN|not finite|not a number/i, 'nan');
  });

  it('a run folder that holds no run', async () => {
    expectClearError(await runCli(['report', folder]), /holds no finished run/, folder);
  });

  it('a set whose picture cannot be decoded', async () => {
    const set = join(folder, 'set');
    expect((await runCli(['generate', 'perspective', '--scenes', '8', '--size', '64', '--out', set])).code).toBe(0);
    const [picture] = await readdir(join(set, 'images'));
    await writeFile(join(set, 'images', picture), 'not a picture');
    expectClearError(
      await runCli(['extract', CHECKPOINT, '--set', set, '--out', join(folder, 'states')]),
      /decod|picture|image/i,
      picture,
    );
    expect(existsSync(join(folder, 'states', 'states.json'))).toBe(false);
  });

  it('a misspelt command and a bad number', async () => {
    expect((await runCli(['diagnos', 'x'])).stderr).toMatch(/Did you mean diagnose/);
    const { code, stderr } = await runCli(['diagnose', CHECKPOINT, '--seed', 'half']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/--seed: a whole number/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe('Ctrl-C', () => {
  it('stops with exit code 130, leaves nothing that looks finished, and the same command then finishes', async () => {
    const out = join(folder, 'interrupted');
    const args = ['generate', 'perspective', '--scenes', '100', '--size', '224', '--out', out];
    const stopped = await runCli(args, { interruptOn: 'generate:' });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(/interrupted/);
    expect(existsSync(join(out, 'set.json'))).toBe(false);
    const again = await runCli(args);
    expect(again.code).toBe(0);
    expect(existsSync(join(out, 'set.json'))).toBe(true);
  });
});
