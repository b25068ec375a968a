import { describe, expect, it } from 'vitest';
import type { Pair } from '../../core/artifacts/contrast-set.ts';
import { controlProbesSchema } from '../../core/artifacts/results/control-probes.ts';
import { learningCurveSchema } from '../../core/artifacts/results/learning-curve.ts';
import { mlpProbesSchema } from '../../core/artifacts/results/mlp-probes.ts';
import { nuisanceProbesSchema } from '../../core/artifacts/results/nuisance-probes.ts';
import { transferSchema } from '../../core/artifacts/results/transfer.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { answerRows, planClasses } from '../../probes/class-rows.ts';
import { randomStates } from '../../probes/control-states.ts';
import { planCurve } from '../../probes/curve-steps.ts';
import { controlProbes, shuffleExamples } from '../../probes/control-probes.ts';
import { probeLearningCurve } from '../../probes/learning-curve.ts';
import { mlpProbes } from '../../probes/mlp-probes.ts';
import { nuisanceProbes } from '../../probes/nuisance-probes.ts';
import { probeTransfer } from '../../probes/transfer.ts';
import { plant, statesOf, syntheticSet, type Question, type Synthetic } from './synthetic.ts';
import { SLOW } from '../slow.ts';

const set = syntheticSet({ consistent: 60, counter: 60, ambiguous: 10 });
const along = (strength: number, seed: number, { questions }: Synthetic = set, column = 1): ReturnType<typeof plant> =>
  plant(
    questions,
    4,
    (question, random, out) =>
      out.forEach((_, j) => (out[j] = random.normal() + (j === column ? strength * question.sign : 0))),
    seed,
  );
const states = statesOf(set.questions, { 'text.0@last': along(0, 1), 'text.1@last': along(2, 2) });
const all = (cells: readonly { condition: string; estimate: Estimate }[]): Estimate =>
  cells.find(({ condition }) => condition === 'all')!.estimate;

describe('controlProbes', () => {
  it('a planted direction beats every control, noise none, in a result that fits its schema', async () => {
    const untrained = statesOf(set.questions, { 'text.0@last': along(0, 3), 'text.1@last': along(0, 4) });
    const result = await controlProbes({ set, states, selection: 'last', seed: 1, untrained });
    expect(controlProbesSchema.parse(result)).toEqual(result);
    const [noise, signal] = result.layers;
    expect(signal.controls.map(({ control }) => control)).toEqual([
      'majority',
      'random-features',
      'shuffled-examples',
      'untrained-weights',
    ]);
    for (const { accuracy, advantage } of signal.controls) {
      expect(accuracy.value!).toBeLessThan(0.65);
      expect(advantage.interval![0]).toBeGreaterThan(0.2);
    }
    for (const { advantage } of noise.controls) expect(advantage.interval![0]).toBeLessThan(0);
  });

  it('refuses states of another set or graph', async () => {
    const other = { ...states, header: { ...states.header, set: { name: 'other', hash: 'x' } } };
    await expect(controlProbes({ set, states, selection: 'last', seed: 1, untrained: other })).rejects.toMatchObject({
      code: 'other-set',
    });
    const narrow = { ...states, header: { ...states.header, layers: states.header.layers.slice(0, 1) } };
    await expect(controlProbes({ set, states, selection: 'last', seed: 1, untrained: narrow })).rejects.toThrow(
      'layer text.1 has width 1, in the untrained checkpoint none',
    );
  });

  it('random features depend on the item, not on the order of rows', async () => {
    const random = randomStates(states, 5);
    const reversed = randomStates({ ...states, items: [...states.items].reverse() }, 5);
    const [a, b] = [await random.read('text.1', 'last'), await reversed.read('text.1', 'last')];
    expect([...b.data.subarray(b.data.length - 4)]).toEqual([...a.data.subarray(0, 4)]);
    const variance = a.data.reduce((sum, v) => sum + v * v, 0) / a.data.length;
    // 1,040 draws: SD of the variance .044.
    expect(Math.abs(variance - 1)).toBeLessThan(0.18);
    expect([...(await random.read('text.0', 'last')).data.subarray(0, 4)]).not.toEqual([...a.data.subarray(0, 4)]);
  });

  it('shuffled examples keep how often each class occurs in every fold', () => {
    const plan = planClasses(answerRows(set, 'distance'), { seed: 1 });
    const shuffled = shuffleExamples(plan, 1);
    const count = ({ rows, foldOf }: typeof plan, fold: number): number =>
      rows.labels.filter((label, i) => label === 1 && foldOf[i] === fold).length;
    for (let fold = 0; fold < 5; fold++) expect(count(shuffled, fold)).toBe(count(plan, fold));
    expect(shuffled.rows.labels.filter((label, i) => label !== plan.rows.labels[i]).length).toBeGreaterThan(60);
  });
});

