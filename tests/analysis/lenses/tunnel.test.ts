import { describe, expect, it } from 'vitest';
import { tunnelLens } from '../../../analysis/lenses/tunnel.ts';
import { tunnelLensSchema } from '../../../core/artifacts/results/lenses.ts';
import { itemsOf, type Condition, type PairedItem } from '../../../core/artifacts/contrast-set.ts';
import { item, pair } from './planted.ts';

const ANGLES = Array.from({ length: 16 }, (_, i) => i);
/** Height on the ring: angle 4 is its top. */
const height = (angle: number): number => Math.sin((angle * Math.PI) / 8);
const conditionOf = (far: number, near: number): Condition =>
  Math.abs(height(far) - height(near)) < 0.1 ? 'ambiguous' : height(far) > height(near) ? 'consistent' : 'counter';
const set = {
  pairs: Array.from({ length: 12 }, (_, instance) =>
    ANGLES.flatMap((angle1) =>
      ANGLES.flatMap((angle2) => {
        const id = `${instance}-${angle1}-${angle2}`;
        const of = (template: string, answer: string) =>
          item(`${id}-${template}`, {
            images: [`${id}.png`],
            options: ['yes', 'no'],
            answer,
            variant: { angle1, angle2, template },
          });
        return [
          pair(id, `i${instance}`, of('far closer?', 'no'), of('near closer?', 'yes'), {
            axis: 'distance',
            kind: 'question-swap',
            conditions: { height: conditionOf(angle1, angle2) },
          }),
        ];
      }),
    ),
  ).flat(),
};
const says = (p: (one: PairedItem) => number) =>
  itemsOf(set).map((one) => {
    const right = Math.log(p(one) / (1 - p(one)));
    return { item: one.item, scores: { yes: one.answer === 'yes' ? right : 0, no: one.answer === 'yes' ? 0 : right } };
  });

describe('tunnel lens', () => {
  it('finds height reading: Δ as planted, and a map that says where', () => {
    const lens = tunnelLens({
      set,
      answers: says(({ conditions: { height } }) => (height === 'consistent' ? 0.9 : height === 'counter' ? 0.2 : 0.5)),
    });
    expect(tunnelLensSchema.parse(lens)).toEqual(lens);
    expect(lens.delta.value).toBeCloseTo(0.7, 12);
    expect(lens.map.length).toBe(16);
    for (const angle1 of ANGLES)
      for (const angle2 of ANGLES) {
        const condition = conditionOf(angle1, angle2);
        expect(lens.map[angle1][angle2]).toBeCloseTo(
          condition === 'consistent' ? 0.9 : condition === 'counter' ? 0.2 : 0.5,
          12,
        );
      }
    expect(lens.templates.map(({ template, delta }) => [template, Math.round(delta.value! * 10)])).toEqual([
      ['far closer?', 7],
      ['near closer?', 7],
    ]);
  });

  it('finds none in a checkpoint that sees depth everywhere alike', () => {
    const lens = tunnelLens({ set, answers: says(({ group }) => 0.8 + 0.01 * Number(group.slice(1))) });
    expect(lens.delta.value).toBeCloseTo(0, 12);
    expect(lens.cells.map(({ condition }) => condition).sort()).toEqual(['ambiguous', 'consistent', 'counter']);
    for (const { v } of lens.cells) expect(v.value).toBeCloseTo(0.855, 12);
  });

  it('refuses other sets', () => {
    expect(() => tunnelLens({ set: { pairs: [] }, answers: [] })).toThrow(/angles/);
  });
});
