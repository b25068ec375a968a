import { describe, expect, it } from 'vitest';
import { erasingEffect, erasingIntervention } from '../../../analysis/cause/erasing.ts';
import { causeDirections } from '../../../analysis/cause/directions.ts';
import { patchingEffect, patchingIntervention } from '../../../analysis/cause/patching.ts';
import { steeringEffect, steeringIntervention } from '../../../analysis/cause/steering.ts';
import type { ScoredItem } from '../../../analysis/index.ts';
import type { HiddenStates } from '../../../core/artifacts/hidden-states.ts';
import { Random } from '../../../core/random.ts';
import { heightSign, plantedItems, plantedPairs } from '../planted.ts';

const D = 24;
const pairs = plantedPairs({ consistent: 60, counter: 60, ambiguous: 20 }, 3);
const items = plantedItems(pairs);

/** States that hold depth along e0, height along e1 and horizontal place along e2, with noise. */
function plantedStates(noise = 0.3): HiddenStates {
  const random = new Random(8, 'states');
  const data = new Float32Array(items.length * D);
  items.forEach(({ axis, truth, condition }, i) => {
    for (let j = 0; j < D; j++) data[i * D + j] = noise * random.normal();
    if (axis === 'distance') data[i * D] += 2 * truth;
    if (axis === 'distance') data[i * D + 1] += heightSign({ condition, truth });
    if (axis === 'vertical') data[i * D + 1] += 2 * truth;
    if (axis === 'horizontal') data[i * D + 2] += 2 * truth;
  });
  return {
    header: {} as HiddenStates['header'],
    items: items.map(({ item }) => item),
    has: () => true,
    read: () => Promise.resolve({ data, rows: items.length, cols: D }),
  };
}

/** A model whose margin is the state's product with `w`. */
async function answers(
  states: HiddenStates,
  w: readonly number[],
  change: (h: Float64Array, i: number) => Float64Array = (h) => h,
): Promise<ScoredItem[]> {
  const { data } = await states.read('l', 'last');
  return items.map(({ item, group, axis, condition, truth }, i) => {
    const h = change(Float64Array.from(data.subarray(i * D, (i + 1) * D)), i);
    const margin = w.reduce((sum, value, j) => sum + value * h[j], 0);
    const probability = 1 / (1 + Math.exp(-truth * margin));
    return { item, group, axis, condition, truth, margin, probability, right: probability > 0.5 };
  });
}

const scenes = new Set(pairs.map(({ group }) => group));
const ofDistance = (list: readonly ScoredItem[]): ScoredItem[] => list.filter(({ axis }) => axis === 'distance');

describe('directions', () => {
  it('are the planted ones: depth, height and vertical, of unit length; the answer’s is their sum on consistent scenes', async () => {
    const found = await causeDirections({
      set: { pairs },
      states: plantedStates(),
      layer: 'l',
      selection: 'last',
      axis: 'distance',
      scenes,
      seed: 1,
    });
    // 80 or more deltas of noise .3·√2: the mean's other coordinates are about .05 of its length 2 … 4.
    expect(found.get('depth')!.unit[0]).toBeGreaterThan(0.99);
    expect(found.get('height')!.unit[1]).toBeGreaterThan(0.97);
    expect(found.get('vertical')!.unit[1]).toBeGreaterThan(0.99);
    expect(found.get('answer')!.unit[0]).toBeCloseTo(2 / Math.sqrt(5), 1);
    expect(found.get('depth')!.length).toBeCloseTo(2 / Math.sqrt(5), 1);
    for (const { unit } of found.values()) expect(Math.hypot(...unit)).toBeCloseTo(1, 10);
    expect(Math.abs(found.get('random')!.unit[0])).toBeLessThan(0.75);
  });

  it('are refused where the two sides of every pair are the same state', async () => {
    const still: HiddenStates = {
      ...plantedStates(),
      read: () => Promise.resolve({ data: new Float32Array(items.length * D).fill(1), rows: items.length, cols: D }),
    };
    await expect(
      causeDirections({
        set: { pairs },
        states: still,
        layer: 'l',
        selection: 'last',
        axis: 'distance',
        scenes,
        seed: 1,
      }),
    ).rejects.toMatchObject({ code: 'no-direction' });
  });
});

