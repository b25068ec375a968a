/**
 * Import: whatever format and order hidden states and answers come in, the folder is the same; what doesn't fit is
 * named.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { beforeAll, describe, expect, test } from 'vitest';
import { geometry } from '../../analysis/index.ts';
import { readContrastSet } from '../../contrast-sets/index.ts';
import { type ContrastSet, itemsOf } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { toHalves } from '../../core/formats/half.ts';
import { openHiddenStates } from '../../core/formats/hidden-states.ts';
import { openSafetensors, readFloats, writeSafetensors } from '../../core/formats/safetensors.ts';
import { type Matrix, row, takeRows } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import { importAnswers } from '../../extractors/import/answers.ts';
import { importHiddenStates, type ImportedStates, type ImportStatesOptions } from '../../extractors/import/states.ts';
import { extract, openCheckpoint } from '../../extractors/index.ts';
import { ANALYSES } from '../../study/analyses.ts';
import { runAnalysis } from '../../study/execute/analysis.ts';
import { optionsOf } from '../../study/request.ts';
import { stored } from '../../study/run-folder.ts';
import { combine, heightSign, orthonormal, plantedItems, plantedPairs, plantedStates } from '../analysis/planted.ts';
import { elementBytes, npyBytes, textBytes } from '../core/formats/npy-bytes.ts';
import { hasPython, python } from '../core/formats/python.ts';
import { rowError, setOf, temporaryFolder } from './support.ts';

const FIXTURE = 'tests/fixtures/import';
const DUMP = join(FIXTURE, 'dump.safetensors');
const LAYERS = ['text.embed', 'text.0', 'text.1', 'text.2', 'text.out'];
const WIDTH = 128;

let root: string;
let set: ContrastSet;
/** Item ids in the order of the dump's rows. */
let ids: string[];
/** The dump's layers, each [items, width]. */
let layers: Matrix<Float32Array>[];
let imported: ImportedStates;
beforeAll(async () => {
  root = await temporaryFolder();
  set = await readContrastSet(join(FIXTURE, 'set'));
  const file = await openSafetensors(DUMP);
  ids = JSON.parse(file.metadata.ids) as string[];
  await file.close();
  const all = await readFloats(DUMP, 'hidden_states');
  layers = LAYERS.map((_, i) => ({
    data: all.subarray(i * ids.length * WIDTH, (i + 1) * ids.length * WIDTH),
    rows: ids.length,
    cols: WIDTH,
  }));
  imported = await importHiddenStates({ files: [DUMP], set, directory: join(root, 'dump'), norm: 'after-last' });
});

const importTo = (
  name: string,
  options: Omit<ImportStatesOptions, 'set' | 'directory'> & { set?: ContrastSet },
): Promise<ImportedStates> => importHiddenStates({ set, directory: join(root, name), ...options });
/** The rows of every layer, which must be those of the dump. */
async function expectDump({ states }: ImportedStates, names = LAYERS): Promise<void> {
  expect(states.header.layers.map(({ name }) => name)).toEqual(names);
  expect(states.items).toEqual(itemsOf(set).map(({ item }) => item));
  for (const [i, name] of names.entries())
    expect((await states.read(name, 'last')).data, name).toEqual(
      takeRows(
        layers[i],
        states.items.map((item) => ids.indexOf(item)),
      ).data,
    );
}
const npy = (shape: readonly number[], values: Iterable<number>, descr = '<f4'): Uint8Array =>
  npyBytes({ descr, shape, data: elementBytes(descr, [...values]) });
const npyIds = (list: readonly string[]): Uint8Array => npyBytes({ ...textBytes(list), shape: [list.length] });
async function file(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(root, name);
  await writeFile(path, bytes);
  return path;
}

