import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSet, GENERATORS, readContrastSet } from '../../../contrast-sets/index.ts';
import { itemsOf, type ContrastSet, type Item, type Pair } from '../../../core/artifacts/contrast-set.ts';

let folder: string;
let set: ContrastSet;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'plumbline-text-'));
  await GENERATORS.text.generate({ directory: join(folder, 'set'), seed: 2, parameters: { scenes: 160 } });
  set = await readContrastSet(join(folder, 'set'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ofTask = (task: string): Pair[] => set.pairs.filter(({ first }) => first.variant!.task === task);
const told = ({ question }: Item): string => question.slice(0, question.indexOf('\n\n'));
const asked = ({ question }: Item): string => question.slice(question.indexOf('\n\n') + 2);
const RELATION =
  /The (.+?) is (one step )?(to the left of|to the right of|above|below|farther from the camera than|closer to the camera than) the (.+?)\./g;

/** Reads a text of relations like a person: where everything lies along an axis, from the sentences alone. */
function solve(item: Item, axis: string): string {
  const words: Record<string, [string, number]> = {
    'to the left of': ['horizontal', 1],
    'to the right of': ['horizontal', -1],
    above: ['vertical', 1],
    below: ['vertical', -1],
    'farther from the camera than': ['distance', 1],
    'closer to the camera than': ['distance', -1],
  };
  const edges = [...told(item).matchAll(RELATION)].flatMap(([, a, , word, b]) =>
    words[word][0] === axis
      ? [{ a, b, step: words[word][1] }]
      : item.variant!.task === 'chain'
        ? [{ a, b, step: 0 }]
        : [],
  );
  const place = new Map([[item.objects[0].name, 0]]);
  for (let changed = true; changed;) {
    changed = false;
    for (const { a, b, step } of edges) {
      if (place.has(b) && !place.has(a)) changed = Boolean(place.set(a, place.get(b)! + step));
      if (place.has(a) && !place.has(b)) changed = Boolean(place.set(b, place.get(a)! - step));
    }
  }
  const [first, second] = item.objects.map(({ name }) => place.get(name)!);
  const towards = axis === 'distance' ? second - first : first - second;
  return item.options[towards > 0 ? 0 : 1];
}

describe('the text set', () => {
  it('passes the checks', async () => {
    expect((await checkSet(set)).results.filter(({ status }) => status === 'failed')).toEqual([]);
  });

  it('has no picture, and every answer can be read from the words', () => {
    const items = itemsOf(set);
    expect(items.every(({ images }) => images.length === 0)).toBe(true);
    const worded = items.filter(({ variant }) => variant!.task === 'relation' || variant!.task === 'chain');
    expect(worded.length).toBeGreaterThan(1500);
    for (const item of worded) expect(solve(item, item.axis), item.question).toBe(item.answer);
  });

  it('trades the arguments and keeps the words when a relation is flipped, and keeps the meaning when it is reworded', () => {
    for (const { kind, first, second } of ofTask('relation')) {
      if (kind === 'question-swap') continue;
      expect(asked(second)).toBe(asked(first));
      const bag = (item: Item): string => told(item).toLowerCase().split(/[ .]+/).sort().join(' ');
      if (kind === 'image-intervention') expect(bag(second)).toBe(bag(first));
      else expect(told(second)).not.toBe(told(first));
      expect(second.answer === first.answer).toBe(kind === 'perturbation');
    }
  });

  it('counts hops evenly, harder with more, and tells nothing by its words: as often left as right whatever the answer', () => {
    const pairs = ofTask('chain').filter(({ kind }) => kind === 'question-swap');
    const hops = pairs.map(({ nuisance }) => nuisance.hops as number);
    expect([1, 2, 3, 4, 5].map((k) => hops.filter((h) => h === k).length)).toEqual([32, 32, 32, 32, 32]);
    for (const { nuisance, first } of pairs) expect(first.difficulty).toBe(((nuisance.hops as number) - 1) / 4);
    let excess = 0;
    for (const { first } of pairs) {
      const count = (pole: string): number => told(first).split(first.options[pole === 'canonical' ? 0 : 1]).length - 1;
      excess += Math.sign(count('canonical') - count('other')) * (first.answer === first.options[0] ? 1 : -1);
    }
    // the sum of n signs has a standard deviation of at most √n under the null.
    expect(Math.abs(excess)).toBeLessThan(3 * Math.sqrt(pairs.length));
  });

  it('draws a grid that says the same as its rows and columns', () => {
    const pairs = ofTask('grid').filter(({ kind }) => kind === 'perturbation');
    for (const { first, second } of pairs) {
      const cells = told(first)
        .split('\n')
        .map((line) => line.split(' '));
      for (const { name } of first.objects) {
        const row = cells.findIndex((line) => line.includes(name));
        expect(told(second)).toContain(`${name} is in row ${row + 1}, column ${cells[row].indexOf(name) + 1}`);
      }
    }
  });

  it('gives the same numbers in another unit, and misleads by the first digit half of the time', () => {
    const pairs = ofTask('number').filter(({ kind }) => kind === 'perturbation');
    for (const { first, second } of pairs) {
      const metres = [...told(first).matchAll(/([\d.]+) m\b/g)].map(([, value]) => Number(value));
      const centimetres = [...told(second).matchAll(/([\d.]+) cm\b/g)].map(([, value]) => Number(value));
      expect(centimetres).toEqual(metres.map((value) => Math.round(value * 100)));
    }
    const misleading = pairs.filter(({ nuisance }) => nuisance.misleading === 1);
    expect(misleading.length / pairs.length).toBeCloseTo(0.5, 1);
  });

  it('is the same again, other for another seed, and refuses unknown tasks', async () => {
    const again = await GENERATORS.text.generate({
      directory: join(folder, 'again'),
      seed: 2,
      parameters: { scenes: 160 },
    });
    expect(readFileSync(join(again.directory, 'pairs.jsonl'), 'utf8')).toBe(
      readFileSync(join(set.directory, 'pairs.jsonl'), 'utf8'),
    );
    expect(
      (await GENERATORS.text.generate({ directory: join(folder, 'other'), seed: 3, parameters: { scenes: 160 } }))
        .header.hash,
    ).not.toBe(set.header.hash);
    await expect(
      GENERATORS.text.generate({ directory: join(folder, 'bad'), parameters: { tasks: ['poem'] } }),
    ).rejects.toMatchObject({ code: 'invalid-parameters' });
  });
});