describe('steering', () => {
  it('pushes every item against its own answer and counts what turned', async () => {
    const states = plantedStates();
    const base = ofDistance(await answers(states, [1]));
    const direction = Float64Array.from({ length: D }, (_, j) => (j === 0 ? 1 : 0));
    const { header, tensors } = steeringIntervention({
      layer: 'l',
      tokens: 'last',
      alpha: 1.5,
      direction,
      items: base,
      name: 'push',
    });
    const signs = new Map(header.items.map((item, i) => [item, tensors.get('signs')!.data[i]]));
    for (const { item, margin } of base) expect(signs.get(item)).toBe(margin > 0 ? -1 : 1);
    const pushed = (along: number) =>
      answers(states, [1], (h, i) => {
        const step = (signs.get(items[i].item) ?? 0) * 1.5 * Math.hypot(...h);
        return h.map((value, j) => (j === along ? value + step : value));
      });
    const turned = steeringEffect(base, ofDistance(await pushed(0)), 1);
    expect(turned.flipped.value).toBe(1);
    expect(turned.push.value).toBeGreaterThan(2);
    // A push along a direction that the model doesn't read turns nothing.
    const idle = steeringEffect(base, ofDistance(await pushed(5)), 1);
    expect(idle.flipped.value).toBe(0);
    expect(idle.push.value).toBeCloseTo(0, 10);
    expect(idle.flipped).toMatchObject({ n: 280, groups: 140 });
  });

  it('needs an answer to every item', async () => {
    const base = ofDistance(await answers(plantedStates(), [1]));
    expect(() => steeringEffect(base, base.slice(1), 1)).toThrow(/no answer/);
  });
});

describe('patching', () => {
  it('restores all of the answer where the model reads it, and none elsewhere', async () => {
    const states = plantedStates();
    const base = await answers(states, [1, 0.5]);
    const { header, tensors } = await patchingIntervention({
      set: { pairs },
      states,
      axis: 'distance',
      layer: 'l',
      tokens: 'last',
      name: 'patch',
    });
    expect(header.items).toHaveLength(280);
    const rows = new Map(
      header.items.map((item, i) => [item, tensors.get('states')!.data.subarray(i * D, (i + 1) * D)]),
    );
    const patched = (coordinates: readonly number[]) =>
      answers(states, [1, 0.5], (h, i) => {
        const other = rows.get(items[i].item);
        return other === undefined ? h : h.map((value, j) => (coordinates.includes(j) ? other[j] : value));
      });
    const everything = patchingEffect({ pairs }, 'distance', base, await patched([...Array(D).keys()]));
    expect(everything.value).toBeCloseTo(1, 6);
    const nothing = patchingEffect({ pairs }, 'distance', base, base);
    expect(nothing.value).toBe(0);
    // Depth alone gives 2 of the margin's 2 ± .5: between the two.
    const depth = patchingEffect({ pairs }, 'distance', base, await patched([0]));
    expect(depth.value).toBeGreaterThan(0.9);
    expect(depth.interval![0]).toBeLessThan(depth.value!);
    expect(depth.interval![1]).toBeGreaterThan(depth.value!);
  });

  it('is undefined when the two sides answer alike', async () => {
    const base = (await answers(plantedStates(), [0])).map((item) => ({ ...item, margin: 0.3 }));
    expect(patchingEffect({ pairs }, 'distance', base, base)).toMatchObject({ value: null });
  });
});

describe('erasing', () => {
  it('writes a projection that extraction can apply, and compares the same items before and after', async () => {
    const states = plantedStates();
    const unit = { data: Float64Array.from({ length: D }, (_, j) => (j === 1 ? 1 : 0)), rows: 1, cols: D };
    const { header, tensors } = erasingIntervention({
      layer: 'l',
      tokens: 'last',
      eraser: { left: unit, right: unit, mean: new Float64Array(D) },
      name: 'erase',
    });
    expect(header.edits).toMatchObject([{ op: 'project', layer: 'l', tokens: 'last' }]);
    expect(tensors.get('left')!.shape).toEqual([1, D]);
    // A disentangled reader of depth doesn't miss the vertical axis; one that reads height loses everything.
    const without = (h: Float64Array): Float64Array => h.map((value, j) => (j === 1 ? 0 : value));
    const cell = async (w: readonly number[], condition: string) =>
      erasingEffect(await answers(states, w), await answers(states, w, without)).find(
        (entry) => entry.axis === 'distance' && entry.condition === condition,
      )!;
    const disentangled = await cell([1, 0], 'counter');
    expect(disentangled.before.value).toBe(1);
    expect(disentangled.after.value).toBe(1);
    expect(disentangled.change.interval![0]).toBeLessThanOrEqual(0);
    expect(disentangled.change.interval![1]).toBeGreaterThanOrEqual(0);
    const heightReader = await cell([0, 1], 'consistent');
    expect(heightReader.before.value).toBeGreaterThan(0.99);
    // The margin is exactly 0 then, and a tie is wrong.
    expect(heightReader.after.value).toBe(0);
    expect(heightReader.change.interval![1]).toBeLessThan(-0.9);
  });
});
