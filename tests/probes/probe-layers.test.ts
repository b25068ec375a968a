import { describe, expect, it } from 'vitest';
import { probesSchema, type ProbesResult } from '../../core/artifacts/results.ts';
import { takeRows, type Matrix } from '../../core/matrix.ts';
import type { Progress } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { probeLayers } from '../../probes/index.ts';
import { plant, statesOf, syntheticSet, type Question } from './synthetic.ts';

const set = syntheticSet({ consistent: 40, counter: 40, ambiguous: 10 }, { axes: ['horizontal', 'distance'] });
const signal = (strength: number, seed: number): Matrix<Float32Array> =>
  plant(
    set.questions,
    6,
    (q: Question, random, out) => {
      for (let j = 0; j < 6; j++) out[j] = random.normal();
      out[2] += strength * q.sign;
    },
    seed,
  );
const tensors = {
  'text.0@last': signal(0, 1),
  'text.1@last': signal(2, 2),
  'text.1@words:1': signal(0, 3),
  'text.1@words:2': signal(2, 4),
  'vision.0@patches:1': signal(1, 5),
};
const states = statesOf(set.questions, tensors);

const accuracy = (result: ProbesResult, layer: string, axis: string, training = 'balanced'): number =>
  result.layers
    .find((row) => row.layer === layer && row.axis === axis && row.training === training)!
    .accuracy.find((c) => c.condition === 'all')!.estimate.value!;

describe('probeLayers', () => {
  it('probes each layer, axis and training once, in a result that fits its schema', async () => {
    const seen: Progress[] = [];
    const result = await probeLayers({
      set,
      states,
      selection: 'last',
      seed: 1,
      onProgress: (progress) => seen.push(progress),
    });
    expect(probesSchema.parse(result)).toEqual(result);
    expect(result.layers.map(({ layer, axis, training }) => `${layer} ${axis} ${training}`)).toEqual(
      ['text.0', 'text.1'].flatMap((layer) =>
        ['horizontal', 'distance'].flatMap((axis) =>
          ['balanced', 'consistent-only'].map((training) => `${layer} ${axis} ${training}`),
        ),
      ),
    );
    expect(result.baselines).toHaveLength(2 * 2 * 2);
    expect(seen.map(({ done, total }) => [done, total])).toEqual([
      [1, 4],
      [2, 4],
      [3, 4],
      [4, 4],
    ]);
    expect(accuracy(result, 'text.1', 'distance')).toBeGreaterThan(0.9);
    expect(accuracy(result, 'text.0', 'distance')).toBeLessThan(0.65);
  });

  it('puts the two objects of `words` side by side: a signal in the second alone is found', async () => {
    const result = await probeLayers({ set, states, selection: 'words', seed: 1, axes: ['distance'] });
    expect(result.layers.map(({ layer }) => layer)).toEqual(['text.1', 'text.1']);
    expect(accuracy(result, 'text.1', 'distance')).toBeGreaterThan(0.85);
  });

  it('gives the same result for the same seed, whatever the order of pairs and rows', async () => {
    const options = { selection: 'last', seed: 3, layers: ['text.1'], axes: ['distance'] } as const;
    const order = new Random(1, 'order').shuffle([...set.questions.keys()]);
    const shuffled = statesOf(
      order.map((i) => set.questions[i]),
      { 'text.1@last': takeRows(tensors['text.1@last'], order) },
    );
    const first = await probeLayers({ set, states, ...options });
    expect(await probeLayers({ set, states, ...options })).toEqual(first);
    expect(await probeLayers({ set: { pairs: [...set.pairs].reverse() }, states: shuffled, ...options })).toEqual(
      first,
    );
    expect(await probeLayers({ set, states, ...options, seed: 4 })).not.toEqual(first);
  });

  it('gives the same result on worker threads', async () => {
    const options = { set, states, selection: 'last', seed: 1 } as const;
    expect(await probeLayers({ ...options, workers: 2 })).toEqual(await probeLayers({ ...options, workers: 1 }));
    await expect(
      probeLayers({ ...options, workers: 2, signal: AbortSignal.abort(new Error('stopped by the user')) }),
    ).rejects.toThrow('stopped by the user');
  });

  it('deals folds by scene: an axis probed alone scores as among others', async () => {
    const both = await probeLayers({ set, states, selection: 'last', seed: 1, layers: ['text.1'] });
    const alone = await probeLayers({
      set,
      states,
      selection: 'last',
      seed: 1,
      layers: ['text.1'],
      axes: ['distance'],
    });
    expect(both.layers.filter(({ axis }) => axis === 'distance')).toEqual(alone.layers);
  });

  it('takes no row of an image intervention', async () => {
    const moved = set.pairs.slice(0, 5).map((pair) => ({
      ...pair,
      id: `${pair.id}/moved`,
      kind: 'image-intervention' as const,
      second: { ...pair.second, item: `${pair.second.item}/moved` },
    }));
    const options = { states, selection: 'last', seed: 1, layers: ['text.1'], axes: ['distance'] } as const;
    expect(await probeLayers({ set: { pairs: [...set.pairs, ...moved] }, ...options })).toEqual(
      await probeLayers({ set, ...options }),
    );
  });

  it('refuses what cannot be read, with a clear sentence', async () => {
    const base = { set, states, selection: 'last', seed: 1 } as const;
    await expect(probeLayers({ ...base, layers: ['text.9'] })).rejects.toMatchObject({
      code: 'unknown-layer',
      message: 'the hidden states hold no layer text.9',
    });
    await expect(probeLayers({ ...base, selection: 'patches' })).rejects.toMatchObject({ code: 'no-selection' });
    const fewer = statesOf(set.questions.slice(1), {
      'text.1@last': takeRows(tensors['text.1@last'], [...set.questions.keys()].slice(1)),
    });
    await expect(probeLayers({ ...base, states: fewer })).rejects.toMatchObject({ code: 'items-missing' });
    const broken = {
      ...tensors['text.1@last'],
      data: tensors['text.1@last'].data.map((v, i) => (i === 7 ? Number.NaN : v)),
    };
    await expect(
      probeLayers({ ...base, states: statesOf(set.questions, { 'text.1@last': broken }) }),
    ).rejects.toMatchObject({
      code: 'not-finite',
      message: 'the hidden states hold NaN',
      where: `layer text.1, item ${set.questions[1].item}`,
    });
    await expect(probeLayers({ ...base, signal: AbortSignal.abort(new Error('stopped by the user')) })).rejects.toThrow(
      'stopped by the user',
    );
  });
});
