import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PlumblineError } from '../../../core/errors.ts';
import {
  encodeSafetensors,
  parseSafetensorsHeader,
  readFloats,
  readSafetensorsHeader,
  writeSafetensors,
} from '../../../core/formats/safetensors.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'plumbline-safetensors-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const tensors = fc.uniqueArray(
  fc.record({
    name: fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__'),
    rows: fc.nat(4),
    values: fc.array(fc.float({ noNaN: true }), { minLength: 1, maxLength: 4 }),
  }),
  { selector: ({ name }) => name, maxLength: 5 },
);

test('what is written is read back, names and metadata of any characters included', async () => {
  await fc.assert(
    fc.asyncProperty(tensors, fc.dictionary(fc.string(), fc.string()), async (list, metadata) => {
      const path = join(folder, 'round.safetensors');
      const entries = list.map(({ name, rows, values }) => ({
        name,
        shape: [rows, values.length],
        data: Float32Array.from(Array(rows).fill(values).flat()),
      }));
      await writeSafetensors(path, entries, metadata);
      const header = await readSafetensorsHeader(path);
      expect({ ...header.metadata }).toEqual({ ...metadata });
      expect([...header.tensors.keys()].sort()).toEqual(entries.map(({ name }) => name).sort());
      for (const { name, shape, data } of entries) {
        expect(header.tensors.get(name)!.shape).toEqual(shape);
        expect(await readFloats(path, name, header)).toEqual(data);
      }
    }),
    { numRuns: 40 },
  );
});

describe('damaged files', () => {
  const whole = Buffer.concat(
    encodeSafetensors(
      [
        { name: 'a', shape: [2, 3], data: new Float32Array(6) },
        { name: 'b', shape: [4], data: new Uint8Array(4) },
      ],
      { note: 'x' },
    ),
  );

  test('cut anywhere, the header or the size says so', async () => {
    for (const length of [0, 4, 8, 30, whole.length - 1]) {
      const path = join(folder, 'cut.safetensors');
      await writeFile(path, whole.subarray(0, length));
      await expect(readSafetensorsHeader(path), `${length} bytes`).rejects.toMatchObject({
        code: 'corrupt-safetensors',
        where: path,
      });
    }
  });

  test('any change of bytes gives an error of ours or a consistent header, never a crash', async () => {
    const path = join(folder, 'changed.safetensors');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const bytes = Uint8Array.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          await writeFile(path, bytes);
          try {
            for (const { start, end } of (await readSafetensorsHeader(path)).tensors.values())
              expect(start <= end && end <= bytes.length).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(PlumblineError);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  test.each([
    ['{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4, /4 bytes where its shape needs 8/],
    ['{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', 8, /starts at byte/],
    [
      '{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
      3,
      /starts at byte/,
    ],
    ['{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}', 4, /unknown type F33/],
    ['{"a":{"dtype":"F32","shape":[1e300,1e300],"data_offsets":[0,4]}}', 4, /tensor `a`/],
    ['{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,-4]}}', 0, /tensor `a`/],
    ['[]', 0, /no object/],
    ['{"__metadata__":{"a":1}}', 0, /metadata/],
  ])('%s', (json, data, message) => {
    const bytes = new TextEncoder().encode(json);
    expect(() => parseSafetensorsHeader(bytes, 8 + bytes.length + data, 'f')).toThrow(message);
  });
});

const python = process.env.PLUMBLINE_PYTHON ?? 'python3';
const hasPython = ((): boolean => {
  try {
    execFileSync(python, ['-c', 'import numpy, safetensors'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

test.skipIf(!hasPython)(
  'the Python library reads our files, and we read its (needs numpy and safetensors in PLUMBLINE_PYTHON, or python3)',
  async () => {
    const ours = join(folder, 'ours.safetensors');
    const data = Float32Array.from({ length: 12 }, (_, i) => Math.fround(i / 7));
    await writeSafetensors(
      ours,
      [
        { name: 'text.2@last', shape: [3, 4], data },
        { name: 'ids', shape: [2], data: BigInt64Array.of(5n, -6n) },
      ],
      { key: 'k' },
    );
    const theirs = join(folder, 'theirs.safetensors');
    const script = `
import sys, numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file
with safe_open(sys.argv[1], 'np') as f:
    a, ids, meta = f.get_tensor('text.2@last'), f.get_tensor('ids'), f.metadata()
assert a.shape == (3, 4) and a.dtype == np.float32 and ids.tolist() == [5, -6] and meta == {'key': 'k'}, (a, ids, meta)
save_file({'f32': a, 'f16': a.astype(np.float16), 'f64': a.astype(np.float64), 'i': ids}, sys.argv[2])
`;
    execFileSync(python, ['-c', script, ours, theirs]);
    expect(existsSync(theirs)).toBe(true);
    expect(await readFloats(theirs, 'f32')).toEqual(data);
    expect(await readFloats(theirs, 'f64')).toEqual(data);
    // float16 has 11 significant bits.
    expect((await readFloats(theirs, 'f16')).every((value, i) => Math.abs(value - data[i]) <= data[i] * 2 ** -11)).toBe(
      true,
    );
    await expect(readFloats(theirs, 'i')).rejects.toMatchObject({ code: 'not-float' });
    await expect(readFloats(theirs, 'none')).rejects.toMatchObject({ code: 'tensor-not-found' });
  },
);

test('equal tensors give equal bytes, and data begins 8-byte aligned', async () => {
  const write = async (name: string): Promise<Buffer> => {
    await writeSafetensors(join(folder, name), [{ name: 'a', shape: [1], data: Float32Array.of(1) }], { k: 'v' });
    return readFile(join(folder, name));
  };
  const first = await write('1.safetensors');
  expect(await write('2.safetensors')).toEqual(first);
  expect((await readSafetensorsHeader(join(folder, '1.safetensors'))).tensors.get('a')!.start % 8).toBe(0);
});
