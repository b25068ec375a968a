// @module-tag slow
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AXES,
  CONDITIONS,
  itemsOf,
  locatedObjects,
  FLIPPING_KINDS,
  POLES,
  type ContrastSet,
} from '../../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../../core/errors.ts';
import type { Progress } from '../../../core/progress.ts';
import {
  checkSet,
  generatePerspectiveSet,
  GENERATORS,
  readContrastSet,
  writeContrastSet,
} from '../../../contrast-sets/index.ts';
import { leakageStatus } from '../../../contrast-sets/checks/leaks.ts';
import { Random } from '../../../core/random.ts';
import { plantedPairs } from '../../analysis/planted.ts';

const parameters = { scenes: { consistent: 9, counter: 8, ambiguous: 5 }, size: 96 };
let folder: string;
let set: ContrastSet;
const progress: Progress[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-sets-'));
  set = await generatePerspectiveSet({
    directory: join(folder, 'set'),
    seed: 3,
    ...parameters,
    onProgress: (p) => progress.push(p),
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Code of the `PlumblineError` that a promise is rejected with. */
async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PlumblineError) return error.code;
    throw error;
  }
  return 'none';
}

describe('the perspective set', () => {
  it('has six pairs, nine items and four pictures a scene, and says so', () => {
    expect(set.header.counts).toEqual({
      scenes: 22,
      pairs: 132,
      items: 198,
      images: 88,
      conditions: { height: { consistent: 9, counter: 8, ambiguous: 5 }, size: expect.any(Object) as object },
    });
    expect(readdirSync(join(set.directory, 'images'))).toHaveLength(88);
    expect(itemsOf(set)).toHaveLength(198);
    expect(progress.at(-1)).toEqual({ stage: 'generate', done: 22, total: 22, unit: 'scenes' });
  });

  it('passes its own checks; leakage is undecided on so few scenes', async () => {
    const { passed, results } = await checkSet(set);
    expect(results.filter(({ status }) => status === 'failed')).toEqual([]);
    expect(results.filter(({ status }) => status === 'undecided').map(({ check }) => check)).toEqual([
      'leakage-horizontal',
      'leakage-vertical',
      'leakage-distance',
    ]);
    expect(passed).toBe(true);
  });

  it('balances poles to ±1 in every condition, axis and kind', () => {
    for (const axis of AXES) {
      for (const condition of CONDITIONS) {
        for (const kind of FLIPPING_KINDS) {
          const answers = set.pairs
            .filter((p) => p.axis === axis && p.conditions.height === condition && p.kind === kind)
            .map(({ first }) => first.answer);
          const poles = answers.filter((answer) => answer === POLES[axis][0]).length;
          expect(Math.abs(2 * poles - answers.length)).toBeLessThanOrEqual(1);
        }
      }
    }
  });

  it('asks as methods §1 says, with the objects in the order of the question', () => {
    const swap = set.pairs.find(({ id }) => id === 's00004-distance-swap')!;
    const [a, b] = swap.first.objects.map(({ name }) => name);
    expect(swap.first).toMatchObject({
      item: 's00004-distance-ab',
      images: ['images/s00004.png'],
      question: `Compared to the ${a}, is the ${b} far or close from you? Answer with only one word.`,
      options: ['far', 'close'],
    });
    expect(swap.second).toMatchObject({
      item: 's00004-distance-ba',
      question: `Compared to the ${b}, is the ${a} far or close from you? Answer with only one word.`,
    });
    const image = set.pairs.find(({ id }) => id === 's00004-distance-image')!;
    expect(image.first).toEqual(swap.first);
    expect(image.second).toMatchObject({
      item: 's00004-distance-ab-flipped',
      images: ['images/s00004-distance.png'],
      question: swap.first.question,
    });
    expect(image.second.answer).not.toBe(image.first.answer);
  });

  it('keeps the boxes’ centres where they were when two objects trade depths', () => {
    for (const { axis, kind, first, second } of set.pairs) {
      if (axis !== 'distance' || kind !== 'image-intervention') continue;
      const before = locatedObjects(first);
      before.forEach(({ box, depth }, i) => {
        const [after, other] = [locatedObjects(second)[i], before[1 - i]];
        // Boxes are whole pixels, and up to 30 % of one may be hidden in one of the two pictures.
        expect(Math.abs(after.box[0] + after.box[2] / 2 - box[0] - box[2] / 2)).toBeLessThan(5);
        expect(Math.abs(after.box[1] + after.box[3] / 2 - box[1] - box[3] / 2)).toBeLessThan(3);
        expect(after.depth).toBe(other.depth);
        expect(after.depth > depth).toBe(after.box[2] < box[2]);
      });
    }
  });

  it('lists the nuisance factors that its pairs carry', () => {
    for (const { axis, nuisance } of set.pairs)
      expect(Object.keys(nuisance).sort()).toEqual([...set.header.nuisanceFactors[axis]].sort());
  });

  it('is the same whatever the number of threads, and another for another seed', async () => {
    const one = await generatePerspectiveSet({ directory: join(folder, 'one'), seed: 3, ...parameters, workers: 1 });
    expect(one.header.hash).toBe(set.header.hash);
    expect(readFileSync(join(one.directory, 'pairs.jsonl'), 'utf8')).toBe(
      readFileSync(join(set.directory, 'pairs.jsonl'), 'utf8'),
    );
    const other = await GENERATORS.perspective.generate({ directory: join(folder, 'other'), seed: 4, parameters });
    expect(other.header.hash).not.toBe(set.header.hash);
  });

  it('is read, not made again, the second time', async () => {
    const before = statSync(join(set.directory, 'set.json')).mtimeMs;
    const again = await generatePerspectiveSet({ directory: set.directory, seed: 3, ...parameters });
    expect(again.header).toEqual(set.header);
    expect(again.pairs).toEqual(set.pairs);
    expect(statSync(join(set.directory, 'set.json')).mtimeMs).toBe(before);
  });

  it('is not written over another one', async () => {
    expect(await codeOf(generatePerspectiveSet({ directory: set.directory, seed: 5, ...parameters }))).toBe(
      'set-exists',
    );
  });
});

