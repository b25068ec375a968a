// @module-tag slow
/**
 * The store under stress: half precision, shares, several processes at once, SIGKILL, and who else can open the files.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ContrastSet, Pair } from '../../core/artifacts/contrast-set.ts';
import type { StatesHeader } from '../../core/artifacts/hidden-states.ts';
import { halfToFloat, toHalves } from '../../core/formats/half.ts';
import { sha256 } from '../../core/formats/hash.ts';
import { openHiddenStates, shardFile } from '../../core/formats/hidden-states.ts';
import { hashPixels } from '../../core/formats/pixel-hash.ts';
import { readSafetensorsHeader, writeSafetensors } from '../../core/formats/safetensors.ts';
import {
  type Checkpoint,
  decodeImage,
  extract,
  extractShare,
  openCheckpoint,
  type Extraction,
  type ExtractOptions,
} from '../../extractors/index.ts';
import { finishFolder, writeShard } from '../../extractors/store.ts';
import { hasPython, python } from '../core/formats/python.ts';
import { CHECKPOINT, PARITY, paritySet, setOf, temporaryFolder } from './support.ts';

const SHARDS = 8;
/** What every extraction here reads: eight small shards, so that much happens between shards in little time. */
const FEW = {
  layers: ['vision.1', 'text.1', 'text.out'],
  rowsPerShard: 16,
  dtype: 'float16',
} as const satisfies Partial<ExtractOptions>;

let root: string;
let checkpoint: Checkpoint;
let set: ContrastSet;
let undisturbed: Extraction;
/** Each file's hash in the folder of an undisturbed run. */
let expected: Record<string, string>;
beforeAll(async () => {
  root = await temporaryFolder();
  checkpoint = await openCheckpoint(CHECKPOINT);
  const { pairs } = paritySet();
  set = setOf(
    PARITY,
    Array.from({ length: (SHARDS * FEW.rowsPerShard) / 2 }, (_, i): Pair => {
      const pair = pairs[i % pairs.length];
      return {
        ...pair,
        id: `${pair.id}-${i}`,
        first: { ...pair.first, item: `${pair.first.item}-${i}` },
        second: { ...pair.second, item: `${pair.second.item}-${i}` },
      };
    }),
  );
  undisturbed = await extract({ checkpoint, set, directory: join(root, 'undisturbed'), ...FEW });
  expected = files('undisturbed');
  await writeFile(join(root, 'set.json'), JSON.stringify(set));
  await writeFile(
    join(root, 'child.mts'),
    `import { readFileSync } from 'node:fs';
import { extract, extractShare, openCheckpoint } from ${JSON.stringify(resolve('extractors/index.ts'))};
const [directory, options, share] = process.argv.slice(2).map((text, i) => (i === 0 ? text : JSON.parse(text)));
const set = JSON.parse(readFileSync(${JSON.stringify(join(root, 'set.json'))}, 'utf8'));
const all = { checkpoint: await openCheckpoint(${JSON.stringify(resolve(CHECKPOINT))}), set, directory, ...options };
try { await (share ? extractShare(all, share) : extract(all)); } catch (error) { console.error(error); process.exit(error.code === 'folder-in-use' ? 3 : 1); }`,
  );
});

const files = (name: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(root, name))
      .sort()
      .map((file) => [file, sha256(readFileSync(join(root, name, file)))]),
  );

interface Child {
  readonly process: ChildProcess;
  readonly ended: Promise<number | null>;
}

/** Starts an extraction in a process of its own. */
function start(name: string, options: object = FEW, share?: object): Child {
  const child = spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      join(root, 'child.mts'),
      join(root, name),
      JSON.stringify(options),
      JSON.stringify(share ?? null),
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return { process: child, ended: new Promise((done) => child.on('exit', (code) => done(code))) };
}

/** Waits until the folder looks as asked, or the process has ended. */
async function until(
  { process: child }: Child,
  name: string,
  seen: (files: readonly string[]) => boolean,
): Promise<void> {
  const list = (): string[] => {
    try {
      return readdirSync(join(root, name));
    } catch {
      return [];
    }
  };
  while (child.exitCode === null && !seen(list())) await new Promise((done) => setTimeout(done, 1));
}
const shardsIn = (list: readonly string[]): number => list.filter((name) => name.startsWith('states-')).length;

