// @module-tag slow
/** Extraction as a whole: batching, storing, resuming, and the errors that stop it. */
import { spawn } from 'node:child_process';
import { existsSync, openSync, readdirSync, readFileSync, writeSync, closeSync, statSync } from 'node:fs';
import { cp, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ContrastSet, Pair } from '../../core/artifacts/contrast-set.ts';
import { itemsOf } from '../../core/artifacts/contrast-set.ts';
import { sha256 } from '../../core/formats/hash.ts';
import { row } from '../../core/matrix.ts';
import {
  ANSWERS_FILE,
  type Checkpoint,
  extract,
  type Extraction,
  openCheckpoint,
  openHiddenStates,
} from '../../extractors/index.ts';
import { loadVisuals } from '../../extractors/run/visuals.ts';
import { logSumExp } from '../../extractors/run/score.ts';
import { TextRunner } from '../../extractors/run/text.ts';
import { VisionRunner } from '../../extractors/run/vision.ts';
import { CHECKPOINT, PARITY, paritySet, rowError, setOf, temporaryFolder } from './support.ts';

let root: string;
let checkpoint: Checkpoint;
beforeAll(async () => {
  root = await temporaryFolder();
  checkpoint = await openCheckpoint(CHECKPOINT);
});

/** Distinct questions over the parity pictures: `pairs` × 2 items. More than 512 rows take more than one shard. */
function largeSet(pairs: number): ContrastSet {
  const { pairs: few } = paritySet();
  const many = Array.from({ length: pairs }, (_, i): Pair => {
    const pair = few[i % few.length];
    const side = (item: Pair['first']): Pair['first'] => ({
      ...item,
      item: `${item.item}-${i}`,
      question: item.question.replace('?', `${' or so'.repeat(Math.floor(i / few.length) % 3)}?`),
    });
    return { ...pair, id: `${pair.id}-${i}`, first: side(pair.first), second: side(pair.second) };
  });
  return setOf(PARITY, many);
}

/** Each file's hash. */
const files = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, sha256(readFileSync(join(folder, name)))]),
  );
const FEW = { layers: ['vision.1', 'projector', 'text.1', 'text.out'] } as const;

test('rows and answers don’t depend on what else is in the batch', async () => {
  const set = paritySet();
  const whole = await extract({ checkpoint, set, directory: join(root, 'whole') });
  const items = itemsOf(set);
  expect(whole.states.items).toEqual(items.map(({ item }) => item));
  expect(whole.answers.map(({ item }) => item)).toEqual(whole.states.items);
  for (const pair of [set.pairs[2], set.pairs[7]]) {
    const alone = await extract({ checkpoint, set: setOf(PARITY, [pair]), directory: join(root, `alone-${pair.id}`) });
    for (const [layer, selections] of Object.entries(whole.states.header.selections)) {
      for (const selection of selections) {
        const all = await whole.states.read(layer, selection);
        const own = await alone.states.read(layer, selection);
        // Matrix products of other sizes sum in another order: float32 noise, far below the parity bound.
        alone.states.items.forEach((item, i) =>
          expect(
            rowError([row(own, i)], [row(all, whole.states.items.indexOf(item))]),
            `${layer}@${selection}`,
          ).toBeLessThan(1e-5),
        );
      }
    }
    for (const { item, scores } of alone.answers) {
      const other = whole.answers.find((answer) => answer.item === item)!.scores;
      for (const [option, score] of Object.entries(scores)) expect(score).toBeCloseTo(other[option], 4);
    }
  }
});