describe('mlpProbes', () => {
  it('reads an exclusive or that the linear probe cannot, and no more than it on a straight signal; the result fits its schema', async () => {
    const crossed = plant(set.questions, 2, (question, random, out) => {
      const flip = random.coin() ? 1 : -1;
      out[0] = flip + 0.2 * random.normal();
      out[1] = flip * question.sign + 0.2 * random.normal();
    });
    const two = statesOf(set.questions, { 'text.0@last': crossed, 'text.1@last': along(2, 2) });
    const result = await mlpProbes({ set, states: two, selection: 'last', seed: 1, hidden: 16, control: false });
    expect(mlpProbesSchema.parse(result)).toEqual(result);
    const [bent, straight] = result.layers;
    expect(all(bent.accuracy).interval![0]).toBeGreaterThan(0.85);
    expect(bent.overLinear.interval![0]).toBeGreaterThan(0.25);
    expect(straight.overLinear.interval![0]).toBeLessThan(0.02);
    expect(all(straight.accuracy).value!).toBeGreaterThan(0.9);
  });

  it('has a control task and selectivity of its own; a word-pair code is memorised', SLOW, async () => {
    const types = [...new Set(set.questions.map(({ type }) => type))];
    const code = plant(set.questions, types.length, ({ type }, _, out) =>
      out.forEach((__, j) => (out[j] = types[j] === type ? 1 : 0)),
    );
    const [row] = (
      await mlpProbes({
        set,
        states: statesOf(set.questions, { 'text.0@last': code }),
        selection: 'last',
        seed: 1,
        hidden: 8,
      })
    ).layers;
    expect(row.control!.value!).toBeGreaterThan(0.75);
    expect(row.selectivity!.interval![1]).toBeLessThan(0);
  });
});

describe('nuisanceProbes', () => {
  const pairs = set.pairs.map((pair, p): Pair => ({
    ...pair,
    nuisance: {
      sky: ['blue', 'grey', 'red'][p % 3],
      camera: 1 + ((p * 37) % 60) / 30,
      rare: p === 0 ? 'odd' : p % 2 === 0 ? 'even' : 'uneven',
    },
  }));
  const at = new Map(pairs.map(({ first, nuisance }) => [first.item, nuisance]));
  const features = plant(set.questions, 5, ({ item }, random, out) => {
    out.forEach((_, j) => (out[j] = random.normal()));
    const nuisance = at.get(item);
    if (nuisance !== undefined) {
      out[['blue', 'grey', 'red'].indexOf(nuisance.sky as string)] += 4;
      out[3] = 3 * (nuisance.camera as number) + 0.5 * random.normal();
    }
  });

  it('reads what is planted, categories and numbers, and not what is not; rare levels are left out; the result fits its schema', async () => {
    const result = await nuisanceProbes({
      set: { pairs },
      states: statesOf(set.questions, { 'text.0@last': features }),
      selection: 'last',
      seed: 1,
    });
    expect(nuisanceProbesSchema.parse(result)).toEqual(result);
    expect(result.factors.map(({ factor, kind, leftOut }) => [factor, kind, leftOut])).toEqual([
      ['camera', 'number', []],
      ['rare', 'category', ['odd']],
      ['sky', 'category', []],
    ]);
    const [camera, rare, sky] = result.layers;
    expect(camera.r2!.interval![0]).toBeGreaterThan(0.8);
    expect(sky.accuracy!.interval![0]).toBeGreaterThan(result.factors[2].majority!.interval![1]);
    expect(sky.accuracy!.value!).toBeGreaterThan(0.9);
    expect(rare.accuracy!.interval![0]).toBeLessThan(0.5);
  });
});

describe('probeLearningCurve', () => {
  it('rises with scenes to the accuracy of all of them, stays at chance in noise; the result fits its schema', async () => {
    const result = await probeLearningCurve({
      set,
      states,
      selection: 'last',
      seed: 1,
      sizes: [4, 12, 40, 96],
      orders: 3,
    });
    expect(learningCurveSchema.parse(result)).toEqual(result);
    const curve = (layer: string): Estimate[] =>
      result.layers.filter((row) => row.layer === layer).map(({ accuracy }) => all(accuracy));
    const values = curve('text.1').map(({ value }) => value!);
    expect(values).toHaveLength(4);
    expect(values[3]).toBeGreaterThan(0.93);
    expect(values[0]).toBeLessThan(values[3]);
    for (const { interval } of curve('text.0')) {
      expect(interval![0]).toBeLessThan(0.5);
      expect(interval![1]).toBeGreaterThan(0.5);
    }
  });

  it('grows by whole scenes, balanced over conditions, and leaves out sizes that cannot be had', () => {
    const plan = planCurve(planClasses(answerRows(set, 'distance'), { seed: 1 }), { seed: 1, sizes: [2, 10, 5000] });
    expect(plan.sizes).toEqual([2, 10]);
    for (const folds of plan.prefixes) {
      folds.forEach((scenes, fold) => {
        const first = scenes.slice(0, 10).flat();
        expect(first.filter((i) => plan.rows.conditions[i] === 'consistent')).toHaveLength(10);
        expect(first.some((i) => plan.foldOf[i] === fold)).toBe(false);
        for (const scene of scenes) expect(new Set(scene.map((i) => plan.rows.groups[i])).size).toBe(1);
      });
    }
  });
});

