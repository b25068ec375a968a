/** One photograph with a consistent and a counter pair: two conditions, one fold, deleted and flipped whole. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { behaviour, gapOf } from '../../analysis/behaviour.ts';
import { disentanglement } from '../../analysis/disentanglement.ts';
import { geometry } from '../../analysis/geometry.ts';
import { coherenceTable } from '../../analysis/geometry/coherence.ts';
import { deltaDesign, rawDeltas } from '../../analysis/geometry/deltas.ts';
import { splitScenes } from '../../analysis/geometry/layer-choice.ts';
import { principalAnglesOfAxes } from '../../analysis/principal-angles.ts';
import type { Answer } from '../../core/artifacts/answers.ts';
import { itemsOf, spatialPairs, type ContrastSet, type Pair } from '../../core/artifacts/contrast-set.ts';
import { behaviourSchema, geometrySchema } from '../../core/artifacts/results.ts';
import { Random } from '../../core/random.ts';
import { clusterCorrelation } from '../../core/statistics/cluster-correlation.ts';
import { clusteredProportion } from '../../core/statistics/clustered-proportion.ts';
import { newcombeDifference } from '../../core/statistics/newcombe.ts';
import { probeLayers } from '../../probes/probes.ts';
import { imported, temporaryFolder } from '../contrast-sets/import/helpers.ts';
import { combine, heightSign, orthonormal, plantedItems, plantedStates, type PlantedItem } from './planted.ts';

const TABLE = fileURLToPath(new URL('../fixtures/scene/t.csv', import.meta.url));
const COLOURS = ['#dc1e1e', '#1e1edc', '#1ec81e'];

let set: ContrastSet;
beforeAll(async () => {
  const folder = temporaryFolder();
  const boxes = new Map<string, Set<string>>();
  for (const line of readFileSync(TABLE, 'utf8').trim().split('\n').slice(1)) {
    const [image, , , , one, two] = line.split(',');
    boxes.set(image, new Set([...(boxes.get(image) ?? []), one, two]));
  }
  for (const [image, [...of]] of boxes) {
    const shapes = of.map((box, k) => {
      const [x, y, width, height] = box.split(' ');
      return `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="${COLOURS[k]}"/>`;
    });
    // A dot of its own each: equal pictures would be one scene.
    const own = `<rect width="1" height="1" fill="rgb(${image.replace(/\D/g, '')},0,0)"/>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"><rect width="96" height="96" fill="#888"/>${shapes.join('')}${own}</svg>`;
    await sharp(Buffer.from(svg)).removeAlpha().png().toFile(join(folder, image));
  }
  ({ set } = await imported(folder, 'own', [TABLE], { images: folder }));
});

const seeded = (item: PlantedItem, ...more: string[]): Random => new Random(3, item.item, ...more);
const [H, V, D] = orthonormal(3, 16);
const model = (height: number, depth: number) => (item: PlantedItem) =>
  combine([H, V, D], [0, height * heightSign(item), depth * item.truth], 0.1, seeded(item));
const answersOf = (margin: (item: PlantedItem) => number, pairs: readonly Pair[] = set.pairs): Answer[] => {
  const options = new Map(itemsOf({ pairs }).map((item) => [item.item, item.options]));
  return plantedItems(pairs).map((item) => {
    const [canonical, other] = options.get(item.item)!;
    return { item: item.item, scores: { [canonical]: margin(item), [other]: 0 } };
  });
};

describe('a photograph with a consistent and a counter pair', () => {
  it('imports: a condition a pair and a cue, one scene', () => {
    expect(set.header.version).toBe(2);
    expect(set.header.counts).toMatchObject({
      scenes: 40,
      pairs: 80,
      conditions: { height: { consistent: 40, counter: 40 }, size: { consistent: 40 } },
    });
    for (const { group } of set.pairs)
      expect(set.pairs.filter((pair) => pair.group === group).map(({ conditions }) => conditions.height)).toEqual([
        'consistent',
        'counter',
      ]);
    expect(spatialPairs(set.pairs, 'size').every(({ condition }) => condition === 'consistent')).toBe(true);
  });

  it('lies in one half and in one fold', () => {
    const [picking, reporting] = splitScenes({ pairs: spatialPairs(set.pairs) }, 1);
    expect([picking.size, reporting.size]).toEqual([20, 20]);
    expect([...picking].some((scene) => reporting.has(scene))).toBe(false);
  });

  it('is read by geometry, probes, behaviour, angles and disentanglement', async () => {
    const items = plantedItems(set.pairs);
    const states = plantedStates(items, { 'text.0': model(1, 0), 'text.1': model(0, 1) });
    const found = await geometry({ set, states, seed: 1 });
    expect(geometrySchema.parse(found)).toEqual(found);
    expect(found.cue).toBe('height');
    expect(found.layers[0].cueShare.value!).toBeGreaterThan(0.95);
    expect(found.layers[1].cueShare.value!).toBeLessThan(0.05);
    expect(found.layers[0].cueShare).toMatchObject({ n: 80, groups: 40 });
    const probes = await probeLayers({ set, states, selection: 'last', seed: 1, workers: 1 });
    const accuracy = (layer: string): (number | null)[] =>
      probes.layers
        .find((row) => row.layer === layer && row.training === 'balanced')!
        .accuracy.filter(({ condition }) => condition !== 'ambiguous')
        .map(({ estimate }) => estimate.value);
    expect(accuracy('text.1')).toEqual([1, 1, 1]);
    // Height alone says nothing over a balanced mix.
    expect(accuracy('text.0')[2]).toBeCloseTo(0.5, 1);
    const result = behaviour({ set, answers: answersOf((item) => heightSign(item)), seed: 1 });
    expect(behaviourSchema.parse(result)).toEqual(result);
    expect(result.gaps).toMatchObject([{ axis: 'distance', cue: 'height', gap: { value: 1, n: 160, groups: 40 } }]);
    expect(result.weights).toMatchObject([{ cue: 'height', weight: { value: 1, groups: 40 } }]);
    const angles = await principalAnglesOfAxes({ set, states, k: 1, seed: 1 });
    expect(angles.layers).toHaveLength(2);
    expect((await disentanglement({ set, states, seed: 1 })).groups).toBe(40);
  });

  it('has no share of size: all pairs are consistent there', async () => {
    const states = plantedStates(plantedItems(set.pairs), { 'text.0': model(1, 0) });
    const { cue, layers } = await geometry({ set, states, cue: 'size', seed: 1 });
    expect(cue).toBe('size');
    expect(layers[0].cueShare.value).toBeNull();
    expect(layers[0].cueCosine.note).toBe('no axis asks about size');
  });
});

/** `scenes` photographs, each with a consistent and a counter pair, or one of them where `shared` is false. */
function photographs(scenes: number, shared: boolean): Pair[] {
  return Array.from({ length: scenes }, (_, scene) =>
    (['consistent', 'counter'] as const)
      .filter((_, k) => shared || scene % 2 === k)
      .map((condition): Pair => {
        const id = `s${String(scene).padStart(3, '0')}-${condition}`;
        const item = (order: string, answer: string): Pair['first'] => ({
          item: `${id}-${order}`,
          images: [`${scene}.png`],
          question: '?',
          options: ['far', 'close'],
          answer,
          objects: [],
        });
        const [one, two] = (scene >> 1) % 2 ? (['far', 'close'] as const) : (['close', 'far'] as const);
        return {
          id,
          group: `s${String(scene).padStart(3, '0')}`,
          axis: 'distance',
          kind: 'question-swap',
          conditions: { height: condition },
          first: item('ab', one),
          second: item('ba', two),
          nuisance: {},
        };
      }),
  ).flat();
}

