/** npy: every type and order round trips, damage is an error of ours, numpy agrees. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PlumblineError } from '../../../core/errors.ts';
import { memorySource } from '../../../core/formats/byte-source.ts';
import { halfToFloat } from '../../../core/formats/half.ts';
import { openNpy, type NpyArray } from '../../../core/formats/npy.ts';
import { elementBytes, npyBytes, textBytes, type NpyToWrite } from './npy-bytes.ts';
import { hasPython, python } from './python.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'plumbline-npy-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const opened = (array: NpyToWrite): Promise<NpyArray> => openNpy(memorySource(npyBytes(array), 'a.npy'), 'a');

/** All elements in C order. */
async function all(array: NpyArray): Promise<number[]> {
  const values = new Float64Array(array.shape.reduce((product, size) => product * size, 1));
  await array.numbers!.read(0, values);
  return [...values];
}

const shapes = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 });
const integers = (bits: number, signed: boolean): fc.Arbitrary<number> =>
  fc.integer(signed ? { min: -(2 ** (bits - 1)), max: 2 ** (bits - 1) - 1 } : { min: 0, max: 2 ** bits - 1 });
const VALUES: Readonly<Record<string, fc.Arbitrary<number>>> = {
  f4: fc.float(),
  f8: fc.double(),
  i1: integers(8, true),
  u1: integers(8, false),
  b1: integers(1, false),
  i2: integers(16, true),
  u2: integers(16, false),
  i4: integers(32, true),
  u4: integers(32, false),
  i8: integers(53, true),
  u8: integers(53, false),
};
const arrays = fc
  .record({
    shape: shapes,
    type: fc.constantFrom(...Object.keys(VALUES)),
    order: fc.constantFrom('<', '>'),
    version: fc.constantFrom(1, 2, 3),
  })
  .chain(({ shape, type, order, version }) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return fc.record({
      shape: fc.constant(shape),
      descr: fc.constant(order + type),
      version: fc.constant(version),
      values: fc.array(VALUES[type], { minLength: count, maxLength: count }),
    });
  });

test('numbers of every type, shape, byte order and version are read back', async () => {
  await fc.assert(
    fc.asyncProperty(arrays, async ({ shape, descr, version, values }) => {
      const array = await opened({ descr, shape, version, data: elementBytes(descr, values) });
      expect(array.shape).toEqual(shape);
      expect(await all(array)).toEqual(values);
      const piece = new Float32Array(Math.max(0, values.length - 1));
      await array.numbers!.read(values.length - piece.length, piece);
      expect(piece).toEqual(Float32Array.from(values.slice(values.length - piece.length)));
    }),
    { numRuns: 300 },
  );
});

test('Fortran order: element [i, j, k] is the same as in C order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      fc.nat(63),
      async ([a, b, c], from) => {
        const count = a * b * c;
        const cOrder = Array.from({ length: count }, (_, i) => i + 0.5);
        const stored: number[] = [];
        for (let k = 0; k < c; k++)
          for (let j = 0; j < b; j++) for (let i = 0; i < a; i++) stored.push(cOrder[(i * b + j) * c + k]);
        const array = await opened({
          descr: '<f8',
          shape: [a, b, c],
          fortran: true,
          data: elementBytes('<f8', stored),
        });
        expect(await all(array)).toEqual(cOrder);
        const offset = from % count;
        const rest = new Float32Array(count - offset);
        await array.numbers!.read(offset, rest);
        expect([...rest]).toEqual(cOrder.slice(offset));
      },
    ),
  );
});

test('float16 and bfloat16 are widened exactly; ml_dtypes’ bfloat16 is stored as V2', async () => {
  const bits = [0x0000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x3555];
  const data = new Uint8Array(Uint16Array.from(bits).buffer);
  expect(await all(await opened({ descr: '<f2', shape: [6], data }))).toEqual(bits.map(halfToFloat));
  const big = Uint8Array.from(bits.flatMap((value) => [value >> 8, value & 255]));
  expect(await all(await opened({ descr: '>f2', shape: [6], data: big }))).toEqual(bits.map(halfToFloat));
  expect(
    await all(
      await opened({ descr: '<V2', shape: [3], data: new Uint8Array(Uint16Array.of(0x3f80, 0xc000, 0x7f7f).buffer) }),
    ),
  ).toEqual([1, -2, 3.3895313892515355e38]);
});

test('labels: texts of any characters, in either byte order, and whole numbers of any size', async () => {
  const texts = fc.array(
    fc.string({ unit: 'grapheme' }).filter((text) => !text.endsWith('\0')),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(texts, fc.boolean(), async (list, little) => {
      const { descr, data } = textBytes(list, little);
      expect(await (await opened({ descr, shape: [list.length], data })).labels()).toEqual(list);
    }),
  );
  expect(
    await (await opened({ descr: '|S3', shape: [2], data: new TextEncoder().encode('ab\0xyz') })).labels(),
  ).toEqual(['ab', 'xyz']);
  expect(
    await (
      await opened({ descr: '<i8', shape: [2], data: new Uint8Array(BigInt64Array.of(-5n, 9007199254740993n).buffer) })
    ).labels(),
  ).toEqual(['-5', '9007199254740993']);
  expect(await (await opened({ descr: '>u2', shape: [1], data: Uint8Array.of(1, 2) })).labels()).toEqual(['258']);
  await expect((await opened({ descr: '<f4', shape: [1], data: new Uint8Array(4) })).labels()).rejects.toMatchObject({
    code: 'not-labels',
  });
  await expect((await opened({ descr: '<i4', shape: [1, 1], data: new Uint8Array(4) })).labels()).rejects.toMatchObject(
    { code: 'not-labels' },
  );
});