describe('what PyTorch dumped', () => {
  test('becomes an ordinary hidden-states folder', async () => {
    await expectDump(imported);
    const { header } = imported.states;
    expect(
      header.layers.map(({ norm, huggingFaceIndex, kind, width }) => [norm, huggingFaceIndex, kind, width]),
    ).toEqual([
      ['before', 0, 'embed', WIDTH],
      ['before', 1, 'block', WIDTH],
      ['before', 2, 'block', WIDTH],
      ['before', 3, 'block', WIDTH],
      ['after', 4, 'out', WIDTH],
    ]);
    expect(header).toMatchObject({
      checkpoint: { name: 'dump' },
      set: { hash: set.header.hash },
      dtype: 'float32',
      rows: ids.length,
      imported: [{ file: 'dump.safetensors' }],
    });
    expect(readdirSync(join(root, 'dump')).sort()).toEqual([
      'answers.jsonl',
      'index.jsonl',
      'states-00000.safetensors',
      'states.json',
    ]);
    expect(await openHiddenStates(join(root, 'dump'))).toMatchObject({ header });
    expect((await importTo('dump', { files: [DUMP], norm: 'after-last' })).reused).toBe(true);
  });

  test('agrees with our own reading of the ONNX export', async () => {
    const checkpoint = await openCheckpoint('checkpoints/llava-tiny-shortcut');
    const { states } = await extract({
      checkpoint,
      set,
      directory: join(root, 'onnx'),
      layers: LAYERS,
      selections: ['last'],
    });
    expect(states.items).toEqual(imported.states.items);
    for (const name of LAYERS) {
      const [ours, theirs] = [await states.read(name, 'last'), await imported.states.read(name, 'last')];
      const rows = (matrix: Matrix<Float32Array>): Float32Array[] => states.items.map((_, i) => row(matrix, i));
      // methods §7's bound for fp32.
      expect(rowError(rows(theirs), rows(ours)), name).toBeLessThan(1e-4);
    }
  });

  test.skipIf(!hasPython('torch', 'transformers', 'safetensors', 'PIL'))(
    'is what the example in the docs dumps today (needs torch, transformers, safetensors and pillow in PLUMBLINE_PYTHON, or python3)',
    async () => {
      const out = join(root, 'today.safetensors');
      execFileSync(
        python,
        ['docs/examples/dump_hidden_states.py', 'checkpoints/llava-tiny-shortcut', join(FIXTURE, 'set'), out],
        { stdio: 'ignore', env: { ...process.env, OMP_NUM_THREADS: '1' } },
      );
      const { states } = await importTo('today', { files: [out], norm: 'after-last' });
      for (const [i, name] of LAYERS.entries()) {
        const read = await states.read(name, 'last');
        expect(
          rowError(
            states.items.map((_, r) => row(read, r)),
            states.items.map((item) => row(layers[i], ids.indexOf(item))),
          ),
          name,
        ).toBeLessThan(1e-4);
      }
    },
  );

  test('without being told about the norm, it says unknown, and gives no layer the name of another', async () => {
    const { header } = (await importTo('unknown', { files: [DUMP], name: 'mine' })).states;
    expect(header.layers.map(({ name, norm }) => [name, norm])).toEqual([
      ['text.embed', 'unknown'],
      ['text.0', 'unknown'],
      ['text.1', 'unknown'],
      ['text.2', 'unknown'],
      ['text.3', 'unknown'],
    ]);
    expect(header.checkpoint.name).toBe('mine');
  });
});