describe('float16', () => {
  test('holds each float32 value rounded to the nearest half, in half the bytes', async () => {
    const full = await extract({ checkpoint, set, directory: join(root, 'float32'), ...FEW, dtype: 'float32' });
    expect(undisturbed.states.header.dtype).toBe('float16');
    for (const layer of ['vision.1', 'text.out'] as const) {
      const selection = layer === 'vision.1' ? 'cls' : 'last';
      const [half, single] = [
        await undisturbed.states.read(layer, selection),
        await full.states.read(layer, selection),
      ];
      expect(half.data).toEqual(Float32Array.from(toHalves(single.data), halfToFloat));
    }
    expect(undisturbed.answers).toEqual(full.answers);
    const { tensors } = await readSafetensorsHeader(join(root, 'undisturbed', shardFile(0)));
    expect([...tensors.values()].every(({ type }) => type === 'F16')).toBe(true);
    expect((await extract({ checkpoint, set, directory: join(root, 'undisturbed'), ...FEW })).reused).toBe(true);
  });

  test('refuses what it can’t hold, and names layer and row; nothing is written', async () => {
    const data = new Float32Array(6);
    data[4] = 65504;
    const write = (): Promise<void> =>
      writeShard(
        join(root, 'range'),
        2,
        { key: 'k', dtype: 'float16', rowsPerShard: 3 },
        { rows: 3, tensors: new Map([['text.1@last', data]]), answers: [] },
      );
    await write();
    await rm(join(root, 'range'), { recursive: true });
    data[4] = 65505;
    await expect(write()).rejects.toMatchObject({
      code: 'beyond-float16',
      message: expect.stringMatching(/text\.1@last holds 65505 in row 8/) as string,
    });
    expect(() => readdirSync(join(root, 'range'))).toThrow();
  });

  test('bfloat16 made elsewhere is read as float32', async () => {
    const directory = join(root, 'bfloat16');
    await mkdir(directory);
    await writeSafetensors(join(directory, shardFile(0)), [
      { name: 'text.0@last', shape: [2, 2], data: Uint16Array.of(0x3f80, 0xc000, 0x4049, 0), type: 'BF16' },
    ]);
    const header: StatesHeader = {
      format: 'plumbline-hidden-states',
      version: 1,
      key: 'k',
      dtype: 'bfloat16',
      checkpoint: { name: 'a', hash: '0' },
      set: { name: 's', hash: '0' },
      rows: 2,
      rowsPerShard: 2,
      layers: [
        {
          name: 'text.0',
          part: 'text',
          depth: 0,
          kind: 'block',
          tensor: 't',
          file: 'f',
          width: 2,
          norm: 'unknown',
          huggingFaceIndex: null,
        },
      ],
      selections: { 'text.0': ['last'] },
    };
    await writeFile(join(directory, 'states.json'), JSON.stringify(header));
    await writeFile(
      join(directory, 'index.jsonl'),
      '{"row":0,"item":"a","group":"g"}\n{"row":1,"item":"b","group":"g"}\n',
    );
    expect([...(await (await openHiddenStates(directory)).read('text.0', 'last')).data]).toEqual([1, -2, 3.140625, 0]);
  });
});

