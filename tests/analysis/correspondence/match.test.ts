import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { matchPatches } from '../../../analysis/correspondence/index.ts';
import { readFloats, readSafetensorsHeader } from '../../../core/formats/safetensors.ts';
import type { Matrix } from '../../../core/matrix.ts';
import { Random } from '../../../core/random.ts';
import { gaussian } from './views.ts';

const FIXTURES = 'tests/fixtures/correspondence';

async function fixture(name: string): Promise<Matrix<Float32Array>> {
  const file = `${FIXTURES}/matches.safetensors`;
  const [rows, cols] = (await readSafetensorsHeader(file)).tensors.get(name)!.shape;
  return { data: await readFloats(file, name), rows, cols };
}

test("equals PyTorch's normalize, matmul, argmax and softmax, with duplicated and zero states", async () => {
  const { cases } = JSON.parse(readFileSync(`${FIXTURES}/matches.json`, 'utf8')) as {
    cases: { index: number[]; cosine: number[]; confidence: number[] }[];
  };
  for (const [k, expected] of cases.entries()) {
    const [a, b] = [await fixture(`a${k}`), await fixture(`b${k}`)];
    const { index, cosine, confidence } = await matchPatches(a, b);
    expect([...index], `case ${k}`).toEqual(expected.index);
    // float32 sums of up to 48 products of unit vectors against float64; the logits stretch that by 1/.07.
    expected.cosine.forEach((value, i) => expect(Math.abs(cosine[i] - value)).toBeLessThan(2e-6));
    expected.confidence.forEach((value, i) => expect(Math.abs(confidence![i] - value)).toBeLessThan(3e-5));
    const bare = await matchPatches(a, b, { confidence: false });
    expect(bare.index).toEqual(index);
    expect(bare.confidence).toBe(null);
  }
});

test('equal cosines go to the lowest index', async () => {
  const b = gaussian(50, 24, new Random(1));
  for (const [copy, of] of [
    [49, 7],
    [33, 7],
    [12, 0],
  ])
    b.data.copyWithin(copy * 24, of * 24, (of + 1) * 24);
  const { index } = await matchPatches(b, b);
  expect([index[7], index[33], index[49], index[0], index[12]]).toEqual([7, 7, 7, 0, 0]);
  const constant = { data: new Float32Array(20 * 8).fill(0.3), rows: 20, cols: 8 };
  expect(new Set((await matchPatches(constant, constant)).index)).toEqual(new Set([0]));
});

test('an orthogonal rotation, and lengths of the states, change nothing', async () => {
  const [rows, d] = [60, 20];
  const [a, b] = [gaussian(rows, d, new Random(2)), gaussian(rows, d, new Random(3))];
  const { index, cosine } = await matchPatches(a, b);
  const random = new Random(4);
  // A product of Householder reflections.
  const turned = [a, b].map(({ data }) => Float32Array.from(data));
  for (let k = 0; k < 5; k++) {
    const v = Float64Array.from({ length: d }, () => random.normal());
    const square = v.reduce((sum, x) => sum + x * x, 0);
    for (const data of turned) {
      for (let i = 0; i < rows; i++) {
        let along = 0;
        for (let j = 0; j < d; j++) along += data[i * d + j] * v[j];
        for (let j = 0; j < d; j++) data[i * d + j] -= (2 * along * v[j]) / square;
      }
    }
  }
  const rotated = await matchPatches({ data: turned[0], rows, cols: d }, { data: turned[1], rows, cols: d });
  expect(rotated.index).toEqual(index);
  rotated.cosine.forEach((value, i) => expect(Math.abs(value - cosine[i])).toBeLessThan(1e-5));
  const scaled = { ...a, data: a.data.map((value, i) => value * 2 ** ((Math.floor(i / d) % 9) - 4)) };
  expect((await matchPatches(scaled, b)).index).toEqual(index);
});

test('permuting the patches of a view permutes the matches', async () => {
  const [a, b] = [gaussian(40, 16, new Random(5)), gaussian(40, 16, new Random(6))];
  const { index } = await matchPatches(a, b);
  const order = new Random(7).shuffle([...index.keys()]);
  const permuted = { ...b, data: new Float32Array(b.data.length) };
  order.forEach((from, to) => permuted.data.set(b.data.subarray(from * 16, (from + 1) * 16), to * 16));
  const again = await matchPatches(a, permuted);
  expect([...again.index].map((to) => order[to])).toEqual([...index]);
});

test('tiles give what the whole gives', async () => {
  // 2^22 cells a tile: 3,000 rows against 3,000 need three tiles.
  const b = gaussian(3000, 4, new Random(8));
  const a = { ...b, data: b.data.slice().reverse() };
  const whole = await matchPatches(a, b);
  for (const i of [0, 1397, 1398, 2796, 2999]) {
    const one = await matchPatches({ data: a.data.subarray(4 * i, 4 * i + 4), rows: 1, cols: 4 }, b);
    expect(one.index[0]).toBe(whole.index[i]);
    expect(Math.abs(one.confidence![0] - whole.confidence![i])).toBeLessThan(1e-6);
  }
});

test('states that cannot be compared are refused', async () => {
  const a = gaussian(4, 3, new Random(9));
  await expect(matchPatches(a, gaussian(4, 5, new Random(9)))).rejects.toMatchObject({ code: 'widths-differ' });
  await expect(matchPatches(a, { data: new Float32Array(0), rows: 0, cols: 3 })).rejects.toMatchObject({
    code: 'no-patches',
  });
  for (const bad of [Number.NaN, Infinity]) {
    const broken = { ...a, data: a.data.slice() };
    broken.data[5] = bad;
    await expect(matchPatches(broken, a)).rejects.toMatchObject({ code: 'not-finite' });
    await expect(matchPatches(a, broken)).rejects.toMatchObject({ code: 'not-finite' });
  }
});