describe('formats and orders give the same rows', () => {
  const shuffled = (seed: number): number[] => new Random(seed, 'rows').shuffle(ids.map((_, i) => i));

  test.each([0, 6] as const)(
    'npz, deflate level %i, one array a layer, rows in another order, ids inside',
    async (level) => {
      const order = shuffled(1);
      const entries = layers.map(
        (layer, i) => [`hidden_states.${i}.npy`, npy([ids.length, WIDTH], takeRows(layer, order).data)] as const,
      );
      const path = await file(
        `layers-${level}.npz`,
        zipSync({ ...Object.fromEntries(entries.reverse()), 'ids.npy': npyIds(order.map((i) => ids[i])) }, { level }),
      );
      await expectDump(await importTo(`npz-${level}`, { files: [path], norm: 'after-last' }));
      expect(readdirSync(join(root, `npz-${level}`)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
  );

  test('one npy a layer, in float64 and big-endian, ids in a JSON file', async () => {
    const order = shuffled(2);
    await mkdir(join(root, 'npys'), { recursive: true });
    const files = await Promise.all(
      layers.map((layer, i) =>
        file(`npys/${LAYERS[i]}.npy`, npy([ids.length, WIDTH], takeRows(layer, order).data, '>f8')),
      ),
    );
    const list = await file('npys/ids.json', JSON.stringify(order.map((i) => ids[i])));
    await expectDump(await importTo('npys', { files, ids: list }));
  });

  test.each(['jsonl', 'txt', 'npy'])('ids in a %s file', async (kind) => {
    const path = await file(
      `ids.${kind}`,
      kind === 'npy'
        ? npyIds(ids)
        : kind === 'txt'
          ? `${ids.join('\n')}\n`
          : ids.map((item) => `${JSON.stringify({ item })}\n`).join(''),
    );
    const { states } = await importTo(`ids-${kind}`, {
      files: [await file('text.1.npy', npy([ids.length, WIDTH], layers[2].data))],
      ids: path,
    });
    await expect(states.read('text.1', 'last')).resolves.toMatchObject({ rows: ids.length });
  });

  test('one npy of all layers in Fortran order, layers named by hand', async () => {
    const [L, n] = [LAYERS.length, ids.length];
    const values: number[] = [];
    for (let j = 0; j < WIDTH; j++)
      for (let i = 0; i < n; i++) for (let l = 0; l < L; l++) values.push(layers[l].data[i * WIDTH + j]);
    const path = await file(
      'all.npy',
      npyBytes({ descr: '<f4', shape: [L, n, WIDTH], fortran: true, data: elementBytes('<f4', values) }),
    );
    await expectDump(
      await importTo('fortran', {
        files: [path],
        layers: LAYERS,
        ids: await file('all-ids.json', JSON.stringify(ids)),
      }),
    );
  });

  test('rows shared out over two files with ids of their own', async () => {
    const order = shuffled(3);
    const files: string[] = [];
    for (const [k, part] of [order.slice(0, 7), order.slice(7)].entries()) {
      files.push(join(root, `part${k}.safetensors`));
      await writeSafetensors(
        files[k],
        layers.map((layer, i) => ({ name: LAYERS[i], shape: [part.length, WIDTH], data: takeRows(layer, part).data })),
        { ids: JSON.stringify(part.map((i) => ids[i])) },
      );
    }
    await expectDump(await importTo('parts', { files }));
  });

  test('float16 and several selections of a layer', async () => {
    const path = join(root, 'half.safetensors');
    const half = toHalves(layers[1].data);
    await writeSafetensors(
      path,
      ['text.0@last', 'text.0@words:1'].map((name) => ({
        name,
        shape: [ids.length, WIDTH],
        data: half,
        type: 'F16' as const,
      })),
      { ids: JSON.stringify(ids) },
    );
    const { states } = await importTo('half', { files: [path], dtype: 'float16' });
    expect(states.header).toMatchObject({ dtype: 'float16', selections: { 'text.0': ['last', 'words:1'] } });
    const read = await states.read('text.0', 'words:1');
    // Values that are float16 already come back as they are.
    expect(toHalves(read.data)).toEqual(
      toHalves(
        takeRows(
          layers[1],
          states.items.map((item) => ids.indexOf(item)),
        ).data,
      ),
    );
  });
});

describe('what does not fit is named', () => {
  let one: string;
  beforeAll(async () => (one = await file('text.0.npy', npy([ids.length, WIDTH], layers[1].data))));
  const withIds = async (
    list: readonly string[],
    options: Partial<ImportStatesOptions> = {},
  ): Promise<ImportedStates> =>
    importTo('bad', { files: [one], ids: await file('bad-ids.json', JSON.stringify(list)), ...options });
  const replaced = (at: number, by: string): string[] => ids.map((id, i) => (i === at ? by : id));

  test('missing, unknown and duplicate ids', async () => {
    await expect(withIds(replaced(3, 'nobody'))).rejects.toMatchObject({
      code: 'unknown-ids',
      message: expect.stringContaining('nobody') as string,
    });
    await expect(withIds(replaced(3, ids[4]))).rejects.toMatchObject({
      code: 'duplicate-ids',
      message: expect.stringContaining(ids[4]) as string,
    });
    const fewer = await file('fewer.npz', zipSync({ 'text.0.npy': npy([1, 2], [1, 2]), 'ids.npy': npyIds([ids[0]]) }));
    await expect(importTo('bad', { files: [fewer] })).rejects.toMatchObject({
      code: 'missing-ids',
      message: expect.stringContaining(ids[1]) as string,
    });
    await expect(importTo('bad', { files: [one] })).rejects.toMatchObject({ code: 'ids-not-given', where: one });
    await expect(importTo('bad', { files: [one], ids: 'elsewhere' })).rejects.toMatchObject({
      code: 'ids-not-given',
      message: expect.stringContaining('elsewhere') as string,
    });
  });

  test.each([NaN, Infinity, 1e300])('%d is reported by layer, item and row', async (value) => {
    const values = Float64Array.from(layers[1].data);
    values[5 * WIDTH + 17] = value;
    const path = await file('text.7.npy', npy([ids.length, WIDTH], values, '<f8'));
    const failing = importTo('nan', { files: [path], ids: await file('nan-ids.json', JSON.stringify(ids)) });
    await expect(failing).rejects.toMatchObject({
      code: 'not-finite',
      message: expect.stringMatching(new RegExp(`text\\.7@last .* ${ids[5]}`)) as string,
      where: expect.stringMatching(/text\.7\.npy, row 5/) as string,
    });
    expect(readdirSync(join(root, 'nan'))).toEqual([]);
  });

  test('values beyond float16, by layer and row', async () => {
    const values = Float32Array.from(layers[1].data);
    values[5 * WIDTH] = -65505;
    const at = itemsOf(set).findIndex(({ item }) => item === ids[5]);
    const path = await file(
      'big.npz',
      zipSync({ 'text.0.npy': npy([ids.length, WIDTH], values), 'ids.npy': npyIds(ids) }),
    );
    await expect(importTo('bad', { files: [path], dtype: 'float16' })).rejects.toMatchObject({
      code: 'beyond-float16',
      message: expect.stringMatching(new RegExp(`text\\.0@last holds -65505 in row ${at}`)) as string,
    });
    expect((await importTo('big', { files: [path] })).states.header.dtype).toBe('float32');
  });

  test('shapes, names, and files of other kinds', async () => {
    const list = await file('ids-ok.json', JSON.stringify(ids));
    const tokens = await file('text.2.npy', npy([ids.length, 3, 2], new Float32Array(ids.length * 6)));
    await expect(importTo('bad', { files: [tokens], ids: list })).rejects.toMatchObject({
      code: 'shape-mismatch',
      message: expect.stringContaining(`[${ids.length}, 3, 2]`) as string,
    });
    const nameless = await file('stuff.npy', npy([ids.length, 1], new Float32Array(ids.length)));
    await expect(importTo('bad', { files: [nameless], ids: list })).rejects.toMatchObject({
      code: 'unnamed-layer',
      hint: expect.stringContaining('--layers') as string,
    });
    await expect(importTo('bad', { files: [nameless], ids: list, layers: ['text.1', 'text.2'] })).rejects.toMatchObject(
      { code: 'layers-mismatch' },
    );
    await expect(importTo('bad', { files: [one, one], ids: list })).rejects.toMatchObject({ code: 'duplicate-layers' });
    await expect(
      importTo('bad', { files: [await file('model.pkl', Uint8Array.of(0x80, 4, 0x95, 0, 0, 0, 0, 0, 0))] }),
    ).rejects.toMatchObject({ code: 'pickled' });
    await expect(
      importTo('bad', { files: [await file('whole.npy', npy([2], [1, 2], '<i4'))], ids: list }),
    ).rejects.toMatchObject({ code: 'no-arrays' });
    await expect(importTo('bad', { files: [] })).rejects.toMatchObject({ code: 'no-files' });
  });

  test('a name that would lead out of a run folder is not read back', async () => {
    const directory = join(root, 'escaping');
    await importHiddenStates({ files: [DUMP], set, directory, name: 'x' });
    const path = join(directory, 'states.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"name": "x"', '"name": "../../x"'));
    await expect(openHiddenStates(directory)).rejects.toMatchObject({
      code: 'invalid-json',
      message: expect.stringContaining('checkpoint.name') as string,
    });
    await expect(
      importHiddenStates({ files: [DUMP], set, directory: join(root, 'escaping2'), name: '../x' }),
    ).rejects.toMatchObject({ code: 'bad-name' });
  });

  test('damaged files: an error of ours, or the rows', async () => {
    const small = setOf('nowhere', set.pairs.slice(0, 1));
    const list = itemsOf(small).map(({ item }) => item);
    const entries = {
      'text.0.npy': npy([list.length, 3], new Float32Array(list.length * 3).fill(1)),
      'ids.npy': npyIds(list),
    };
    const tensors = join(root, 'small.safetensors');
    await writeSafetensors(
      tensors,
      [{ name: 'text.0', shape: [list.length, 3], data: new Float32Array(list.length * 3) }],
      { ids: JSON.stringify(list) },
    );
    const kinds = [zipSync(entries, { level: 0 }), zipSync(entries), new Uint8Array(readFileSync(tensors))];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...kinds),
        fc.array(fc.tuple(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), fc.nat(255)), {
          minLength: 1,
          maxLength: 4,
        }),
        async (whole, changes) => {
          const bytes = Uint8Array.from(whole);
          for (const [at, value] of changes) bytes[Math.floor(at * bytes.length)] = value;
          try {
            await importHiddenStates({
              files: [await file('fuzz', bytes)],
              set: small,
              directory: join(root, 'fuzz-out'),
            });
          } catch (error) {
            if (!(error instanceof PlumblineError)) throw error;
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('answers', () => {
  const expected = (): { item: string; scores: Record<string, number> }[] =>
    itemsOf(set).map(({ item, options }, i) => ({ item, scores: { [options[0]]: i / 4, [options[1]]: -(i + 1) / 8 } }));
  const importing = async (name: string, text: string, to = 'answers'): Promise<unknown> =>
    importAnswers({ file: await file(name, text), set, directory: join(root, to) });

  test('as JSON lines, JSON, tables with a column an option, and tables with a line an option', async () => {
    const answers = expected();
    const options = [...new Set(answers.flatMap(({ scores }) => Object.keys(scores)))];
    const texts: Record<string, string> = {
      'a.jsonl': answers
        .map((answer) => `${JSON.stringify(answer)}\n`)
        .reverse()
        .join(''),
      'b.jsonl': answers
        .map(({ item, scores }) => `${JSON.stringify({ id: item, logits: Object.values(scores) })}\n\n`)
        .join(''),
      'c.json': JSON.stringify(Object.fromEntries(answers.map(({ item, scores }) => [item, scores]))),
      'd.json': JSON.stringify(answers.map(({ item, scores }) => ({ item, logprobs: scores }))),
      'e.csv': `item,${options.map((option) => `logit:${option}`).join(',')}\n${answers.map(({ item, scores }) => `"${item}",${options.map((option) => scores[option] ?? '').join(',')}`).join('\r\n')}`,
      'f.tsv': `item\toption\tscore\n${answers.flatMap(({ item, scores }) => Object.entries(scores).map(([option, score]) => `${item}\t${option}\t${score}`)).join('\n')}\n`,
    };
    for (const [name, text] of Object.entries(texts)) {
      expect(await importing(name, text), name).toEqual(answers);
      expect(
        (await readFile(join(root, 'answers', 'answers.jsonl'), 'utf8'))
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
        name,
      ).toEqual(answers);
    }
  });

  test('probabilities become log-probabilities', async () => {
    const rows = itemsOf(set).map(({ item, options }) => ({
      item,
      probabilities: { [options[0]]: 0.75, [options[1]]: 0.25 },
    }));
    const answers = (await importing('p.jsonl', rows.map((line) => JSON.stringify(line)).join('\n'))) as {
      scores: Record<string, number>;
    }[];
    for (const { scores } of answers) expect(Object.values(scores)).toEqual([Math.log(0.75), Math.log(0.25)]);
    rows[2].probabilities[itemsOf(set)[2].options[0]] = 0;
    await expect(importing('p.jsonl', rows.map((line) => JSON.stringify(line)).join('\n'))).rejects.toMatchObject({
      code: 'bad-probability',
      where: expect.stringMatching(/p\.jsonl:3$/) as string,
    });
  });

  test('what does not fit', async () => {
    const answers = expected();
    const lines = (list: readonly unknown[]): string => list.map((line) => JSON.stringify(line)).join('\n');
    await expect(importing('x.jsonl', lines(answers.slice(1)))).rejects.toMatchObject({
      code: 'missing-ids',
      message: expect.stringContaining(answers[0].item) as string,
    });
    await expect(importing('x.jsonl', lines([...answers, answers[0]]))).rejects.toMatchObject({
      code: 'duplicate-ids',
    });
    await expect(
      importing('x.jsonl', lines([{ ...answers[0], item: 'nobody' }, ...answers.slice(1)])),
    ).rejects.toMatchObject({ code: 'unknown-ids' });
    await expect(
      importing('x.jsonl', lines([{ item: answers[0].item, scores: { up: 1 } }, ...answers.slice(1)])),
    ).rejects.toMatchObject({ code: 'options-mismatch', where: expect.stringMatching(/x\.jsonl:1$/) as string });
    await expect(importing('x.jsonl', lines([{ item: 'a', logits: {}, scores: {} }]))).rejects.toMatchObject({
      code: 'invalid-line',
      message: expect.stringContaining('at once') as string,
    });
    await expect(importing('x.csv', 'item,left\n"a')).rejects.toMatchObject({ code: 'invalid-csv' });
    await expect(
      importing(
        'x.csv',
        `item,option,score\n${answers
          .map(({ item, scores }) =>
            Object.keys(scores)
              .map((option) => `${item},${option},often`)
              .join('\n'),
          )
          .join('\n')}`,
      ),
    ).rejects.toMatchObject({ code: 'not-finite' });
    await expect(importing('x.bin', '')).rejects.toMatchObject({ code: 'unknown-format' });
    await expect(
      importAnswers({
        file: await file('y.jsonl', lines(answers.slice(0, 2))),
        set: setOf('nowhere', set.pairs.slice(0, 1)),
        directory: join(root, 'dump'),
      }),
    ).rejects.toMatchObject({ code: 'set-mismatch' });
  });

  test('beside imported states, they stay when the states are imported again', async () => {
    const directory = join(root, 'both');
    await importing(
      'z.jsonl',
      expected()
        .map((line) => JSON.stringify(line))
        .join('\n'),
      'both',
    );
    await importHiddenStates({ files: [DUMP], set, directory });
    expect((await readFile(join(directory, 'answers.jsonl'), 'utf8')).trim().split('\n')).toHaveLength(ids.length);
  });
});

test('analyses of imported states and answers are those of the numbers themselves', async () => {
  const pairs = plantedPairs({ consistent: 24, counter: 24, ambiguous: 8 });
  const items = plantedItems(pairs);
  const [up, side, far] = orthonormal(3, 24);
  const random = new Random(3, 'noise');
  // A shortcut: "far" is written where "above" is, by height in the picture.
  const vectors = new Map(
    items.map((item) => [
      item.item,
      Float32Array.from(
        combine(
          [up, side, far],
          [
            item.axis === 'vertical' ? item.truth : item.axis === 'distance' ? heightSign(item) : 0,
            item.axis === 'horizontal' ? item.truth : 0,
            0,
          ],
          0.2,
          random,
        ),
      ),
    ]),
  );
  // The same items as both kinds of pair: a set has both.
  const shortcutSet = setOf('nowhere', [
    ...pairs,
    ...pairs.map((pair) => ({ ...pair, id: `${pair.id}-moved`, kind: 'image-intervention' as const })),
  ]);
  const order = new Random(4, 'order').shuffle(items);
  const path = await file(
    'planted.npz',
    zipSync({
      'layer_0.npy': npy(
        [order.length, 24],
        order.flatMap(({ item }) => [...vectors.get(item)!]),
      ),
      'ids.npy': npyIds(order.map(({ item }) => item)),
    }),
  );
  const { states } = await importHiddenStates({
    files: [path],
    set: shortcutSet,
    directory: join(root, 'planted'),
    name: 'planted',
  });
  const answers = await importAnswers({
    file: await file(
      'planted.jsonl',
      items
        .map(({ item, axis, condition, truth }) =>
          JSON.stringify({ item, scores: axis === 'distance' ? [heightSign({ condition, truth }), 0] : [truth, 0] }),
        )
        .join('\n'),
    ),
    set: shortcutSet,
    directory: join(root, 'planted'),
  });
  const result = (name: string): Promise<object | null> =>
    runAnalysis({
      request: { name, selection: 'last', options: optionsOf(ANALYSES[name]) },
      input: { set: shortcutSet, states, answers },
      others: [],
      results: [],
      checkpoint: null,
      seed: 0,
      file: join(root, 'run', `${name}.json`),
      keep: stored,
    });
  const direct = await geometry({
    set: shortcutSet,
    states: plantedStates(items, { 'text.0': ({ item }) => vectors.get(item)! }),
    selection: 'last',
    kind: 'question-swap',
    seed: 0,
  });
  expect(await result('geometry')).toMatchObject(JSON.parse(JSON.stringify(direct)) as object);
  expect(await result('behaviour')).toMatchObject({ provenance: { checkpoint: { name: 'planted' } } });
  expect((await result('probes')) as { layers: unknown[] }).toHaveProperty('layers.0');
});
