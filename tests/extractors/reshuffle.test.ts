// @module-tag slow
/** The untrained control: the same graph, every matrix's numbers in another order. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { row } from '../../core/matrix.ts';
import { type Checkpoint, extract, openCheckpoint, reshuffleWeights } from '../../extractors/index.ts';
import { graphsOf } from '../../extractors/checkpoint/open.ts';
import { tensorsOf } from '../../extractors/onnx/read.ts';
import { openArchitecture } from './architectures.ts';
import { CHECKPOINT, paritySet, rowError, temporaryFolder } from './support.ts';

/** Bytes of every weight tensor by graph and name. */
function weights({
  directory,
  ...parts
}: Checkpoint): Map<string, { bytes: Uint8Array; dims: readonly number[]; type: number }> {
  const found = new Map<string, { bytes: Uint8Array; dims: readonly number[]; type: number }>();
  for (const graph of graphsOf(parts))
    for (const [i, { raw, dims, dataType, name }] of [...tensorsOf(graph.model.graph)].entries()) {
      if (raw === null) continue;
      const bytes = readFileSync(raw.file === null ? graph.path : join(graph.path, '..', raw.file));
      const numbers = dims.reduce((product, edge) => product * edge, 1);
      const length = raw.length ?? numbers * 4;
      found.set(`${graph.file} ${i} ${name}`, {
        bytes: new Uint8Array(bytes.subarray(raw.start, raw.start + length)),
        dims,
        type: dataType,
      });
    }
  expect(directory).toBeTruthy();
  return found;
}
const sorted = (bytes: Uint8Array): number[] => [...new Float32Array(bytes.slice().buffer)].sort((a, b) => a - b);

describe.each([
  ['the bundled checkpoint', (): Promise<Checkpoint> => openCheckpoint(CHECKPOINT)],
  ['external data', (): Promise<Checkpoint> => openArchitecture('vit-external')],
  ['Constant nodes', (): Promise<Checkpoint> => openArchitecture('clip-constants')],
] as const)('%s', (_, open) => {
  test('keeps the graph, the shapes and each tensor’s values; matrices are in another order, vectors in their own', async () => {
    const checkpoint = await open();
    const copy = await reshuffleWeights(checkpoint, join(await temporaryFolder(), 'untrained'), 1);
    expect(copy.layers).toEqual(checkpoint.layers);
    expect(copy.files).toEqual(checkpoint.files);
    const [before, after] = [weights(checkpoint), weights(copy)];
    expect([...after.keys()]).toEqual([...before.keys()]);
    let changed = 0;
    for (const [name, { bytes, dims, type }] of before) {
      const other = after.get(name)!;
      expect([other.dims, other.type]).toEqual([dims, type]);
      const moved = Buffer.compare(Buffer.from(bytes), Buffer.from(other.bytes)) !== 0;
      const matrix = type === 1 && dims.filter((edge) => edge > 1).length > 1;
      if (!matrix) expect(moved, name).toBe(false);
      else if (moved) {
        changed++;
        expect(sorted(other.bytes), name).toEqual(sorted(bytes));
      }
    }
    expect(changed).toBeGreaterThan(8);
    expect(existsSync(join(copy.directory, 'model.safetensors'))).toBe(false);
  });
});

test('is extracted like any checkpoint: finite, and other hidden states; the same seed gives the same copy, another one another', async () => {
  const checkpoint = await openCheckpoint(CHECKPOINT);
  const root = await temporaryFolder();
  const [a, again, b] = [
    await reshuffleWeights(checkpoint, join(root, 'a'), 1),
    await reshuffleWeights(checkpoint, join(root, 'again'), 1),
    await reshuffleWeights(checkpoint, join(root, 'b'), 2),
  ];
  const read = async (of: Checkpoint): Promise<{ hash: string; states: Float32Array }> => {
    const { states } = await extract({
      checkpoint: of,
      set: paritySet(),
      directory: join(await temporaryFolder(), 'states'),
      layers: ['vision.3', 'text.out'],
    });
    return { hash: states.header.checkpoint.hash, states: row(await states.read('text.out', 'last'), 0) };
  };
  const [trained, first, second, third] = [await read(checkpoint), await read(a), await read(again), await read(b)];
  expect(first).toEqual(second);
  expect(third.hash).not.toBe(first.hash);
  for (const { states } of [first, third]) {
    expect(states.every(Number.isFinite)).toBe(true);
    // The norms' gains stay, so states are of the same size and of another direction.
    expect(rowError([states], [trained.states])).toBeGreaterThan(0.5);
  }
});

test('never writes over the checkpoint', async () => {
  const checkpoint = await openCheckpoint(CHECKPOINT);
  await expect(reshuffleWeights(checkpoint, CHECKPOINT, 1)).rejects.toMatchObject({ code: 'same-folder' });
});

test('tables of sines and cosines are left alone', async () => {
  const copy = await reshuffleWeights(await openArchitecture('qwen2-genai'), join(await temporaryFolder(), 'genai'), 3);
  const [before, after] = [weights(await openArchitecture('qwen2-genai')), weights(copy)];
  const caches = [...before].filter(([name]) => /cos_cache|sin_cache/.test(name));
  expect(caches.length).toBeGreaterThan(0);
  for (const [name, { bytes }] of caches)
    expect(Buffer.compare(Buffer.from(after.get(name)!.bytes), Buffer.from(bytes))).toBe(0);
});

test('the command reads a copy and leaves nothing of it', async () => {
  const root = await temporaryFolder();
  const set = join(root, 'set');
  const run = (...args: string[]): ReturnType<typeof spawnSync> =>
    spawnSync(process.execPath, ['--import', 'tsx', 'cli/main.ts', ...args], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: root },
    });
  expect(run('generate', 'perspective', '--scenes', '8', '--out', set).status).toBe(0);
  const common = [
    'extract',
    CHECKPOINT,
    '--set',
    set,
    '--layers',
    'text.out',
    '--selections',
    'last',
    'token:-2',
    '--json',
  ];
  const trained = run(...common, '--out', join(root, 'trained'));
  const untrained = run(...common, '--out', join(root, 'untrained'), '--untrained', '5');
  expect([trained.status, untrained.status]).toEqual([0, 0]);
  interface Printed {
    checkpoint: { name: string; hash: string };
    selections: Record<string, string[]>;
  }
  const [a, b] = [trained, untrained].map(({ stdout }) => JSON.parse(stdout as string) as Printed);
  expect(b.checkpoint.name).toBe(`${a.checkpoint.name}-untrained-5`);
  expect(b.checkpoint.hash).not.toBe(a.checkpoint.hash);
  expect(b.selections).toEqual({ 'text.out': ['last', 'token:-2'] });
  expect(readdirSync(root).filter((name) => name.startsWith('plumbline-untrained'))).toEqual([]);
});