describe('the gap over shared scenes', () => {
  it('is the independent one, bit by bit, where no scene is shared', () => {
    const pairs = photographs(80, false);
    const { cells, gaps } = behaviour({
      set: { pairs },
      answers: answersOf((item) => item.truth + 2 * seeded(item).normal(), pairs),
      seed: 1,
    });
    const [consistent, counter] = cells.map(({ accuracy }) => accuracy);
    expect(gaps[0]).toEqual({ axis: 'distance', cue: 'height', gap: gapOf(consistent, counter) });
    expect(gaps[0].gap.intervalKind).toBe('Newcombe');
    expect(gaps[0].gap.groups).toBe(80);
  });

  it('covers 95 % where a scene makes both conditions easy or hard, and is narrower than taken as independent', () => {
    const scenes = Array.from({ length: 100 }, (_, i) => `s${i}`);
    let [covered, widths, independent] = [0, 0, 0];
    const RUNS = 1000;
    const random = new Random(11);
    for (let run = 0; run < RUNS; run++) {
      const [a, b]: number[][] = [[], []];
      for (let s = 0; s < scenes.length; s++) {
        const own = 1.2 * random.normal();
        a.push(Number(own + random.normal() > -0.8));
        b.push(Number(own + random.normal() > 0.4));
      }
      const [one, two] = [a, b].map((scores) => clusteredProportion(scores, scenes).estimate);
      const { correlation, groups, shared } = clusterCorrelation(
        { scores: a, groups: scenes },
        { scores: b, groups: scenes },
      );
      expect([groups, shared]).toEqual([100, 100]);
      const [low, high] = gapOf(one, two, { correlation, groups }).interval!;
      const [l, h] = gapOf(one, two).interval!;
      // P(N(0, 1 + 1.44) > −.8) − P(· > .4)
      const truth = 0.69571 - 0.39895;
      if (low <= truth && truth <= high) covered++;
      widths += high - low;
      independent += h - l;
    }
    expect(covered / RUNS).toBeGreaterThan(0.93);
    expect(covered / RUNS).toBeLessThan(0.97);
    expect(widths).toBeLessThan(0.9 * independent);
  });

  it('is symmetric, and a correlation of 0 is none', () => {
    const [a, b] = [
      { value: 0.8, interval: [0.7, 0.87] as [number, number] },
      { value: 0.6, interval: [0.5, 0.69] as [number, number] },
    ];
    expect(newcombeDifference(a, b, 0)).toEqual(newcombeDifference(a, b));
    const [one, other] = [newcombeDifference(a, b, 0.4), newcombeDifference(b, a, 0.4)];
    expect(one.interval[0]).toBeCloseTo(-other.interval[1], 14);
    expect(one.interval[1]).toBeCloseTo(-other.interval[0], 14);
    expect(clusterCorrelation({ scores: [1, 0], groups: ['a', 'b'] }, { scores: [1, 0], groups: ['c', 'd'] })).toEqual({
      correlation: 0,
      groups: 4,
      shared: 0,
    });
  });
});