describe('the store', () => {
  test('a second run reads what is there; other layers, selections or sets are computed anew', async () => {
    const directory = join(root, 'twice');
    const set = paritySet();
    const first = await extract({ checkpoint, set, directory, ...FEW });
    const before = files(directory);
    const second = await extract({ checkpoint, set, directory, ...FEW });
    expect([first.reused, second.reused]).toEqual([false, true]);
    expect(files(directory)).toEqual(before);
    expect(second.answers).toEqual(first.answers);
    expect(await second.states.read('text.1', 'last')).toEqual(await first.states.read('text.1', 'last'));
    expect((await extract({ checkpoint, set, directory, layers: ['text.1'] })).reused).toBe(false);
    const narrow = await extract({ checkpoint, set, directory, ...FEW, selections: ['last'] });
    expect(narrow.states.header.selections).toEqual({ 'text.1': ['last'], 'text.out': ['last'] });
    expect(
      (await extract({ checkpoint, set: setOf(PARITY, set.pairs.slice(1)), directory, ...FEW })).states.header.rows,
    ).toBe(14);
  });

  test('default layers and selections', async () => {
    const { header } = (await extract({ checkpoint, set: paritySet(), directory: join(root, 'whole') })).states;
    expect(header.layers.map(({ name }) => name)).toEqual([
      'vision.embed',
      'vision.0',
      'vision.1',
      'vision.2',
      'vision.3',
      'projector',
      'text.embed',
      'text.0',
      'text.1',
      'text.2',
      'text.3',
      'text.out',
    ]);
    expect(header.selections['vision.0']).toEqual(['patches:1', 'patches:2', 'image', 'cls']);
    expect(header.selections.projector).toEqual(['patches:1', 'patches:2', 'image']);
    expect(header.selections['text.0']).toEqual(['last', 'words:1', 'words:2', 'patches:1', 'patches:2']);
  });

  test('interrupted between shards, it goes on, and the bytes are those of an undisturbed run', async () => {
    const set = largeSet(300);
    const undisturbed = join(root, 'undisturbed');
    await extract({ checkpoint, set, directory: undisturbed, ...FEW });
    expect(readdirSync(undisturbed).filter((name) => name.startsWith('states-'))).toHaveLength(2);

    const directory = join(root, 'interrupted');
    const controller = new AbortController();
    const reason = new Error('stop');
    const onProgress = ({ done }: { done: number }): void => {
      if (done >= 512) controller.abort(reason);
    };
    await expect(extract({ checkpoint, set, directory, ...FEW, onProgress, signal: controller.signal })).rejects.toBe(
      reason,
    );
    expect(readdirSync(directory)).toEqual(['states-00000.safetensors']);
    await expect(openHiddenStates(directory)).rejects.toMatchObject({ code: 'file-not-found' });
    const shard = statSync(join(directory, 'states-00000.safetensors'));

    const steps: number[] = [];
    const resumed = await extract({ checkpoint, set, directory, ...FEW, onProgress: ({ done }) => steps.push(done) });
    expect(resumed.reused).toBe(false);
    expect(steps[0]).toBe(512);
    expect(statSync(join(directory, 'states-00000.safetensors')).mtimeMs).toBe(shard.mtimeMs);
    expect(files(directory)).toEqual(files(undisturbed));
    expect(resumed.answers).toHaveLength(600);
  });

  test('shards that are missing or damaged are made again, others kept', async () => {
    const set = largeSet(300);
    const directory = join(root, 'undisturbed');
    const before = files(directory);
    await truncate(join(directory, 'states-00001.safetensors'), 1000);
    const repaired = await extract({ checkpoint, set, directory, ...FEW });
    expect(repaired.reused).toBe(false);
    expect(files(directory)).toEqual(before);
    await rm(join(directory, ANSWERS_FILE));
    await extract({ checkpoint, set, directory, ...FEW });
    expect(files(directory)).toEqual(before);
  });

  test('killed with SIGKILL while it works, it goes on to the same bytes', async () => {
    const set = largeSet(300);
    const directory = join(root, 'killed');
    const script = join(root, 'child.mts');
    const setFile = join(root, 'set.json');
    await writeFile(setFile, JSON.stringify(set));
    await writeFile(
      script,
      `import { readFileSync } from 'node:fs';
import { extract, openCheckpoint } from ${JSON.stringify(resolve('extractors/index.ts'))};
const set = JSON.parse(readFileSync(${JSON.stringify(setFile)}, 'utf8'));
await extract({ checkpoint: await openCheckpoint(${JSON.stringify(CHECKPOINT)}), set, directory: ${JSON.stringify(directory)}, layers: ${JSON.stringify(FEW.layers)} });`,
    );
    const child = spawn(process.execPath, ['--import', 'tsx', script], { stdio: 'ignore' });
    const ended = new Promise((done) => child.on('exit', done));
    while (child.exitCode === null && !existsSync(join(directory, 'states-00000.safetensors')))
      await new Promise((done) => setTimeout(done, 10));
    child.kill('SIGKILL');
    await ended;
    expect(existsSync(join(directory, 'states-00000.safetensors'))).toBe(true);
    await extract({ checkpoint, set, directory, ...FEW });
    expect(files(directory)).toEqual(files(join(root, 'undisturbed')));
  });

  test('two runs into one folder at the same time both finish, with the same bytes', async () => {
    const set = largeSet(300);
    const directory = join(root, 'shared');
    const results = await Promise.all([
      extract({ checkpoint, set, directory, ...FEW }),
      extract({ checkpoint, set, directory, ...FEW }),
    ]);
    expect(results.map(({ answers }) => answers.length)).toEqual([600, 600]);
    expect(files(directory)).toEqual(files(join(root, 'undisturbed')));
  });

  test('a disk that is full stops it with one clear error, and finished shards stay', async () => {
    // A limit on the size of files stands in for the full disk: the first write beyond it fails, as it would there.
    const directory = join(root, 'full');
    const script = join(root, 'full.mts');
    await writeFile(join(root, 'full.json'), JSON.stringify(paritySet()));
    await writeFile(
      script,
      `import { readFileSync } from 'node:fs';
import { extract, openCheckpoint } from ${JSON.stringify(resolve('extractors/index.ts'))};
const set = JSON.parse(readFileSync(${JSON.stringify(join(root, 'full.json'))}, 'utf8'));
try { await extract({ checkpoint: await openCheckpoint(${JSON.stringify(CHECKPOINT)}), set, directory: ${JSON.stringify(directory)} }); console.log('finished'); }
catch (error) { console.log(JSON.stringify({ code: error.code, where: error.where })); }`,
    );
    const child = spawn('bash', ['-c', `ulimit -f 100; exec "$0" --import tsx "$1"`, process.execPath, script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await new Promise((done) => child.on('exit', done));
    expect(JSON.parse(output)).toMatchObject({ code: 'disk-full', where: join(directory, 'states-00000.safetensors') });
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('scores', () => {
  test('options that share their first tokens are scored by whole sequences', async () => {
    const [pair] = paritySet().pairs;
    const options = ['zeft', 'zight'];
    const side = (item: Pair['first']): Pair['first'] => ({ ...item, options, answer: options[0] });
    const { answers } = await extract({
      checkpoint,
      set: setOf(PARITY, [{ ...pair, first: side(pair.first), second: side(pair.second) }]),
      directory: join(root, 'sequences'),
      layers: ['text.out'],
    });
    const { text, vision } = checkpoint;
    const { tokenizer } = text!.tools;
    const visionRunner = await VisionRunner.open(vision!, [], { features: true });
    const runner = await TextRunner.open(text!, []);
    const visuals = await loadVisuals(vision!, PARITY, vision!.visuals(pair.first));
    const features = (await visionRunner.run(visuals, [[]])).features!;
    const size = Number(text!.decoder.model.graph.outputs[0].shape![2]);
    const vocabulary = Array.from({ length: size }, (_, token) => token);
    const prompt = text!.prompt(pair.first, visuals);
    // One token at a time, by the definition: each next token's logit minus the logsumexp over the vocabulary, at the
    // prompt so far.
    const sequenceScore = async (word: string): Promise<number> => {
      const ids = [...prompt.ids];
      let score = 0;
      for (const token of tokenizer.encode(word, { add_special_tokens: false }).ids) {
        const output = await runner.run(
          [{ ids, prompt, visuals, features, pools: [], heads: [ids.length - 1] }],
          vocabulary,
        );
        score += output.logits[token] - output.normalisers[0];
        ids.push(token);
      }
      return score;
    };
    for (const option of options) {
      const spellings = [option, ` ${option}`, `Z${option.slice(1)}`, ` Z${option.slice(1)}`];
      expect(answers[0].scores[option]).toBeCloseTo(logSumExp(await Promise.all(spellings.map(sequenceScore))), 3);
    }
    await visionRunner.release();
    await runner.release();
  });
});

describe('errors', () => {
  /** A copy of the checkpoint whose weight at the last step before `layer` holds a NaN. */
  async function poisoned(layer: string): Promise<Checkpoint> {
    const folder = join(root, `nan-${layer}`);
    await cp(CHECKPOINT, folder, { recursive: true, filter: (path) => !path.endsWith('.safetensors') });
    const part = layer.startsWith('vision') ? checkpoint.vision! : checkpoint.text!;
    const graph = 'graph' in part ? part.graph : part.decoder;
    const { flow, layers, cuts } = part.found;
    const { tensor } = layers.find(({ name }) => name === layer)!;
    const weights = new Map(graph.model.graph.initializers.map(({ name }, i) => [name, i]));
    // Back from the sum along the branch, to the first product with a weight.
    let names = flow.steps[flow.maker.get(tensor)!].inputs.filter((name) => !cuts.tensors.includes(name));
    let weight: string | undefined;
    while (weight === undefined) {
      const step = flow.steps[flow.maker.get(names[0])!];
      if (step.op === 'MatMul') weight = step.inputs[1];
      names = step.inputs.filter((name) => cuts.reached.has(name));
    }
    const field = graph.model.graph.fields.filter(({ number }) => number === 5)[weights.get(weight)!];
    const file = openSync(join(folder, graph.file), 'r+');
    // The values come last in PyTorch's tensors.
    writeSync(file, Uint8Array.of(0, 0, 0xc0, 0x7f), 0, 4, field.end - 4);
    closeSync(file);
    return openCheckpoint(folder);
  }

  test.each(['vision.1', 'text.2'])('NaN in a weight of %s is reported with the layer and the row', async (layer) => {
    const directory = join(root, `out-nan-${layer}`);
    const damaged = await poisoned(layer);
    const failing = extract({ checkpoint: damaged, set: paritySet(), directory });
    await expect(failing).rejects.toMatchObject({
      code: 'not-finite',
      message: expect.stringMatching(new RegExp(`layer ${layer} .* p0-`)) as string,
    });
    expect(existsSync(directory) ? readdirSync(directory) : []).toEqual([]);
  });

  test('an undecodable picture, and one that isn’t there', async () => {
    const folder = join(root, 'pictures');
    await mkdir(join(folder, 'images'), { recursive: true });
    await cp(join(PARITY, 'images'), join(folder, 'images'), { recursive: true });
    const set = { ...paritySet(), directory: folder };
    await writeFile(join(folder, 'images', 'p2.png'), 'no picture');
    await expect(extract({ checkpoint, set, directory: join(root, 'out-pictures') })).rejects.toMatchObject({
      code: 'image-undecodable',
      where: join(folder, 'images', 'p2.png'),
    });
    await rm(join(folder, 'images', 'p2.png'));
    await expect(extract({ checkpoint, set, directory: join(root, 'out-pictures') })).rejects.toMatchObject({
      code: 'file-not-found',
    });
    expect(existsSync(join(root, 'out-pictures', 'states.json'))).toBe(false);
  });

  test('a configuration that promises other image tokens than the graph gives', async () => {
    const folder = join(root, 'full-strategy');
    await cp(CHECKPOINT, folder, { recursive: true, filter: (path) => !path.endsWith('.safetensors') });
    const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as object;
    await writeFile(join(folder, 'config.json'), JSON.stringify({ ...config, vision_feature_select_strategy: 'full' }));
    const failing = extract({
      checkpoint: await openCheckpoint(folder),
      set: paritySet(),
      directory: join(root, 'out-full-strategy'),
      layers: ['text.1'],
    });
    await expect(failing).rejects.toMatchObject({
      code: 'patch-mismatch',
      message: expect.stringMatching(/64, 128\] where the prompt holds 65/) as string,
    });
  });

  test('unknown layers and selections name those there are', async () => {
    const base = { checkpoint, set: paritySet(), directory: join(root, 'none') };
    await expect(extract({ ...base, layers: ['text.9'] })).rejects.toMatchObject({
      code: 'unknown-layer',
      hint: expect.stringContaining('text.3') as string,
    });
    await expect(extract({ ...base, selections: ['first'] as never })).rejects.toMatchObject({
      code: 'unknown-selection',
    });
    await expect(extract({ ...base, layers: ['projector'], selections: ['last'] })).rejects.toMatchObject({
      code: 'nothing-selected',
    });
  });

  test('an aborted signal stops before anything is written', async () => {
    await expect(
      extract({
        checkpoint,
        set: paritySet(),
        directory: join(root, 'aborted'),
        signal: AbortSignal.abort(new Error('no')),
      }),
    ).rejects.toThrow('no');
    expect(existsSync(join(root, 'aborted'))).toBe(false);
  });

  test('objects that the question doesn’t name', async () => {
    const [pair] = paritySet().pairs;
    const first = {
      ...pair.first,
      objects: pair.first.objects.map((object) => ({ ...object, name: 'grey elephant' })),
    };
    await expect(
      extract({ checkpoint, set: setOf(PARITY, [{ ...pair, first }]), directory: join(root, 'unnamed') }),
    ).rejects.toMatchObject({ code: 'phrase-not-found', where: pair.first.question });
  });

  test('states that are not held say what is', async () => {
    const { states }: Extraction = await extract({ checkpoint, set: paritySet(), directory: join(root, 'whole') });
    await expect(states.read('vision.0', 'last')).rejects.toMatchObject({
      code: 'states-not-held',
      message: expect.stringContaining('patches:1') as string,
    });
    await expect(states.read('vision.9', 'cls')).rejects.toMatchObject({
      code: 'states-not-held',
      message: expect.stringContaining('text.out') as string,
    });
  });
});
