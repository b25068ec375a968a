// @module-tag slow
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  checkSet,
  generatePerspectiveSet,
  GENERATORS,
  readContrastSet,
  readPixels,
  type Pixels,
} from '../../../contrast-sets/index.ts';
import { DEGRADATION_NAMES, DEGRADATIONS } from '../../../contrast-sets/degradation/kinds/index.ts';
import { distortion } from '../../../contrast-sets/degradation/kinds/distortion.ts';
import type { ContrastSet } from '../../../core/artifacts/contrast-set.ts';
import { sha256 } from '../../../core/formats/hash.ts';
import { Random } from '../../../core/random.ts';

let folder: string;
let source: ContrastSet;
let set: ContrastSet;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-degradation-'));
  source = await generatePerspectiveSet({
    directory: join(folder, 'source'),
    seed: 5,
    scenes: { consistent: 8, counter: 8, ambiguous: 2 },
    size: 96,
  });
  await GENERATORS.degradation.generate({
    directory: join(folder, 'set'),
    seed: 1,
    parameters: { source: source.directory, scenes: 4 },
  });
  set = await readContrastSet(join(folder, 'set'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const flat = (value: number, size = 64): Pixels => ({
  width: size,
  height: size,
  rgb: new Uint8Array(size * size * 3).fill(value),
});

describe('the nine kinds', () => {
  it('are those of the field, each with five rising severities', async () => {
    expect(DEGRADATIONS.map(({ name }) => name)).toEqual([...DEGRADATION_NAMES]);
    const pictures = await Promise.all(
      Object.keys(source.header.imageHashes)
        .slice(0, 6)
        .map((file) => readPixels(join(source.directory, file))),
    );
    for (const kind of DEGRADATIONS) {
      const errors: number[] = [];
      for (const level of kind.levels.values) {
        let sum = 0;
        for (const [i, picture] of pictures.entries()) {
          const { picture: degraded } = await kind.apply(picture, level, new Random(i, 'test', kind.name));
          expect(degraded.rgb).toHaveLength(picture.rgb.length);
          degraded.rgb.forEach((value, j) => (sum += Math.abs(value - picture.rgb[j])));
        }
        errors.push(sum);
      }
      expect(
        [...errors].sort((a, b) => a - b),
        kind.name,
      ).toEqual(errors);
      expect(errors[0], kind.name).toBeGreaterThan(0);
    }
  });

  it('leave the clean picture alone', async () => {
    const picture = await readPixels(join(source.directory, Object.keys(source.header.imageHashes)[0]));
    const before = sha256(picture.rgb);
    for (const kind of DEGRADATIONS) await kind.apply(picture, kind.levels.values[4], new Random(0, kind.name));
    expect(sha256(picture.rgb)).toBe(before);
  });

  it('that only blur change nothing in a uniform picture', async () => {
    for (const name of ['defocus', 'motion-blur', 'low-resolution', 'jpeg'] as const) {
      const kind = DEGRADATIONS.find((candidate) => candidate.name === name)!;
      const { picture } = await kind.apply(flat(128), kind.levels.values[4], new Random(0, name));
      expect(Math.max(...picture.rgb.map((value) => Math.abs(value - 128))), name).toBeLessThanOrEqual(1);
    }
  });

  it('keep the light when they blur: the mean grey of a dot on black is kept', async () => {
    const picture = flat(0);
    for (let y = 26; y < 38; y++)
      for (let x = 26; x < 38; x++) picture.rgb.fill(200, (y * 64 + x) * 3, (y * 64 + x) * 3 + 3);
    const mean = ({ rgb }: Pixels): number => rgb.reduce((sum, value) => sum + value, 0) / rgb.length;
    for (const name of ['defocus', 'motion-blur'] as const) {
      const kind = DEGRADATIONS.find((candidate) => candidate.name === name)!;
      const { picture: blurred } = await kind.apply(picture, kind.levels.values[3], new Random(0, name));
      // Rounding to whole grey levels moves each pixel by half a level at most, the mean by far less.
      expect(Math.abs(mean(blurred) - mean(picture)), name).toBeLessThan(0.25);
    }
  });

  it('of distortion say where a point went', async () => {
    const picture = flat(0, 128);
    const [x, y] = [100, 40];
    for (let dy = -3; dy < 3; dy++)
      for (let dx = -3; dx < 3; dx++)
        picture.rgb.fill(255, ((y + dy) * 128 + x + dx) * 3, ((y + dy) * 128 + x + dx) * 3 + 3);
    const { picture: bent, moved } = await distortion.apply(picture, 0.12, new Random(0));
    const sums = [0, 0, 0];
    for (let py = 0; py < 128; py++)
      for (let px = 0; px < 128; px++) {
        const value = bent.rgb[(py * 128 + px) * 3];
        sums[0] += value;
        sums[1] += value * (px + 0.5);
        sums[2] += value * (py + 0.5);
      }
    const [mx, my] = moved!(x, y);
    // The dot's centre of gravity: the mapping bends the dot itself by less than a quarter of a pixel.
    expect(Math.abs(sums[1] / sums[0] - mx)).toBeLessThan(0.25);
    expect(Math.abs(sums[2] / sums[0] - my)).toBeLessThan(0.25);
    expect(moved!(64, 64)).toEqual([64, 64]);
  });

  it('give the same pixels on every machine (JPEG: of one codec)', async () => {
    const picture = flat(0, 48);
    const random = new Random(3, 'picture');
    picture.rgb.forEach((_, i) => (picture.rgb[i] = random.integer(256)));
    const hashes: Record<string, string> = {};
    for (const kind of DEGRADATIONS)
      if (kind.name !== 'jpeg')
        hashes[kind.name] = sha256(
          (await kind.apply(picture, kind.levels.values[2], new Random(7, kind.name))).picture.rgb,
        ).slice(0, 12);
    expect(hashes).toMatchInlineSnapshot(`
      {
        "defocus": "03966d6eca25",
        "haze": "e68cb9f3905a",
        "lens-distortion": "642c0cd9b47a",
        "low-light": "b23c11c4d57d",
        "low-resolution": "640cecebd1e1",
        "motion-blur": "0a588bbfcb37",
        "over-exposure": "bfca92f073e7",
        "water-droplets": "8c1652b2828e",
      }
    `);
  });
});

describe('the degradation set', () => {
  it('pairs every item with each kind and severity of itself, the answer unchanged', () => {
    expect(set.header.counts).toMatchObject({ scenes: 4, pairs: 4 * 3 * 45, images: 4 * 46 });
    expect(set.header.parameters.source).toEqual({ name: 'perspective-18', hash: source.header.hash });
    for (const { kind, first, second } of set.pairs) {
      expect(kind).toBe('perturbation');
      expect(second.answer).toBe(first.answer);
      expect(second.question).toBe(first.question);
      expect(first.variant).toBeUndefined();
    }
    expect(new Set(set.pairs.map(({ second }) => second.variant!.degradation))).toEqual(new Set(DEGRADATION_NAMES));
  });

  it('passes the checks', async () => {
    expect((await checkSet(set)).results.filter(({ status }) => status === 'failed')).toEqual([]);
  });

  it('is the same whatever the number of threads', async () => {
    const again = await GENERATORS.degradation.generate({
      directory: join(folder, 'again'),
      seed: 1,
      workers: 1,
      parameters: { source: source.directory, scenes: 4 },
    });
    expect(again.header.hash).toBe(set.header.hash);
    expect(readFileSync(join(again.directory, 'pairs.jsonl'), 'utf8')).toBe(
      readFileSync(join(set.directory, 'pairs.jsonl'), 'utf8'),
    );
  });

  it('refuses a missing source, an unknown kind and itself as source', async () => {
    const attempt = (parameters: unknown, directory = join(folder, 'bad')): Promise<unknown> =>
      GENERATORS.degradation.generate({ directory, parameters });
    await expect(attempt({ source: join(folder, 'nowhere') })).rejects.toMatchObject({ code: 'set-not-found' });
    await expect(attempt({ source: source.directory, kinds: ['smudge'] })).rejects.toMatchObject({
      code: 'invalid-parameters',
    });
    await expect(attempt({})).rejects.toMatchObject({ code: 'invalid-parameters' });
    await expect(attempt({ source: source.directory }, source.directory)).rejects.toMatchObject({
      code: 'invalid-parameters',
    });
  });
});
