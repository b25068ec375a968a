import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  makeIntervention,
  readIntervention,
  writeIntervention,
  type Edit,
  type Intervention,
  type InterventionTensor,
} from '../../core/artifacts/intervention.ts';
import type { Answer } from '../../core/artifacts/answers.ts';
import { row } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import { extract, openCheckpoint, type Extraction } from '../../extractors/index.ts';
import type { Checkpoint } from '../../extractors/checkpoint/open.ts';
import { CHECKPOINT, paritySet } from './support.ts';

let folder: string;
let checkpoint: Checkpoint;
let base: Extraction;
const set = paritySet();
const WIDTH = 128;
const vector = (label: string, norm = 1): Float32Array => {
  const random = new Random(4, label);
  const values = Float32Array.from({ length: WIDTH }, () => random.normal());
  const size = Math.hypot(...values);
  return values.map((value) => (norm * value) / size);
};

const run = (name: string, intervention?: Intervention): Promise<Extraction> =>
  extract({ checkpoint, set, directory: join(folder, name), selections: ['last', 'words:1'], intervention });
const one = (
  name: string,
  edit: Edit,
  tensors: Record<string, InterventionTensor>,
  items: string[] = [],
): Intervention => makeIntervention({ name, items, edits: [edit] }, tensors);
const d = (data: Float32Array): InterventionTensor => ({ shape: [data.length], data });
const margins = (answers: readonly Answer[]): number[] =>
  answers.map(({ scores }) => Object.values(scores)[0] - Object.values(scores)[1]);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-intervention-'));
  checkpoint = await openCheckpoint(CHECKPOINT);
  base = await run('base');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('an intervention at a layer', () => {
  test('adds α·‖h‖·v at the chosen token, and leaves earlier layers and other tokens alone', async () => {
    const v = vector('v');
    const signs = Float32Array.from(base.states.items, (_, i) => (i % 2 === 0 ? 1 : -1));
    const changed = await run(
      'add',
      one(
        'add',
        { op: 'add', layer: 'text.1', tokens: 'last', vector: 'v', alpha: 0.5, relative: true, signs: 's' },
        { v: d(v), s: { shape: [signs.length], data: signs } },
        [...base.states.items],
      ),
    );
    const [before, after] = [await base.states.read('text.1', 'last'), await changed.states.read('text.1', 'last')];
    for (let i = 0; i < before.rows; i++) {
      const h = row(before, i);
      const norm = Math.hypot(...h);
      const expected = h.map((value, j) => value + 0.5 * signs[i] * norm * v[j]);
      // float32 rounding of a product and a sum.
      expect(Math.hypot(...row(after, i).map((value, j) => value - expected[j])) / norm).toBeLessThan(1e-6);
    }
    expect(await changed.states.read('text.0', 'last')).toEqual(await base.states.read('text.0', 'last'));
    expect(await changed.states.read('text.1', 'words:1')).toEqual(await base.states.read('text.1', 'words:1'));
    // Attention is causal: a change of the last token reaches no earlier one at any layer.
    expect(await changed.states.read('text.3', 'words:1')).toEqual(await base.states.read('text.3', 'words:1'));
    expect(margins(changed.answers)).not.toEqual(margins(base.answers));
  });

  test('of strength 0 changes nothing', async () => {
    const changed = await run(
      'zero',
      one(
        'zero',
        { op: 'add', layer: 'text.2', tokens: 'all', vector: 'v', alpha: 0, relative: true },
        { v: d(vector('v')) },
      ),
    );
    expect(margins(changed.answers)).toEqual(margins(base.answers));
  });

  test('replaces states: with those of the same run nothing changes, with those of the other side the answer is the other side’s', async () => {
    const last = checkpoint.layers.filter(({ part, kind }) => part === 'text' && kind === 'block').at(-1)!.name;
    const states = await base.states.read(last, 'last');
    const edit: Edit = { op: 'replace', layer: last, tokens: 'last', values: 'h' };
    const items = [...base.states.items];
    const own = await run(
      'own',
      one('own', edit, { h: { shape: [states.rows, states.cols], data: states.data } }, items),
    );
    margins(own.answers).forEach((margin, i) => expect(margin).toBeCloseTo(margins(base.answers)[i], 4));
    const swapped = new Float32Array(states.data.length);
    const partner = new Map(
      set.pairs.flatMap(({ first, second }) => [
        [first.item, second.item],
        [second.item, first.item],
      ]),
    );
    items.forEach((item, i) => swapped.set(row(states, items.indexOf(partner.get(item)!)), i * states.cols));
    const other = await run(
      'other',
      one('other', edit, { h: { shape: [states.rows, states.cols], data: swapped } }, items),
    );
    // The head sees the last token's state alone, so it must give the other side's answer.
    const expected = new Map(base.answers.map(({ item }, i) => [item, margins(base.answers)[i]]));
    margins(other.answers).forEach((margin, i) =>
      expect(margin).toBeCloseTo(expected.get(partner.get(other.answers[i].item)!)!, 4),
    );
  });

  test('leaves items alone that a replacement doesn’t list', async () => {
    const states = await base.states.read('text.3', 'last');
    const listed = base.states.items.slice(0, 1);
    const changed = await run(
      'listed',
      one(
        'listed',
        { op: 'replace', layer: 'text.3', tokens: 'last', values: 'h' },
        { h: { shape: [1, states.cols], data: new Float32Array(states.cols) } },
        listed,
      ),
    );
    const after = await changed.states.read('text.3', 'last');
    expect(Math.max(...row(after, 0).map(Math.abs))).toBeLessThan(1e-5);
    expect(row(after, 1)).toEqual(row(states, 1));
  });

  test('projects a direction out about a mean', async () => {
    const v = vector('direction');
    const mean = vector('mean', 3);
    const changed = await run(
      'project',
      one(
        'project',
        { op: 'project', layer: 'text.0', tokens: 'last', left: 'v', right: 'v', mean: 'm' },
        { v: { shape: [1, WIDTH], data: v }, m: d(mean) },
      ),
    );
    const [before, after] = [await base.states.read('text.0', 'last'), await changed.states.read('text.0', 'last')];
    const along = (h: ArrayLike<number>): number => Array.from(h).reduce((sum, value, j) => sum + value * v[j], 0);
    for (let i = 0; i < after.rows; i++) {
      expect(along(row(after, i))).toBeCloseTo(along(mean), 4);
      // Everything across the direction stays.
      const [x, y] = [row(before, i), row(after, i)];
      x.forEach((value, j) => expect(y[j] - v[j] * along(y)).toBeCloseTo(value - v[j] * along(x), 4));
    }
  });

  test('has a key of its own, and is read back from its file', async () => {
    const intervention = one(
      'file',
      { op: 'add', layer: 'text.1', tokens: 'last', vector: 'v', alpha: 1, relative: false },
      { v: d(vector('v')) },
    );
    const path = join(folder, 'steer.json');
    await writeIntervention(path, intervention);
    const back = await readIntervention(path);
    expect(back.hash).toBe(intervention.hash);
    expect(back.tensors.get('v')!.data).toEqual(intervention.tensors.get('v')!.data);
    const changed = await run('file', back);
    expect(changed.states.header.key).not.toBe(base.states.header.key);
    expect((await run('file', intervention)).reused).toBe(true);
  });

  test('is refused where it doesn’t fit', async () => {
    const add = (layer: string, width = WIDTH): Intervention =>
      one(
        'bad',
        { op: 'add', layer, tokens: 'last', vector: 'v', alpha: 1, relative: false },
        { v: d(new Float32Array(width)) },
      );
    await expect(run('bad', add('vision.1'))).rejects.toMatchObject({ code: 'unsupported-intervention' });
    await expect(run('bad', add('text.1', 7))).rejects.toMatchObject({ code: 'invalid-intervention' });
    expect(() =>
      one(
        'bad',
        { op: 'replace', layer: 'text.1', tokens: 'last', values: 'h' },
        { h: { shape: [2, 4], data: new Float32Array(8) } },
        ['a'],
      ),
    ).toThrow(/2 rows for 1 items/);
    expect(() =>
      one(
        'bad',
        { op: 'add', layer: 'text.1', tokens: 'last', vector: 'v', alpha: 1, relative: false },
        { v: d(Float32Array.of(Number.NaN)) },
      ),
    ).toThrow(/NaN/);
  });
});