describe('an interrupted or failed generation', () => {
  it('leaves nothing behind on Ctrl-C', async () => {
    const controller = new AbortController();
    const directory = join(folder, 'aborted');
    const reason = new PlumblineError('interrupted', 'interrupted');
    const run = generatePerspectiveSet({
      directory,
      ...parameters,
      signal: controller.signal,
      onProgress: ({ done }) => done >= 2 && controller.abort(reason),
    });
    await expect(run).rejects.toBe(reason);
    expect(existsSync(directory)).toBe(false);
  });

  it('keeps files that are not its own', async () => {
    const directory = join(folder, 'shared');
    mkdirSync(join(directory, 'images'), { recursive: true });
    writeFileSync(join(directory, 'images', 'mine.png'), 'x');
    const controller = new AbortController();
    const run = generatePerspectiveSet({
      directory,
      ...parameters,
      signal: controller.signal,
      onProgress: ({ done }) => done >= 2 && controller.abort(new PlumblineError('interrupted', 'interrupted')),
    });
    expect(await codeOf(run)).toBe('interrupted');
    expect(readdirSync(directory)).toEqual(['images']);
    expect(readdirSync(join(directory, 'images'))).toEqual(['mine.png']);
  });

  it('reports a folder that can’t be made as one clear error', async () => {
    writeFileSync(join(folder, 'file'), '');
    expect(await codeOf(generatePerspectiveSet({ directory: join(folder, 'file', 'set'), ...parameters }))).toMatch(
      /not-a-folder|file-not-found/,
    );
  });

  it.runIf(existsSync('/dev/full'))('reports a full disk, and leaves no set', async () => {
    const directory = join(folder, 'full');
    const images = join(directory, '.unfinished', 'images');
    let links = 0;
    const onProgress = (): void => {
      if (links > 0) return;
      mkdirSync(images, { recursive: true });
      // Every write to /dev/full fails with ENOSPC, as on a full disk.
      for (; links < 8; links++) symlinkSync('/dev/full', join(images, `.s0000${links}.png.tmp`));
    };
    expect(await codeOf(generatePerspectiveSet({ directory, ...parameters, onProgress }))).toBe('disk-full');
    expect(links).toBe(8);
    expect(existsSync(directory)).toBe(false);
  });
});

describe('reading', () => {
  const copy = (name: string): string => {
    const directory = join(folder, name);
    cpSync(set.directory, directory, { recursive: true });
    return directory;
  };

  it('returns what was written', async () => {
    const back = await readContrastSet(set.directory);
    expect(back).toEqual(set);
  });

  it('names the line that is damaged', async () => {
    const directory = copy('damaged');
    const lines = readFileSync(join(directory, 'pairs.jsonl'), 'utf8').split('\n');
    lines[6] = lines[6].replace('"group"', '"grope"');
    writeFileSync(join(directory, 'pairs.jsonl'), lines.join('\n'));
    await expect(readContrastSet(directory)).rejects.toMatchObject({
      code: 'invalid-line',
      where: join(directory, 'pairs.jsonl:7'),
    });
  });

  it('notices lines cut off, an answer edited, a picture missing and a folder without a set', async () => {
    const cut = copy('cut');
    const text = readFileSync(join(cut, 'pairs.jsonl'), 'utf8');
    writeFileSync(join(cut, 'pairs.jsonl'), text.slice(0, text.indexOf('\n', 60_000) + 1));
    expect(await codeOf(readContrastSet(cut))).toBe('set-incomplete');
    const edited = copy('edited');
    writeFileSync(join(edited, 'pairs.jsonl'), text.replace('"answer":"far"', '"answer":"close"'));
    expect(await codeOf(readContrastSet(edited))).toBe('set-changed');
    const missing = copy('missing');
    rmSync(join(missing, 'images', 's00003.png'));
    expect(await codeOf(readContrastSet(missing))).toBe('image-missing');
    expect(await codeOf(readContrastSet(folder))).toBe('set-not-found');
  });
});