describe('shares', () => {
  test('need nothing of one another, and merge by lying in the same folder', async () => {
    const of = 3;
    const results = [];
    for (const index of [3, 1])
      results.push(await extractShare({ checkpoint, set, directory: join(root, 'shares'), ...FEW }, { index, of }));
    expect(results.map(({ shards, allShards, finished }) => [shards, allShards, finished])).toEqual([
      [2, SHARDS, null],
      [3, SHARDS, null],
    ]);
    expect(shardsIn(Object.keys(files('shares')))).toBe(5);
    await expect(openHiddenStates(join(root, 'shares'))).rejects.toMatchObject({ code: 'file-not-found' });
    // A folder elsewhere, copied into place afterwards.
    const other = await extractShare({ checkpoint, set, directory: join(root, 'share-2'), ...FEW }, { index: 2, of });
    expect(other.finished).toBe(null);
    cpSync(join(root, 'share-2'), join(root, 'shares'), { recursive: true });
    const steps: number[] = [];
    const last = await extractShare(
      {
        checkpoint,
        set,
        directory: join(root, 'shares'),
        ...FEW,
        onProgress: ({ done, total }) => steps.push(done / total),
      },
      { index: 2, of },
    );
    // Its shards are there already: nothing is computed.
    expect(steps).toEqual([1]);
    expect(last.finished?.answers).toEqual(undisturbed.answers);
    expect(files('shares')).toEqual(expected);
  });

  test('a call without share makes what is missing; shares beyond the shards have nothing to do', async () => {
    const directory = join(root, 'rest');
    await extractShare({ checkpoint, set, directory, ...FEW }, { index: 1, of: 4 });
    expect((await extract({ checkpoint, set, directory, ...FEW })).reused).toBe(false);
    expect(files('rest')).toEqual(expected);
    expect(
      await extractShare({ checkpoint, set, directory: join(root, 'idle'), ...FEW }, { index: 20, of: 20 }),
    ).toEqual({ shards: 0, allShards: SHARDS, finished: null });
    for (const share of [
      { index: 0, of: 2 },
      { index: 3, of: 2 },
      { index: 1, of: 0 },
      { index: 1.5, of: 2 },
    ])
      await expect(extractShare({ checkpoint, set, directory, ...FEW }, share)).rejects.toMatchObject({
        code: 'bad-option',
      });
  });

  test('two processes at once', async () => {
    const codes = await Promise.all([1, 2].map((index) => start('array-job', FEW, { index, of: 2 }).ended));
    expect(codes).toEqual([0, 0]);
    expect(files('array-job')).toEqual(expected);
  });
});

describe('several processes, and SIGKILL', () => {
  test('two processes on one folder, killed again and again, then left alone: the bytes of an undisturbed run', async () => {
    const moments: ((list: readonly string[]) => boolean)[] = [
      (list) => list.some((name) => name.endsWith('.tmp')),
      (list) => shardsIn(list) >= 5 && list.some((name) => name.endsWith('.tmp')),
      (list) => list.includes('index.jsonl') || list.some((name) => name.includes('index.jsonl')),
    ];
    for (const moment of moments) {
      const pair = [start('stress'), start('stress')];
      await until(pair[0], 'stress', moment);
      for (const { process: child } of pair) child.kill('SIGKILL');
      await Promise.all(pair.map(({ ended }) => ended));
    }
    expect(await Promise.all([start('stress').ended, start('stress').ended])).toEqual([0, 0]);
    expect(files('stress')).toEqual(expected);
  });

  test('two different extractions on one folder: nothing that is read afterwards is a mixture', async () => {
    const narrow = { ...FEW, layers: ['text.1', 'text.out'] };
    const codes = await Promise.all([start('clash').ended, start('clash', narrow).ended]);
    // Each either finished, or says that the folder is in use.
    for (const code of codes) expect([0, 3]).toContain(code);
    try {
      const { header } = await openHiddenStates(join(root, 'clash'));
      const states = await openHiddenStates(join(root, 'clash'));
      for (const { name } of header.layers)
        for (const selection of header.selections[name])
          expect((await states.read(name, selection)).data).toEqual(
            (await undisturbed.states.read(name, selection)).data,
          );
    } catch (error) {
      expect(['file-not-found', 'shard-mismatch']).toContain((error as { code: string }).code);
    }
    // One of them again, alone, puts it right.
    await extract({ checkpoint, set, directory: join(root, 'clash'), ...FEW });
    expect(files('clash')).toEqual(expected);
  });

  test('a shard of another extraction is refused when read, and the folder isn’t declared finished over it', async () => {
    cpSync(join(root, 'undisturbed'), join(root, 'foreign'), { recursive: true });
    const { header } = undisturbed.states;
    const tensors = new Map(
      header.layers.flatMap(({ name, width }) =>
        header.selections[name].map(
          (selection) => [`${name}@${selection}`, new Float32Array(FEW.rowsPerShard * width)] as const,
        ),
      ),
    );
    await writeShard(
      join(root, 'foreign'),
      2,
      { ...header, key: 'another' },
      { rows: FEW.rowsPerShard, tensors, answers: [] },
    );
    await expect((await openHiddenStates(join(root, 'foreign'))).read('text.1', 'last')).rejects.toMatchObject({
      code: 'shard-mismatch',
      where: join(root, 'foreign', shardFile(2)),
    });
    expect(await finishFolder(join(root, 'foreign'), header, [])).toBe(null);
  });
});

