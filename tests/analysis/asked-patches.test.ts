import { describe, expect, it } from 'vitest';
import { geometry } from '../../analysis/geometry.ts';
import type { Selection } from '../../core/artifacts/hidden-states.ts';
import { fromRows } from '../../core/matrix.ts';
import { Random } from '../../core/random.ts';
import {
  combine,
  orthonormal,
  plantedItems,
  plantedPairs,
  plantedStates,
  toFloat32,
  type PlantedItem,
} from './planted.ts';

const [H, V, D] = orthonormal(3, 16);
const pairs = plantedPairs({ consistent: 40, counter: 40 }).map((pair) => ({
  ...pair,
  kind: 'image-intervention' as const,
}));
const items = plantedItems(pairs);

/**
 * A vision layer: each object's patches hold its own place on every axis. The asked one stands where the answer says,
 * the other at the opposite pole.
 */
function patches(which: 1 | 2): (item: PlantedItem) => Float64Array {
  return (item) => {
    const asked = item.axis === 'distance' ? 2 : 1;
    const side = which === asked ? item.truth : -item.truth;
    return combine(
      [H, V, D],
      ['horizontal', 'vertical', 'distance'].map((axis) => (axis === item.axis ? side : 0)),
      0.2,
      new Random(which, item.item),
    );
  };
}

const blank = plantedStates(items, { 'vision.0': patches(1) });
const matrices: Partial<Record<Selection, ReturnType<typeof toFloat32>>> = {
  'patches:1': toFloat32(fromRows(items.map(patches(1)))),
  'patches:2': toFloat32(fromRows(items.map(patches(2)))),
};
const states = {
  ...blank,
  has: (_: string, selection: Selection) => selection in matrices,
  read: (_: string, selection: Selection) => Promise.resolve(matrices[selection]!),
};

describe('geometry at the patches of the object asked about', () => {
  it('turns every axis toward its canonical pole, the distance axis too', async () => {
    const { selection, kind, layers } = await geometry({
      set: { pairs },
      states,
      selection: 'patches:asked',
      kind: 'image-intervention',
      seed: 1,
    });
    expect([selection, kind]).toEqual(['patches:asked', 'image-intervention']);
    for (const { estimate, nullUpper } of layers[0].coherence) expect(estimate.value!).toBeGreaterThan(nullUpper!);
    for (const { axes, corrected, estimator, estimate } of layers[0].entanglement) {
      // 40 deltas of length 2 on noise .28 a coordinate: errors of some hundredths.
      if (corrected && estimator === 'axis') expect([axes, Math.abs(estimate.value!) < 0.1]).toEqual([axes, true]);
    }
    expect(layers[0].cueShare).toMatchObject({
      value: null,
      note: expect.stringMatching(/question swaps only/) as string,
    });
  });

  it('reads the asked object, not the first: at patches:1 the distance deltas point the other way', async () => {
    const far = (direction: Float64Array, selection: Selection): number => {
      const matrix = matrices[selection]!;
      const mean = items.map((item, i) =>
        item.axis === 'distance' ? item.truth * direction.reduce((s, v, j) => s + v * matrix.data[i * 16 + j], 0) : 0,
      );
      return mean.reduce((s, v) => s + v, 0);
    };
    expect(far(D, 'patches:2')).toBeGreaterThan(0);
    expect(far(D, 'patches:1')).toBeLessThan(0);
    const asked = await geometry({
      set: { pairs },
      states,
      selection: 'patches:asked',
      kind: 'image-intervention',
      seed: 1,
    });
    const first = await geometry({
      set: { pairs },
      states,
      selection: 'patches:1',
      kind: 'image-intervention',
      seed: 1,
    });
    const coherence = (result: typeof asked, axis: string) =>
      result.layers[0].coherence.filter((entry) => entry.axis === axis).map(({ estimate }) => estimate.value!);
    // The other axes read the same rows either way.
    expect(coherence(asked, 'vertical')).toEqual(coherence(first, 'vertical'));
    expect(coherence(asked, 'distance')).not.toEqual(coherence(first, 'distance'));
  });

  it('needs both objects’ patches', async () => {
    const half = { ...states, has: (_: string, selection: Selection) => selection === 'patches:1' };
    await expect(
      geometry({ set: { pairs }, states: half, selection: 'patches:asked', kind: 'image-intervention', seed: 1 }),
    ).rejects.toMatchObject({ code: 'no-selection' });
  });
});