describe('checks', () => {
  const failed = async (changed: ContrastSet): Promise<string[]> =>
    (await checkSet(changed)).results.filter(({ status }) => status === 'failed').map(({ check }) => check);

  it('find a wrong answer, a wrong condition, unbalanced poles and a repeated id', async () => {
    const flip = (pair: ContrastSet['pairs'][number]): ContrastSet['pairs'][number] => ({
      ...pair,
      first: { ...pair.first, answer: pair.second.answer },
      second: { ...pair.second, answer: pair.first.answer },
    });
    expect(
      await failed({ ...set, pairs: set.pairs.map((p) => (p.id.startsWith('s00002-distance') ? flip(p) : p)) }),
    ).toContain('answers');
    expect(
      await failed({
        ...set,
        pairs: set.pairs.map((p) =>
          p.conditions.height === 'ambiguous'
            ? p
            : {
                ...p,
                conditions: { ...p.conditions, height: p.conditions.height === 'counter' ? 'consistent' : 'counter' },
              },
        ),
      }),
    ).toContain('conditions');
    expect(
      await failed({ ...set, pairs: set.pairs.filter((p) => p.axis !== 'vertical' || p.first.answer === 'above') }),
    ).toEqual(['poles']);
    expect(await failed({ ...set, pairs: [...set.pairs, set.pairs[0]] })).toContain('ids');
  });

  it('call a leak what is certainly above .55, and nothing else', () => {
    expect(
      [
        [0.45, 0.549],
        [0.45, 0.55],
        [0.501, 0.6],
        [0.55, 0.62],
        [0.551, 0.62],
      ].map(([low, high]) => leakageStatus([low, high])),
    ).toEqual(['passed', 'passed', 'undecided', 'undecided', 'failed']);
  });

  it('find a factor that tells the answer in 70 % of the scenes, and clear one that tells nothing', async () => {
    const random = new Random(1);
    const withFactor = (told: number): ContrastSet => ({
      ...set,
      header: { ...set.header, nuisanceFactors: { horizontal: ['cue'], vertical: ['cue'], distance: ['cue'] } },
      pairs: plantedPairs({ consistent: 800, counter: 800 }).map((pair) => {
        const truth = pair.first.answer === pair.first.options[0] ? 1 : -1;
        return { ...pair, nuisance: { cue: truth * (random.next() < told ? 1 : -1) + 0.1 * random.normal() } };
      }),
    });
    const statuses = async (told: number): Promise<string[]> =>
      (await checkSet(withFactor(told))).results
        .filter(({ check }) => check.startsWith('leakage'))
        .map(({ status }) => status);
    expect(await statuses(0.7)).toEqual(['failed', 'failed', 'failed']);
    // Three tests of 1,600 scenes: chance must be 2.0 SD above .5 for one of them to miss the bound.
    expect(await statuses(0.5)).toEqual(['passed', 'passed', 'passed']);
  });

  it('find a picture that can’t be decoded, one with other pixels, and one that occurs twice', async () => {
    const directory = join(folder, 'pictures');
    cpSync(set.directory, directory, { recursive: true });
    const { format, version, counts, hash, ...description } = set.header;
    expect([format, version, counts.scenes, hash.length]).toEqual(['plumbline-contrast-set', 2, 22, 64]);
    const changed = await writeContrastSet(directory, description, set.pairs);
    expect(await failed(changed)).toEqual([]);
    writeFileSync(join(directory, 'images', 's00001.png'), 'not a picture');
    copyFileSync(join(directory, 'images', 's00002.png'), join(directory, 'images', 's00003.png'));
    const [pictures] = (await checkSet(changed)).results;
    expect(pictures.status).toBe('failed');
    expect(pictures.detail).toContain('s00001.png');
    expect(pictures.detail).toContain('and 2 more');
  });
});
