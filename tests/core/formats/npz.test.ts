/** npz: stored and deflated entries, bounds, damage; numpy agrees. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync, type Zippable } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PlumblineError } from '../../../core/errors.ts';
import { openNpz } from '../../../core/formats/npz.ts';
import { elementBytes, npyBytes, textBytes } from './npy-bytes.ts';
import { hasPython, python } from './python.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'plumbline-npz-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const floats = (values: readonly number[]): Uint8Array =>
  npyBytes({ descr: '<f4', shape: [values.length], data: elementBytes('<f4', values) });

async function written(name: string, entries: Zippable): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, zipSync(entries));
  return path;
}

async function valuesOf(path: string, name: string): Promise<number[]> {
  const file = await openNpz(path, { scratch: folder });
  try {
    const array = await file.open(name);
    const values = new Float32Array(array.shape[0]);
    await array.numbers!.read(0, values);
    return [...values];
  } finally {
    await file.close();
  }
}

test('stored and deflated arrays are read back, and nothing inflated stays behind', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.float({ noNaN: true }), { maxLength: 500 }),
      fc.constantFrom(0, 6, 9),
      async (values, level) => {
        const path = await written('round.npz', {
          'layer_3.npy': [floats(values), { level: level as 0 }],
          'other.txt': [new Uint8Array(3), { level: 0 }],
        });
        const file = await openNpz(path);
        expect(file.names).toEqual(['layer_3']);
        await file.close();
        expect(await valuesOf(path, 'layer_3')).toEqual(values);
      },
    ),
    { numRuns: 60 },
  );
  expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('ids as texts', async () => {
  const { descr, data } = textBytes(['p0-distance-0', 'ü']);
  const file = await openNpz(await written('ids.npz', { 'ids.npy': npyBytes({ descr, shape: [2], data }) }));
  expect(await (await file.open('ids')).labels()).toEqual(['p0-distance-0', 'ü']);
  await expect(file.open('none')).rejects.toMatchObject({
    code: 'array-not-found',
    hint: expect.stringContaining('ids') as string,
  });
  await file.close();
});

describe('bounds and damage', () => {
  test('an entry that would inflate beyond the bound is refused by its stated size', async () => {
    const path = await written('bomb.npz', { 'zeros.npy': [floats(new Array<number>(1e6).fill(0)), { level: 9 }] });
    const file = await openNpz(path, { maxInflated: 1e6, scratch: folder });
    await expect(file.open('zeros')).rejects.toMatchObject({
      code: 'inflates-too-far',
      message: expect.stringContaining('1000000 are allowed') as string,
      where: `${path}:zeros.npy`,
    });
    await file.close();
  });

  test('an entry that states less than it inflates to is stopped on the way', async () => {
    const bytes = zipSync({ 'zeros.npy': [floats(new Array<number>(1e6).fill(0)), { level: 9 }] });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const central = view.getUint32(bytes.length - 6, true);
    view.setUint32(central + 24, 1000, true);
    const path = join(folder, 'liar.npz');
    await writeFile(path, bytes);
    const file = await openNpz(path, { scratch: folder });
    await expect(file.open('zeros')).rejects.toMatchObject({ code: 'corrupt-zip' });
    await file.close();
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test.each(['../../up.npy', '/etc/a.npy', 'a/../../b.npy', 'C:\\a.npy', '..\\a.npy'])(
    'the entry name %s, which leads out of a folder',
    async (name) => {
      await expect(openNpz(await written('escape.npz', { [name]: floats([1]) }))).rejects.toMatchObject({
        code: 'path-escapes',
        message: expect.stringContaining(JSON.stringify(name)) as string,
      });
    },
  );

  test('a PyTorch file says what to save instead', async () => {
    await expect(
      openNpz(await written('model.pt', { 'model/data.pkl': new Uint8Array(4), 'model/data/0': new Uint8Array(4) })),
    ).rejects.toMatchObject({ code: 'pickled', hint: expect.stringContaining('safetensors') as string });
  });

  test.each([0, 9])(
    'flipped and cut bytes at deflate level %i: an error of ours, or what was written',
    async (level) => {
      const values = Array.from({ length: 40 }, (_, i) => i / 3);
      const whole = zipSync({ 'a.npy': [floats(values), { level: level as 0 }] });
      const path = join(folder, `fuzz-${level}.npz`);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 }),
          fc.option(fc.nat(whole.length), { freq: 4 }),
          async (changes, cut) => {
            const bytes = Uint8Array.from(whole);
            for (const [at, value] of changes) bytes[at] = value;
            await writeFile(path, cut === null ? bytes : bytes.subarray(0, cut));
            try {
              // Changed names, times and flags that nothing depends on leave the values whole: the checksum covers
              // them.
              const file = await openNpz(path, { scratch: folder, maxInflated: 1e6 });
              try {
                for (const name of file.names) {
                  const read = new Float32Array(40);
                  await (await file.open(name)).numbers!.read(0, read);
                  expect([...read]).toEqual(values.map(Math.fround));
                }
              } finally {
                await file.close();
              }
            } catch (error) {
              if (!(error instanceof PlumblineError)) throw error;
            }
          },
        ),
        { numRuns: 300 },
      );
      expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
  );
});

test.skipIf(!hasPython('numpy'))(
  'numpy’s savez (Zip64) and savez_compressed (needs numpy in PLUMBLINE_PYTHON, or python3)',
  async () => {
    execFileSync(python, [
      '-c',
      'import sys, numpy as np\na = np.arange(5000, dtype="f4")\nnp.savez(sys.argv[1] + "/plain.npz", a=a)\nnp.savez_compressed(sys.argv[1] + "/packed.npz", a=a)',
      folder,
    ]);
    const expected = Array.from({ length: 5000 }, (_, i) => i);
    expect(await valuesOf(join(folder, 'plain.npz'), 'a')).toEqual(expected);
    expect(await valuesOf(join(folder, 'packed.npz'), 'a')).toEqual(expected);
  },
);
