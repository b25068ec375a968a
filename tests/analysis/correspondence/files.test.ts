import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  readCorrespondences,
  writeCorrespondences,
  type Correspondences,
} from '../../../core/artifacts/correspondences.ts';
import { writeSafetensors } from '../../../core/formats/safetensors.ts';

let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'plumbline-correspondences-'))));
afterAll(() => rm(folder, { recursive: true, force: true }));

const SIZE = { width: 40, height: 30 };
const point = fc.record({
  a: fc.tuple(fc.float({ min: 0, max: 40, noNaN: true }), fc.float({ min: 0, max: 30, noNaN: true })),
  b: fc.tuple(fc.float({ min: 0, max: 40, noNaN: true }), fc.float({ min: 0, max: 30, noNaN: true })),
  visible: fc.boolean(),
  object: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  depth: fc.tuple(
    fc.float({ min: Math.fround(0.1), max: 50, noNaN: true }),
    fc.float({ min: Math.fround(0.1), max: 50, noNaN: true }),
  ),
});

function truth(
  points: readonly {
    a: [number, number];
    b: [number, number];
    visible: boolean;
    object: number;
    depth: [number, number];
  }[],
): Correspondences {
  return {
    points: Float32Array.from(points.flatMap(({ a, b, visible }) => [...a, ...(visible ? b : [Number.NaN, -3])])),
    visible: Uint8Array.from(points, ({ visible }) => Number(visible)),
    depth: Float32Array.from(points.flatMap(({ depth }) => depth)),
    object: Int32Array.from(points, ({ object }) => object),
    pictures: [SIZE, SIZE],
    viewpoint: 31.25,
    overlap: 0.7,
  };
}

test('what is written is read back, object labels beyond 2^24 and no points at all included', async () => {
  const path = join(folder, 'round.safetensors');
  await fc.assert(
    fc.asyncProperty(fc.array(point, { maxLength: 12 }), async (points) => {
      const written = truth(points);
      await writeCorrespondences(path, written);
      expect(await readCorrespondences(path)).toEqual(written);
    }),
    { numRuns: 40 },
  );
});

test('what cannot be ground truth is refused with the point and its value', async () => {
  const good = truth([{ a: [1, 2], b: [3, 4], visible: true, object: 1, depth: [5, 6] }]);
  const refused = async (change: Partial<Correspondences>, message: RegExp): Promise<void> => {
    await expect(writeCorrespondences(join(folder, 'bad.safetensors'), { ...good, ...change })).rejects.toMatchObject({
      code: 'invalid-correspondences',
      message: expect.stringMatching(message) as string,
    });
  };
  await refused({ points: Float32Array.of(41, 2, 3, 4) }, /point 0 lies at \(41, 2\), outside picture a of 40 × 30/);
  await refused({ points: Float32Array.of(1, 2, 3, -1) }, /visible in b, but lies at \(3, -1\)/);
  await refused({ points: Float32Array.of(1, 2, Number.NaN, 4) }, /visible in b, but lies at \(NaN, 4\)/);
  await refused({ depth: Float32Array.of(0, 6) }, /depth 0 in a/);
  await refused({ depth: Float32Array.of(5, Infinity) }, /depth Infinity/);
  await refused({ visible: Uint8Array.of(2) }, /visible is 2/);
  await refused({ object: new Int32Array(3) }, /3 objects \(expected 1\)/);
  await refused({ overlap: 1.5 }, /overlap/);
  await refused({ viewpoint: Number.NaN }, /viewpoint/);
});

test('a file of another kind says what is missing', async () => {
  const path = join(folder, 'other.safetensors');
  await writeSafetensors(path, [{ name: 'points', shape: [1, 4], data: new Float32Array(4) }]);
  await expect(readCorrespondences(path)).rejects.toMatchObject({
    code: 'invalid-correspondences',
    where: path,
    message: expect.stringContaining('format') as string,
  });
  const metadata = {
    format: 'plumbline-correspondences',
    version: '1',
    widthA: '4',
    heightA: '4',
    widthB: '4',
    heightB: '4',
    viewpoint: '0',
    overlap: '1',
  };
  await writeSafetensors(
    path,
    [
      { name: 'points', shape: [1, 4], data: new Float32Array(4) },
      { name: 'visible', shape: [1], data: new Uint8Array(1) },
    ],
    metadata,
  );
  await expect(readCorrespondences(path)).rejects.toMatchObject({
    message: 'tensor `depth` is missing, expected F32 [1, 2]',
  });
  await writeSafetensors(
    path,
    [
      { name: 'visible', shape: [2], data: new Uint8Array(2) },
      { name: 'points', shape: [1, 4], data: new Float32Array(4) },
    ],
    metadata,
  );
  await expect(readCorrespondences(path)).rejects.toMatchObject({
    message: 'tensor `points` is F32 [1, 4], expected F32 [2, 4]',
  });
});
