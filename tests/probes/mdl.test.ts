import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mdlSchema } from '../../core/artifacts/results/mdl.ts';
import { fromRows } from '../../core/matrix.ts';
import { blockEnds, onlineCode, planMdl, type MdlPlan } from '../../probes/online-code.ts';
import { planClasses, type ClassRows } from '../../probes/class-rows.ts';
import { probeMdl, summarise } from '../../probes/mdl.ts';
import { plant, statesOf, syntheticSet } from './synthetic.ts';

interface Fixture {
  groups: number[];
  mdl: {
    classes: number;
    x: number[][];
    y: number[];
    orders: { order: number[]; ends: number[]; bits: number; blocks: number[]; C: number[]; compression: number }[];
  }[];
}
const fixture = JSON.parse(readFileSync(new URL('../fixtures/probes/probes.json', import.meta.url), 'utf8')) as Fixture;

describe('onlineCode', () => {
  it.each(fixture.mdl.map((entry) => [entry.classes, entry] as const))(
    'with %i classes costs what the same code by scikit-learn costs',
    async (classes, { x, y, orders }) => {
      const groups = fixture.groups.map((g) => `scene-${String(g).padStart(3, '0')}`);
      const rows: ClassRows = {
        name: 'stored',
        items: groups.map((_, i) => `item ${i}`),
        labels: Int32Array.from(y),
        classes: Array.from({ length: classes }, (_, k) => String(k)),
        groups,
        conditions: groups.map(() => 'none'),
      };
      const sent = orders.map(({ order }) =>
        order.map((g) => [...groups.keys()].filter((i) => fixture.groups[i] === g)),
      );
      const plan: MdlPlan = {
        ...planClasses(rows, { seed: 1 }),
        orders: sent.map((scenes) => ({
          rows: scenes.flat(),
          ends: blockEnds(
            scenes.map((scene) => scene.map((i) => y[i])),
            classes,
          ),
        })),
      };
      const code = await onlineCode(fromRows(x), plan);
      const { orders: summed, bits, compression } = summarise(plan, code);
      orders.forEach((expected, o) => {
        expect(plan.orders[o].ends).toEqual(expected.ends);
        // The solver stops within 5e-7 of its objective: a logit then lies within about 2e-3 of the optimum's.
        // Neighbouring small Cs code a handful of labels equally briefly to that
        // precision, so one may stand in for the other.
        code.C[o].forEach((C, b) => expect(Math.abs(Math.log10(C / expected.C[b]))).toBeLessThan(0.6));
        summed[o].blocks
          .slice(1)
          .forEach((block, b) =>
            expect(Math.abs(block.bits - expected.blocks[b])).toBeLessThan(5e-3 * expected.blocks[b]),
          );
        expect(summed[o].blocks[0].bits).toBeCloseTo(expected.ends[0] * Math.log2(classes), 9);
        expect(Math.abs(summed[o].bits / expected.bits - 1)).toBeLessThan(1e-3);
      });
      const mean = orders.reduce((sum, order) => sum + order.bits, 0) / orders.length;
      expect(Math.abs(bits.value! / mean - 1)).toBeLessThan(1e-3);
      expect(compression.value!).toBeCloseTo((120 * Math.log2(classes)) / bits.value!, 9);
    },
  );
});

describe('blockEnds', () => {
  it('is max(⌈f·n⌉, first prefix with every class), in whole scenes, without repeats', () => {
    const scenes = Array.from({ length: 500 }, (_, s) => [s < 3 ? 0 : 1, 0]);
    // n = 1000: fractions give 1 2 4 8 16 32 63 125 250 500 1000; class 1 first appears in row 7, the fourth scene's
    // first.
    expect(blockEnds(scenes, 2)).toEqual([8, 16, 32, 64, 126, 250, 500, 1000]);
  });

  it('ends with all rows, rises, never splits a scene, and its first block holds every class', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 4 }), {
          minLength: 3,
          maxLength: 60,
        }),
        (scenes) => {
          const labels = scenes.flat();
          fc.pre(new Set(labels).size === 3);
          const ends = blockEnds(scenes, 3);
          const sceneEnds = scenes.map((_, s) => scenes.slice(0, s + 1).flat().length);
          expect(ends.at(-1)).toBe(labels.length);
          ends.forEach((end, b) => {
            expect(sceneEnds).toContain(end);
            if (b > 0) expect(end).toBeGreaterThan(ends[b - 1]);
          });
          expect(new Set(labels.slice(0, ends[0])).size).toBe(3);
        },
      ),
    );
  });
});

describe('probeMdl', () => {
  const set = syntheticSet({ consistent: 60, counter: 60, ambiguous: 10 });
  const feature = (strength: number, seed: number): ReturnType<typeof plant> =>
    plant(
      set.questions,
      4,
      (question, random, out) =>
        out.forEach((_, j) => (out[j] = random.normal() + (j === 1 ? strength * question.sign : 0))),
      seed,
    );
  const states = statesOf(set.questions, {
    'text.0@last': feature(0, 1),
    'text.1@last': feature(1, 2),
    'text.2@last': feature(20, 3),
  });

  it('compresses what is separable, a little what is noisy, and nothing where labels are independent, in a result that fits its schema', async () => {
    const result = await probeMdl({ set, states, selection: 'last', seed: 1 });
    expect(mdlSchema.parse(result)).toEqual(result);
    const [none, some, all] = result.layers.map(({ compression }) => compression);
    expect(none.value!).toBeLessThan(1.02);
    expect(none.value!).toBeGreaterThan(0.8);
    expect(some.interval![0]).toBeGreaterThan(1.1);
    expect(all.value!).toBeGreaterThan(8);
    expect(result.axes).toMatchObject([{ rows: 240, uniformBits: 240, refused: null }]);
    for (const { orders } of result.layers) {
      expect(orders).toHaveLength(5);
      for (const { blocks } of orders) expect(blocks[0].bits).toBeCloseTo(blocks[0].end, 9);
    }
  });

  it('gives the same code for the same seed whatever the order of pairs, and refuses fewer than five orders', async () => {
    const options = { set, states, selection: 'last', seed: 1, layers: ['text.1'] } as const;
    expect(await probeMdl({ ...options, set: { pairs: [...set.pairs].reverse() } })).toEqual(await probeMdl(options));
    await expect(probeMdl({ ...options, orders: 3 })).rejects.toThrow('orders must be a whole number ≥ 5');
  });

  it('sends only trained conditions, in whole scenes', () => {
    const rows: ClassRows = {
      name: 'a',
      items: ['1', '2', '3', '4', '5', '6'],
      labels: Int32Array.from([0, 1, 0, 1, 0, 1]),
      classes: ['x', 'y'],
      groups: ['a', 'a', 'b', 'b', 'c', 'c'],
      conditions: ['none', 'none', 'none', 'none', 'none', 'none'],
    };
    for (const { rows: sent } of planMdl(planClasses(rows, { seed: 1 }), { seed: 1 }).orders) {
      for (let i = 0; i < 6; i += 2) expect(rows.groups[sent[i]]).toBe(rows.groups[sent[i + 1]]);
    }
  });
});
