import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { balancedRows } from '../../probes/balanced.ts';
import { nestedFolds, unusable } from '../../probes/cross-validate.ts';
import { foldsByScene } from '../../probes/folds.ts';
import { probeRows } from '../../probes/rows.ts';
import { syntheticSet } from './synthetic.ts';

const CONDITIONS = ['consistent', 'counter', 'ambiguous'];
/** Rows of scenes of 1–4 rows each, in any order. */
const scenes = fc
  .array(fc.record({ condition: fc.constantFrom(...CONDITIONS), size: fc.integer({ min: 1, max: 4 }) }), {
    minLength: 1,
    maxLength: 60,
  })
  .chain((list) => {
    const rows = list.flatMap(({ condition, size }, i) =>
      Array.from({ length: size }, () => ({ group: `s${i}`, condition })),
    );
    return fc.record({
      rows: fc.shuffledSubarray(rows, { minLength: rows.length, maxLength: rows.length }),
      seed: fc.nat(),
    });
  });

describe('foldsByScene', () => {
  it('never splits a scene, and deals each condition and the whole set evenly', () => {
    fc.assert(
      fc.property(scenes, ({ rows, seed }) => {
        const folds = foldsByScene(
          rows.map((r) => r.group),
          rows.map((r) => r.condition),
          { seed },
        );
        const foldOf = new Map<string, number>();
        rows.forEach(({ group }, i) => {
          expect(foldOf.get(group) ?? folds[i]).toBe(folds[i]);
          foldOf.set(group, folds[i]);
        });
        for (const part of [...CONDITIONS, null]) {
          const sizes = [0, 0, 0, 0, 0];
          for (const group of new Set(rows.filter((r) => part === null || r.condition === part).map((r) => r.group)))
            sizes[foldOf.get(group)!]++;
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('depends on ids and seed, not on the order of rows', () => {
    const groups = Array.from({ length: 40 }, (_, i) => `scene ${i}`);
    const strata = groups.map((_, i) => CONDITIONS[i % 3]);
    const forward = foldsByScene(groups, strata, { seed: 4 });
    const backward = foldsByScene([...groups].reverse(), [...strata].reverse(), { seed: 4 });
    expect([...backward].reverse()).toEqual([...forward]);
    expect([...foldsByScene(groups, strata, { seed: 5 })]).not.toEqual([...forward]);
  });

  it('keeps a scene with pairs of two conditions whole, in a stratum of its own', () => {
    const groups = Array.from({ length: 60 }, (_, i) => `s${String(i % 30).padStart(2, '0')}`);
    const conditions = groups.map((_, i) =>
      i % 30 < 10 ? (i < 30 ? 'consistent' : 'counter') : i % 2 ? 'counter' : 'consistent',
    );
    const folds = foldsByScene(groups, conditions, { seed: 1 });
    groups.forEach((group, i) => expect(folds[i]).toBe(folds[groups.indexOf(group)]));
    const mixed = Array.from({ length: 10 }, (_, i) => folds[i]);
    for (let f = 0; f < 5; f++) expect(mixed.filter((fold) => fold === f)).toHaveLength(2);
  });
});

describe('nestedFolds', () => {
  const foldOf = Array.from({ length: 50 }, (_, i) => i % 5);
  const trainable = [...foldOf.keys()].filter((i) => i % 7 !== 0);
  const nested = nestedFolds(trainable, foldOf, 5);

  it('holds every pair of folds once, and no fit for a fold has seen it', () => {
    expect(nested.pairs).toHaveLength(10);
    for (const { a, b, rows } of nested.pairs) {
      expect(rows.some((i) => foldOf[i] === a || foldOf[i] === b)).toBe(false);
      expect(rows).toHaveLength(trainable.filter((i) => foldOf[i] !== a && foldOf[i] !== b).length);
    }
    nested.outer.forEach((rows, f) => expect(new Set([...rows, ...nested.inside[f]]).size).toBe(trainable.length));
  });

  it('says why it cannot be used', () => {
    expect(
      unusable(
        nested,
        foldOf.map((_, i) => i % 2),
      ),
    ).toBeNull();
    expect(
      unusable(
        nested,
        foldOf.map((f) => (f === 0 ? 1 : 0)),
      ),
    ).toContain('one answer only');
    expect(unusable(nestedFolds([0, 1, 2], foldOf, 5), [0, 1, 0])).toContain('no scene to train on falls into fold 4');
  });
});

describe('balancedRows', () => {
  it('takes equally many consistent and counter scenes from every fold, whole, and no ambiguous one', () => {
    const rows = probeRows(syntheticSet({ consistent: 60, counter: 25, ambiguous: 20 }), 'distance');
    const foldOf = foldsByScene(rows.groups, rows.conditions, { seed: 1 });
    const chosen = balancedRows(rows, foldOf, 1);
    for (let fold = 0; fold < 5; fold++) {
      const inFold = chosen.filter((i) => foldOf[i] === fold);
      const count = (condition: string): number => inFold.filter((i) => rows.conditions[i] === condition).length;
      expect(count('counter')).toBe(10);
      expect(count('consistent')).toBe(10);
      expect(count('ambiguous')).toBe(0);
      expect(new Set(inFold.map((i) => rows.groups[i])).size).toBe(10);
    }
  });
});