test('a picture that is not the one the set was made with is refused', async () => {
  const directory = join(root, 'pictures');
  cpSync(PARITY, directory, { recursive: true });
  const image = 'images/p1.png';
  const names = readdirSync(join(directory, 'images')).map((name) => `images/${name}`);
  const imageHashes = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => {
        const { width, height, data } = await decodeImage(join(directory, name));
        return [name, hashPixels(width, height, data)] as const;
      }),
    ),
  );
  const changed = { ...paritySet(), directory };
  const recorded: ContrastSet = { ...changed, header: { ...changed.header, imageHashes } };
  await extract({ checkpoint, set: recorded, directory: join(root, 'out-pictures'), layers: ['text.1'] });
  const { data, info } = await sharp(join(directory, image)).raw().toBuffer({ resolveWithObject: true });
  // Packed otherwise, it is the same picture.
  await writeFile(join(directory, image), await sharp(data, { raw: info }).png({ compressionLevel: 0 }).toBuffer());
  await extract({ checkpoint, set: recorded, directory: join(root, 'out-repacked'), layers: ['text.1'] });
  data[1000] ^= 1;
  await writeFile(join(directory, image), await sharp(data, { raw: info }).png().toBuffer());
  await expect(
    extract({ checkpoint, set: recorded, directory: join(root, 'out-changed'), layers: ['text.1'] }),
  ).rejects.toMatchObject({ code: 'picture-changed', where: join(directory, image) });
});

test.skipIf(!hasPython('numpy', 'safetensors'))(
  'numpy opens the shards (needs numpy and safetensors in PLUMBLINE_PYTHON, or python3)',
  async () => {
    const script = `
import json, sys
from safetensors.numpy import load_file
t = load_file(sys.argv[1])['text.1@last']
print(json.dumps({'type': str(t.dtype), 'shape': t.shape, 'row': t[3].astype('float64').tolist()}))`;
    const { type, shape, row } = JSON.parse(
      execFileSync(python, ['-c', script, join(root, 'undisturbed', shardFile(1))], { encoding: 'utf8' }),
    ) as { type: string; shape: number[]; row: number[] };
    const { data, cols } = await undisturbed.states.read('text.1', 'last');
    expect([type, shape]).toEqual(['float16', [FEW.rowsPerShard, cols]]);
    const at = (FEW.rowsPerShard + 3) * cols;
    expect(row).toEqual([...data.subarray(at, at + cols)]);
  },
);

test.skipIf(!hasPython('torch', 'safetensors'))(
  'PyTorch opens the shards (needs torch and safetensors in PLUMBLINE_PYTHON, or python3)',
  async () => {
    const script = `
import json, sys
from safetensors.torch import load_file
t = load_file(sys.argv[1])['text.out@last']
print(json.dumps({'type': str(t.dtype), 'row': t[0].double().tolist()}))`;
    const { type, row } = JSON.parse(
      execFileSync(python, ['-c', script, join(root, 'undisturbed', shardFile(0))], { encoding: 'utf8' }),
    ) as { type: string; row: number[] };
    const { data, cols } = await undisturbed.states.read('text.out', 'last');
    expect(type).toBe('torch.float16');
    expect(row).toEqual([...data.subarray(0, cols)]);
  },
);
