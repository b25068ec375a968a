import { describe, expect, it } from 'vitest';
import { geometry } from '../../analysis/geometry.ts';
import { deltaDesign } from '../../analysis/geometry/deltas.ts';
import { chooseLayer, splitScenes, type CoherenceCurve } from '../../analysis/geometry/layer-choice.ts';
import { Random } from '../../core/random.ts';
import { combine, orthonormal, plantedItems, plantedPairs, plantedStates } from './planted.ts';

const layers = ['text.0', 'text.1', 'text.2', 'text.3', 'text.4', 'text.5'];
const curve = (
  axis: CoherenceCurve['axis'],
  values: (number | null)[],
  peakNull: number | null = 0.05,
): CoherenceCurve => ({ axis, values, peakNull });

describe('layer choice', () => {
  it('takes the layer where the weakest axis is nearest its own peak', () => {
    const choice = chooseLayer(layers, [
      curve('horizontal', [0.1, 0.9, 1, 0.9, 0.2, 0.2]),
      curve('vertical', [0.1, 0.4, 0.7, 0.8, 0.8, 0.1]),
      curve('distance', [0.0, 0.1, 0.3, 0.4, 0.3, 0.4]),
    ]);
    expect(choice).toMatchObject({ layer: 'text.3', excludedAxes: [] });
  });

  it('drops the last ⌈7 %⌉ of the layers, and lets the deeper layer win ties', () => {
    const rising = [0.2, 0.5, 0.8, 0.8, 0.8, 0.85];
    expect(
      chooseLayer(layers, [curve('horizontal', rising), curve('vertical', rising), curve('distance', rising)]).layer,
    ).toBe('text.4');
    const many = Array.from({ length: 30 }, (_, i) => `text.${i}`);
    const flat = many.map(() => 0.5);
    expect(chooseLayer(many, [curve('distance', flat)]).layer).toBe('text.26');
    // 7 % of 100 layers are 7, although .07 · 100 > 7 in binary.
    const hundred = Array.from({ length: 100 }, (_, i) => `text.${i}`);
    expect(
      chooseLayer(hundred, [
        curve(
          'distance',
          hundred.map(() => 0.5),
        ),
      ]).layer,
    ).toBe('text.92');
  });

  it('leaves out an axis that is not above its null, and says so', () => {
    const choice = chooseLayer(layers, [
      curve('horizontal', [0, 0.5, 0.9, 0.2, 0.2, 0.2]),
      curve('vertical', [0.01, 0.02, 0.03, 0.01, 0.049, 0]),
      curve('distance', [0, 0.4, 0.8, 0.1, 0.1, 0.1]),
    ]);
    expect(choice).toMatchObject({ layer: 'text.2', excludedAxes: ['vertical'] });
    expect(choice.reason).toContain('left out, not above its null: vertical');
    expect(chooseLayer(layers, [curve('distance', [null, null, null, null, null, null], null)])).toMatchObject({
      layer: null,
      excludedAxes: ['horizontal', 'vertical', 'distance'],
    });
  });

  it('ranks the other layers when only dropped ones are near a peak', () => {
    const late = [0.1, 0.2, 0.3, 0.2, 0.1, 0.9];
    const choice = chooseLayer(layers, [curve('distance', late)]);
    expect(choice.layer).toBe('text.2');
    expect(choice.reason).toContain('no layer before those is within 85 % of a peak');
  });

  it('splits the scenes of each condition in half, the same way for a seed', () => {
    const pairs = plantedPairs({ consistent: 21, counter: 20, ambiguous: 5 });
    const design = deltaDesign(
      pairs,
      plantedItems(pairs).map((item) => item.item),
      'question-swap',
    );
    const [a, b] = splitScenes(design, 4);
    const count = (half: Set<string>, condition: string): number =>
      [...half].filter((scene) => scene.startsWith(condition)).length;
    expect(['consistent', 'counter', 'ambiguous'].map((c) => [count(a, c), count(b, c)])).toEqual([
      [11, 10],
      [10, 10],
      [3, 2],
    ]);
    expect([...a].filter((scene) => b.has(scene))).toEqual([]);
    expect(splitScenes(design, 4)).toEqual([a, b]);
    expect(splitScenes(design, 5)).not.toEqual([a, b]);
  });

  it('reports on scenes that had no part in picking', async () => {
    // Noise at every layer in the reporting half: the pick must not see it, and the report must show nothing else.
    const pairs = plantedPairs({ consistent: 60, counter: 60 });
    const items = plantedItems(pairs);
    const design = deltaDesign(
      pairs,
      items.map((item) => item.item),
      'question-swap',
    );
    const [picking] = splitScenes(design, 2);
    const directions = orthonormal(3, 24);
    const signal = (scale: number, label: string) => (item: (typeof items)[number]) =>
      combine(
        directions,
        ['horizontal', 'vertical', 'distance'].map((axis) =>
          picking.has(item.group) && axis === item.axis ? scale * item.truth : 0,
        ),
        0.5,
        new Random(1, label, item.item),
      );
    const states = plantedStates(items, {
      'text.0': signal(0, 'a'),
      'text.1': signal(2, 'b'),
      'text.2': signal(0, 'c'),
      'text.3': signal(0, 'd'),
    });
    const { choice } = await geometry({ set: { pairs }, states, seed: 2 });
    expect(choice.layer).toBe('text.1');
    expect(choice.groups).toEqual([60, 60]);
    for (const { estimate } of choice.reported!.coherence) {
      expect(estimate.groups).toBeLessThanOrEqual(60);
      // Of deltas without a common direction: SD of coherence below .01.
      expect(Math.abs(estimate.value!)).toBeLessThan(0.04);
    }
  });
});
