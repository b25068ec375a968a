import { describe, expect, it } from 'vitest';
import { erasureSchema, type ErasureResult } from '../../core/artifacts/results/erasure.ts';
import type { Axis } from '../../core/artifacts/contrast-set.ts';
import { erasureLayers } from '../../probes/erasure/erasure.ts';
import { plant, statesOf, syntheticSet } from './synthetic.ts';

const AXES: Axis[] = ['horizontal', 'vertical', 'distance'];
const WIDTH = 12;
const set = syntheticSet({ consistent: 50, counter: 50 }, { axes: AXES });

/**
 * Features 0, 1, 2: horizontal, vertical, distance answer; feature `far` of distance questions can be height instead.
 */
const model = (kind: 'disentangled' | 'shortcut') =>
  plant(set.questions, WIDTH, ({ axis, sign, higher }, random, out) => {
    for (let j = 0; j < WIDTH; j++) out[j] = 0.5 * random.normal();
    if (axis === 'distance' && kind === 'shortcut') out[1] += higher;
    else out[AXES.indexOf(axis)] += sign;
  });

const run = (kind: 'disentangled' | 'shortcut', method: 'leace' | 'inlp' = 'leace'): Promise<ErasureResult> =>
  erasureLayers({
    set,
    states: statesOf(set.questions, { 'text.0@last': model(kind) }),
    selection: 'last',
    seed: 2,
    method,
  });

const cell = (result: ErasureResult, erased: Axis, probed: Axis, by: 'method' | 'random' = 'method') =>
  result.layers[0].cells.find((c) => c.erased === erased && c.probed === probed && c.by === by)!;
const all = (accuracy: { condition: string; estimate: { value: number | null } }[], condition = 'all'): number =>
  accuracy.find((a) => a.condition === condition)!.estimate.value!;

describe('erasure by layer', () => {
  it.each(['leace', 'inlp'] as const)(
    '%s takes an axis away from its own probe and leaves the others, where the axes are disentangled',
    async (method) => {
      const result = await run('disentangled', method);
      expect(erasureSchema.parse(result)).toEqual(result);
      expect(result.layers[0].cells).toHaveLength(18);
      for (const { accuracy } of result.layers[0].before) expect(all(accuracy)).toBeGreaterThan(0.9);
      for (const erased of AXES) {
        for (const probed of AXES) {
          const { accuracy, change } = cell(result, erased, probed);
          const control = cell(result, erased, probed, 'random');
          // 200 held-out questions: 3 binomial standard errors of .5 are .11.
          if (erased === probed) {
            expect(Math.abs(all(accuracy) - 0.5)).toBeLessThan(0.11);
            expect(change.interval![1]).toBeLessThan(-0.25);
          } else {
            expect(all(accuracy)).toBeGreaterThan(0.9);
            expect(change.interval![0]).toBeGreaterThan(-0.06);
          }
          // One random direction of twelve takes a twelfth of a direction's length away, on average.
          expect(all(control.accuracy)).toBeGreaterThan(0.85);
        }
      }
      for (const { ranks, shrinkage } of result.layers[0].erasers) {
        expect(ranks).toHaveLength(5);
        if (method === 'leace') expect(ranks).toEqual([1, 1, 1, 1, 1]);
        expect(shrinkage).toHaveLength(method === 'leace' ? 5 : 0);
      }
    },
  );

  it('a pure height reader has no distance probe to lose over the mix of conditions', async () => {
    const { layers } = await run('shortcut');
    const distance = layers[0].before.find(({ probed }) => probed === 'distance')!.accuracy;
    // Height is unrelated to the answer over the mix: .5, within 3 binomial standard errors.
    expect(Math.abs(all(distance) - 0.5)).toBeLessThan(0.11);
  });

  it('erasing the vertical axis leaves the depth of distance questions that hold height and depth', async () => {
    // Distance questions carry the height sign, plus a weaker depth of their own: erasing vertical leaves depth.
    const both = plant(set.questions, WIDTH, ({ axis, sign, higher }, random, out) => {
      for (let j = 0; j < WIDTH; j++) out[j] = 0.5 * random.normal();
      out[AXES.indexOf(axis)] += axis === 'distance' ? 0.6 * sign : sign;
      if (axis === 'distance') out[1] += 2 * higher;
    });
    const result = await erasureLayers({
      set,
      states: statesOf(set.questions, { 'text.0@last': both }),
      selection: 'last',
      seed: 2,
    });
    expect(all(cell(result, 'vertical', 'distance').accuracy)).toBeGreaterThan(0.75);
    expect(cell(result, 'distance', 'distance').change.interval![1]).toBeLessThan(-0.1);
  });

  it('is the same for the same seed and any order of rows; axes with too few scenes are named', async () => {
    const states = statesOf(set.questions, { 'text.0@last': model('disentangled') });
    const once = await erasureLayers({ set, states, selection: 'last', seed: 2, axes: ['vertical'] });
    expect(
      await erasureLayers({
        set: { pairs: [...set.pairs].reverse() },
        states,
        selection: 'last',
        seed: 2,
        axes: ['vertical'],
      }),
    ).toEqual(once);
    const few = syntheticSet({ consistent: 2, counter: 2 });
    const refused = await erasureLayers({
      set: few,
      states: statesOf(few.questions, { 'text.0@last': plant(few.questions, 3, () => undefined) }),
      selection: 'last',
      seed: 1,
    });
    expect(refused.axes).toEqual([]);
    expect(refused.refused[0]).toMatchObject({ axis: 'distance', reason: expect.stringMatching(/scene/) as string });
  });
});