describe('probeTransfer', () => {
  const tunnels = syntheticSet({ consistent: 40, counter: 40 }, { seed: 9 });
  const few = syntheticSet({ consistent: 2, counter: 2 }, { seed: 10 });
  const sets = [
    {
      name: 'pictures',
      set,
      states: statesOf(set.questions, { 'text.0@last': along(2, 1), 'text.1@last': along(2, 2) }),
    },
    {
      name: 'tunnels',
      set: tunnels,
      states: statesOf(tunnels.questions, {
        'text.0@last': along(2, 3, tunnels),
        'text.1@last': along(2, 4, tunnels, 2),
      }),
    },
    {
      name: 'few',
      set: few,
      states: statesOf(few.questions, { 'text.0@last': along(2, 5, few), 'text.1@last': along(2, 6, few) }),
    },
  ];
  const options = { sets, axis: 'distance', selection: 'last', seed: 1 } as const;

  it('carries a shared direction over, and not one that lies elsewhere; too small a set is only scored; the result fits its schema', async () => {
    const result = await probeTransfer(options);
    expect(transferSchema.parse(result)).toEqual(result);
    const value = (layer: string, train: string, test: string): Estimate =>
      all(result.layers.find((row) => row.layer === layer && row.train === train && row.test === test)!.accuracy);
    expect(value('text.0', 'pictures', 'tunnels').interval![0]).toBeGreaterThan(0.9);
    expect(value('text.0', 'tunnels', 'pictures').interval![0]).toBeGreaterThan(0.9);
    const apart = value('text.1', 'pictures', 'tunnels');
    expect(apart.interval![0]).toBeLessThan(0.6);
    expect(apart.n).toBe(160);
    for (const { name } of sets.slice(0, 2)) expect(value('text.1', name, name).value!).toBeGreaterThan(0.93);
    expect(result.sets[2].refused).toContain('no scene to train on falls into fold');
    expect(result.layers.filter(({ train }) => train === 'few')).toEqual([]);
    expect(value('text.0', 'pictures', 'few').n).toBe(8);
    expect(await probeTransfer({ ...options, workers: 2 })).toEqual(result);
  });

  it('refuses other words for the poles, another checkpoint, one set, two of a name, an axis that is not asked', async () => {
    const reworded = {
      pairs: tunnels.pairs.map((pair) => ({ ...pair, first: reword(pair.first), second: reword(pair.second) })),
    };
    await expect(probeTransfer({ ...options, sets: [sets[0], { ...sets[1], set: reworded }] })).rejects.toMatchObject({
      code: 'poles-differ',
      message: 'on distance pictures answers close, far, tunnels answers distant, near',
    });
    const foreign = {
      ...sets[1].states,
      header: { ...sets[1].states.header, checkpoint: { name: 'other', hash: '9' } },
    };
    await expect(probeTransfer({ ...options, sets: [sets[0], { ...sets[1], states: foreign }] })).rejects.toMatchObject(
      { code: 'other-checkpoint' },
    );
    await expect(probeTransfer({ ...options, sets: [sets[0]] })).rejects.toThrow(
      'a transfer matrix needs two sets, there is 1',
    );
    await expect(probeTransfer({ ...options, sets: [sets[0], sets[0]] })).rejects.toThrow(
      'two sets are called pictures',
    );
    await expect(probeTransfer({ ...options, axis: 'order' })).rejects.toThrow('pictures asks nothing about order');
  });
});

const WORDS: Record<string, string> = { far: 'distant', close: 'near' };
const reword = (item: Pair['first']): Pair['first'] => ({
  ...item,
  options: item.options.map((option) => WORDS[option]),
  answer: WORDS[item.answer],
});

describe('bad features', () => {
  const bad = (change: (x: Float32Array, question: Question, i: number) => void): typeof states => {
    const x = along(2, 2);
    set.questions.forEach((question, i) => change(x.data.subarray(i * 4, i * 4 + 4), question, i));
    return statesOf(set.questions, { 'text.0@last': x });
  };

  it('constant columns, duplicated rows and perfectly separable classes are handled', async () => {
    for (const change of [
      (x: Float32Array) => (x[0] = 3),
      (x: Float32Array, question: Question) => x.fill(question.sign),
      (x: Float32Array, _: Question, i: number) => (x[3] = i >> 1),
    ]) {
      const result = await controlProbes({ set, states: bad(change), selection: 'last', seed: 1 });
      expect(result.layers[0].accuracy.value!).toBeGreaterThan(0.9);
    }
  });

  it('NaN is refused with the layer and the item', async () => {
    const states = bad((x, _, i) => i === 3 && (x[2] = Number.NaN));
    const expected = { code: 'not-finite', where: `layer text.0, item ${set.questions[3].item}` };
    const options = { set, states, selection: 'last', seed: 1 } as const;
    await expect(controlProbes(options)).rejects.toMatchObject(expected);
    await expect(mlpProbes(options)).rejects.toMatchObject(expected);
    await expect(probeLearningCurve(options)).rejects.toMatchObject(expected);
  });
});