describe('the sign-flip null over shared scenes', () => {
  it('flips a scene whole: noise that both pairs of a scene share is not coherence', async () => {
    const pairs = photographs(40, true).map((pair) => ({
      ...pair,
      axis: 'vertical',
      first: { ...pair.first, options: ['above', 'below'], answer: pair.first.answer === 'far' ? 'above' : 'below' },
      second: { ...pair.second, options: ['above', 'below'], answer: pair.second.answer === 'far' ? 'above' : 'below' },
    }));
    const items = plantedItems(pairs);
    let above = 0;
    const RUNS = 200;
    for (let run = 0; run < RUNS; run++) {
      const states = plantedStates(items, {
        'text.0': (item) => {
          const [scene, own] = [new Random(run, item.group), new Random(run, item.item)];
          return Array.from({ length: 12 }, () => item.truth * scene.normal() + 0.3 * own.normal());
        },
      });
      const design = deltaDesign(pairs, states.items, 'question-swap');
      const table = await coherenceTable(rawDeltas(await states.read('text.0', 'last'), design, 'text.0'), design, run);
      const all = table.find(({ condition }) => condition === 'all')!;
      if (all.estimate.value! > all.nullUpper!) above++;
    }
    expect(above / RUNS).toBeLessThan(0.09);
    expect(above / RUNS).toBeGreaterThan(0.015);
  });
});