describe('damaged and foreign files', () => {
  const whole = npyBytes({ descr: '<f4', shape: [2, 3], data: elementBytes('<f4', [1, 2, 3, 4, 5, 6]) });

  test('cut anywhere', async () => {
    for (let length = 0; length < whole.length; length++)
      await expect(
        openNpy(memorySource(whole.subarray(0, length), 'cut.npy'), 'a'),
        `${length} bytes`,
      ).rejects.toMatchObject({ code: 'corrupt-npy', where: 'cut.npy' });
    const longer = new Uint8Array(whole.length + 1);
    longer.set(whole);
    await expect(openNpy(memorySource(longer, 'long.npy'), 'a')).rejects.toMatchObject({ code: 'corrupt-npy' });
  });

  test.each([
    [{ descr: '|O', shape: [1], data: new Uint8Array(8) }, 'unsupported-type', /pickles/],
    [{ descr: '<c8', shape: [1], data: new Uint8Array(8) }, 'unsupported-type', /<c8/],
    [{ descr: '<f4', shape: [999999999999, 999999999999], data: new Uint8Array(8) }, 'corrupt-npy', /needs/],
    [{ descr: '<U0', shape: [1e9], data: new Uint8Array(0) }, 'corrupt-npy', /needs/],
    [{ descr: '<U999999999', shape: [999999999], data: new Uint8Array(8) }, 'corrupt-npy', /needs/],
  ])('%s', async (array, code, message) => {
    await expect(opened(array)).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  test('an array with named fields, a later version, and no array at all', async () => {
    const fields = new TextDecoder('latin1').decode(whole).replace("'<f4'", "[('a')");
    await expect(
      openNpy(
        memorySource(
          Uint8Array.from(fields, (c) => c.charCodeAt(0)),
          'f',
        ),
        'a',
      ),
    ).rejects.toBeInstanceOf(PlumblineError);
    await expect(
      openNpy(
        memorySource(
          Uint8Array.from(whole, (byte, i) => (i === 6 ? 4 : byte)),
          'f',
        ),
        'a',
      ),
    ).rejects.toMatchObject({ code: 'unsupported-npy' });
    await expect(openNpy(memorySource(new TextEncoder().encode('no array at all'), 'f'), 'a')).rejects.toMatchObject({
      code: 'corrupt-npy',
    });
  });

  test('any change of bytes gives an error of ours or an array of the file’s size', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 }),
        async (changes) => {
          const bytes = Uint8Array.from(whole);
          for (const [at, value] of changes) bytes[at] = value;
          try {
            const array = await openNpy(memorySource(bytes, 'f'), 'a');
            if (array.numbers === null) await array.labels();
            // A shape with a size of zero may claim anything else.
            else expect((await all(array)).length).toBeLessThanOrEqual(24);
          } catch (error) {
            expect(error).toBeInstanceOf(PlumblineError);
          }
        },
      ),
      { numRuns: 3000 },
    );
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (noise) => {
        await expect(
          openNpy(memorySource(Uint8Array.of(...whole.subarray(0, 10), ...noise), 'f'), 'a'),
        ).rejects.toBeInstanceOf(PlumblineError);
      }),
      { numRuns: 500 },
    );
  });
});

test.skipIf(!hasPython('numpy'))('numpy’s own files (needs numpy in PLUMBLINE_PYTHON, or python3)', async () => {
  const script = `
import sys, numpy as np
a = np.arange(24, dtype='f8').reshape(2, 3, 4) / 7
np.save(sys.argv[1] + '/c.npy', a); np.save(sys.argv[1] + '/f.npy', np.asfortranarray(a.astype('>f4'))); np.save(sys.argv[1] + '/h.npy', a.astype('f2'))
np.save(sys.argv[1] + '/ids.npy', np.array(['a', 'größe', '🙂'])); np.save(sys.argv[1] + '/bool.npy', np.array([True, False]))
`;
  execFileSync(python, ['-c', script, folder]);
  const read = async (name: string): Promise<NpyArray> =>
    openNpy(memorySource(await readFile(join(folder, name)), name), name);
  const expected = Array.from({ length: 24 }, (_, i) => i / 7);
  expect(await all(await read('c.npy'))).toEqual(expected);
  expect(await all(await read('f.npy'))).toEqual(expected.map(Math.fround));
  // float16 has 11 significant bits.
  (await all(await read('h.npy'))).forEach((value, i) =>
    expect(Math.abs(value - expected[i])).toBeLessThanOrEqual(expected[i] * 2 ** -11),
  );
  expect(await (await read('ids.npy')).labels()).toEqual(['a', 'größe', '🙂']);
  expect(await all(await read('bool.npy'))).toEqual([1, 0]);
});
