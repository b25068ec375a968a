import { describe, expect, it } from 'vitest';
import type { Pair } from '../../core/artifacts/contrast-set.ts';
import { classProbesSchema } from '../../core/artifacts/results/class-probes.ts';
import { Random } from '../../core/random.ts';
import { answerRows, planClasses } from '../../probes/class-rows.ts';
import { heldOutClasses } from '../../probes/classify.ts';
import { planProbes, scoreProbes } from '../../probes/linear.ts';
import { foldsByScene } from '../../probes/folds.ts';
import { classProbes } from '../../probes/class-probes.ts';
import { probeRows } from '../../probes/rows.ts';
import { plant, statesOf, syntheticSet, type Question } from './synthetic.ts';

/** One question a scene, `how many?`, with letters as options: the answer is what the letter stands for. */
function countingSet(scenes: number): { pairs: Pair[]; questions: (Question & { count: number })[] } {
  const random = new Random(4, 'counting');
  const pairs: Pair[] = [];
  const questions: (Question & { count: number })[] = [];
  for (let s = 0; s < scenes; s++) {
    const group = `scene-${String(s).padStart(3, '0')}`;
    const sides = [0, 1].map((side) => {
      const count = 1 + ((s + side) % 3);
      const choices = random.shuffle(['1', '2', '3']);
      const item = `${group}/${side}`;
      questions.push({ item, group, axis: 'distance', condition: 'consistent', sign: 1, higher: 0, type: '', count });
      return {
        item,
        images: [`${item}.png`],
        question: 'How many?',
        options: ['A', 'B', 'C'],
        choices,
        answer: 'ABC'[choices.indexOf(String(count))],
        objects: [],
      };
    });
    pairs.push({
      id: group,
      group,
      axis: 'count',
      kind: 'image-intervention',
      conditions: {},
      first: sides[0],
      second: sides[1],
      nuisance: {},
    });
  }
  return { pairs, questions };
}

describe('classProbes', () => {
  const set = countingSet(60);
  const noise = plant(set.questions, 5, (_, random, out) => out.forEach((__, j) => (out[j] = random.normal())));
  const signal = plant(set.questions, 5, (question, random, out) => {
    out.forEach((_, j) => (out[j] = random.normal()));
    out[set.questions[set.questions.indexOf(question as (typeof set.questions)[number])].count - 1] += 4;
  });
  const states = statesOf(set.questions, { 'text.0@last': noise, 'text.1@last': signal });

  it('labels by what the letter means, finds a planted class code and none in noise, in a result that fits its schema', async () => {
    expect(answerRows(set, 'count').classes).toEqual(['1', '2', '3']);
    const result = await classProbes({ set, states, selection: 'last', seed: 1 });
    expect(classProbesSchema.parse(result)).toEqual(result);
    expect(result.axes).toMatchObject([{ axis: 'count', chance: 1 / 3, refused: null }]);
    const [blank, planted] = result.layers.map(
      ({ accuracy }) => accuracy.find(({ condition }) => condition === 'all')!.estimate,
    );
    expect(blank.interval![0]).toBeLessThan(1 / 3);
    expect(blank.interval![1]).toBeGreaterThan(1 / 3);
    expect(planted.interval![0]).toBeGreaterThan(0.85);
    expect(planted).toMatchObject({ n: 120, groups: 60 });
    // Every class is equally frequent, so a constant answer is right in a third of cases, less what leaving a fold out
    // tips the other way.
    expect(result.axes[0].majority[0].estimate.value!).toBeLessThan(0.36);
  });

  it('gives the same result on worker threads and in any order of pairs', async () => {
    const options = { set, states, selection: 'last', seed: 1 } as const;
    const first = await classProbes(options);
    expect(await classProbes({ ...options, workers: 2 })).toEqual(first);
    expect(await classProbes({ ...options, set: { pairs: [...set.pairs].reverse() } })).toEqual(first);
  });

  it('with two classes is the binary probe of the layer sweep', async () => {
    const two = syntheticSet({ consistent: 40, counter: 40, ambiguous: 10 });
    const rows = probeRows(two, 'distance');
    const byItem = new Map(two.questions.map((question) => [question.item, question]));
    const x = plant(
      rows.items.map((item) => byItem.get(item)!),
      6,
      (question, random, out) =>
        out.forEach((_, j) => (out[j] = random.normal() + (j === 1 ? 0.8 * question.sign : 0))),
    );
    const [binary] = await scoreProbes(
      x,
      planProbes(rows, foldsByScene(rows.groups, rows.conditions, { seed: 3 }), 3),
      { control: false },
    );
    const plan = planClasses(answerRows(two, 'distance'), { seed: 3 });
    const { right, C } = await heldOutClasses(x, plan);
    const all = [...right].filter((_, i) => rows.conditions[i] !== 'ambiguous');
    expect(all.reduce((sum, v) => sum + v, 0) / all.length).toBeCloseTo(binary.accuracy.at(-1)!.estimate.value!, 12);
    expect(C).toEqual(binary.C);
  });

  it('says why an axis cannot be probed: a class missing in a fold, one answer only, too few scenes', async () => {
    const rare = {
      pairs: set.pairs.filter(
        ({ first, second }, s) =>
          s === 1 || ![first, second].some(({ choices, options, answer }) => choices![options.indexOf(answer)] === '3'),
      ),
    };
    const [axis] = (await classProbes({ set: rare, states, selection: 'last', seed: 1 })).axes;
    expect(axis.refused).toMatch(/a training fold of \d+ rows holds no example of `3`; more scenes with it are needed/);
    const one = {
      pairs: set.pairs
        .map((pair) => ({ ...pair, second: pair.first }))
        .filter(({ first: { choices, options, answer } }) => choices![options.indexOf(answer)] === '1'),
    };
    expect((await classProbes({ set: one, states, selection: 'last', seed: 1 })).axes[0].refused).toBe(
      'count has one value only (1); a probe needs two',
    );
    expect(
      (await classProbes({ set: { pairs: set.pairs.slice(0, 3) }, states, selection: 'last', seed: 1 })).axes[0]
        .refused,
    ).toContain('no scene to train on falls into fold 4 of 5');
  });
});
