/** Probes that tell answers apart: accuracies by condition, selectivity, what a probe gains over another. */
import { classProbes } from '../../../probes/class-probes.ts';
import { controlProbes } from '../../../probes/control-probes.ts';
import { probeLayers } from '../../../probes/probes.ts';
import { probeLearningCurve } from '../../../probes/learning-curve.ts';
import { lowRankProbes } from '../../../probes/low-rank-probes.ts';
import { probeMdl } from '../../../probes/mdl.ts';
import { mlpProbes } from '../../../probes/mlp-probes.ts';
import { nuisanceProbes } from '../../../probes/nuisance-probes.ts';
import { accuracyByCondition } from '../../../probes/accuracy.ts';
import { answerRows, planClasses } from '../../../probes/class-rows.ts';
import { readFeatures } from '../../../probes/features.ts';
import { stackRows, transferFrom } from '../../../probes/transfer-from.ts';
import type { Random } from '../../../core/random.ts';
import type { Outcome, Simulation } from '../simulation.ts';
import { byCondition, outcome, plantedAnswers, type PlantedAnswers } from './planted.ts';

const selection = 'last' as const;
const SIGNALS = [
  { label: 'nothing to find', signal: 0 },
  { label: 'a weak signal', signal: 0.5 },
  { label: 'a strong signal', signal: 1.5 },
] as const;

interface Case {
  readonly name: string;
  readonly counts: Parameters<typeof plantedAnswers>[1]['counts'];
  readonly width: number;
  readonly shared?: number;
  readonly signals?: readonly (typeof SIGNALS)[number]['label'][];
  readonly run: (
    data: PlantedAnswers,
    again: (times: number) => PlantedAnswers,
    signal: number,
  ) => Promise<Record<string, Outcome>>;
}

/** Of the expensive ones. */
const FEW = ['nothing to find', 'a strong signal'] as const;

const CASES: readonly Case[] = [
  { name: 'linear probes', counts: { consistent: 40, counter: 40, ambiguous: 20 }, width: 10, run: linear },
  {
    name: 'linear probes',
    counts: { consistent: 30, counter: 30 },
    width: 8,
    shared: 0.5,
    signals: ['nothing to find', 'a strong signal'],
    run: linear,
  },
  {
    name: 'controls',
    counts: { consistent: 20, counter: 20 },
    width: 6,
    signals: FEW,
    async run({ set, states, seed }) {
      const { layers } = await controlProbes({ set, states, selection, seed, axes: ['distance'], workers: 1 });
      // Of the two orders of a scene a constant answer gets exactly one right: the majority's accuracy is .5 and does
      // not vary.
      return Object.fromEntries(
        layers[0].controls.flatMap(({ control, accuracy, advantage }) => [
          ...(control === 'majority' ? [] : [[`accuracy of ${control}`, outcome(accuracy)] as const]),
          [`advantage over ${control}`, outcome(advantage)] as const,
        ]),
      );
    },
  },
  {
    name: 'MLP probes',
    counts: { consistent: 20, counter: 20 },
    width: 6,
    signals: FEW,
    async run({ set, states, seed }) {
      const { layers } = await mlpProbes({
        set,
        states,
        selection,
        seed,
        axes: ['distance'],
        workers: 1,
        hidden: 16,
        control: false,
      });
      return {
        ...byCondition('accuracy', layers[0].accuracy),
        'gain over the linear probe': outcome(layers[0].overLinear),
      };
    },
  },
  {
    name: 'MDL',
    counts: { consistent: 20, counter: 20 },
    width: 6,
    signals: FEW,
    async run({ set, states, seed }) {
      const { layers } = await probeMdl({ set, states, selection, seed, axes: ['distance'], workers: 1 });
      return { 'code length': outcome(layers[0].bits), compression: outcome(layers[0].compression) };
    },
  },
  {
    name: 'learning curves',
    counts: { consistent: 20, counter: 20 },
    width: 6,
    signals: FEW,
    async run({ set, states, seed }) {
      const { layers } = await probeLearningCurve({
        set,
        states,
        selection,
        seed,
        axes: ['distance'],
        workers: 1,
        sizes: [10, 32],
      });
      return Object.assign(
        {},
        ...layers.map(({ scenes, accuracy }) => byCondition(`${scenes} scenes`, accuracy)),
      ) as Record<string, Outcome>;
    },
  },
  {
    name: 'transfer',
    counts: { consistent: 20, counter: 20 },
    width: 6,
    signals: FEW,
    async run(data, again) {
      const [other, many] = [again(1), again(10)];
      const rows = [data, other, many].map(({ set }) => answerRows(set, 'distance'));
      const x = await Promise.all(
        [data, other, many].map(async ({ states }, k) =>
          (await readFeatures(states, 'text.0', selection))(rows[k].items),
        ),
      );
      const plan = {
        ...planClasses(rows[0], { seed: data.seed }),
        otherLabels: Int32Array.from([...rows[1].labels, ...rows[2].labels]),
      };
      const { own, right } = await transferFrom(stackRows(x), plan);
      const scored = accuracyByCondition(rows[1], right.subarray(0, rows[1].items.length));
      const truth = accuracyByCondition(rows[2], right.subarray(rows[1].items.length));
      const shown = (cells: typeof scored): typeof scored => cells.filter(({ condition }) => condition !== 'ambiguous');
      const known = (condition: string): number => truth.find((cell) => cell.condition === condition)!.estimate.value!;
      return {
        ...byCondition('within', shown(accuracyByCondition(rows[0], own.right, own.shared))),
        ...byCondition('across, of probes of so many scenes', shown(scored)),
        ...byCondition('across, of these probes', shown(scored), known),
      };
    },
  },
];

export const CLASS_SIMULATIONS: readonly Simulation[] = [
  ...CASES.flatMap(({ name, counts, width, run, shared, signals = SIGNALS.map(({ label }) => label) }) =>
    SIGNALS.filter(({ label }) => signals.includes(label)).map(({ label, signal }): Simulation => ({
      name,
      setting: `${Object.values(counts).join(' + ')} scenes, ${width} features, ${shared === undefined ? '' : 'half of the noise shared by a scene, '}${label}`,
      run(random) {
        const draw = (times: number): PlantedAnswers =>
          plantedAnswers(random, {
            counts: Object.fromEntries(Object.entries(counts).map(([condition, count]) => [condition, times * count])),
            width,
            shared,
            feature: (question, out) => (out[0] += signal * question.sign),
          });
        return run(draw(1), draw, signal);
      },
    })),
  ),
  ...[0, 0.7].flatMap((signal): Simulation[] => {
    const label = signal === 0 ? 'nothing to find' : 'a signal';
    return [
      {
        name: 'class probes',
        setting: `60 scenes, 6 features, 3 levels of a factor, ${label}`,
        run: (random) => levels(random, signal, 'classes'),
      },
      {
        name: 'nuisance probes',
        setting: `60 scenes, 6 features, 3 levels of a factor, ${label}`,
        run: (random) => levels(random, signal, 'nuisance'),
      },
      {
        name: 'low-rank probes',
        setting: `60 scenes, 6 features, 3 answers, ${label}`,
        run: (random) => levels(random, signal, 'low-rank'),
      },
    ];
  }),
];

async function linear(
  { set, states, seed }: PlantedAnswers,
  _: unknown,
  signal: number,
): Promise<Record<string, Outcome>> {
  const { layers } = await probeLayers({ set, states, selection, seed, axes: ['distance'], workers: 1 });
  return Object.assign(
    {},
    ...layers.map(({ training, accuracy, control, selectivity }) => ({
      ...byCondition(training, accuracy, () => (signal === 0 ? 0.5 : undefined)),
      ...(control && { 'control accuracy': outcome(control) }),
      ...(selectivity && { selectivity: outcome(selectivity) }),
    })),
  ) as Record<string, Outcome>;
}

/** Three levels of a factor of the scene, or three answers, each with a feature of its own. */
async function levels(
  random: Random,
  signal: number,
  probe: 'classes' | 'nuisance' | 'low-rank',
): Promise<Record<string, Outcome>> {
  const level = new Map<string, number>();
  const { set, states, seed } = plantedAnswers(random, {
    counts: { consistent: 30, counter: 30 },
    width: 6,
    feature: ({ item }, out) => (out[level.get(item) ?? assign(level, item, random)] += signal),
  });
  const LEVELS = ['a', 'b', 'c'];
  if (probe === 'nuisance') {
    const pairs = set.pairs.map((pair) => ({ ...pair, nuisance: { sky: LEVELS[level.get(pair.first.item)!] } }));
    const result = await nuisanceProbes({ set: { pairs }, states, selection, seed, workers: 1 });
    return { accuracy: outcome(result.layers[0].accuracy!), majority: outcome(result.factors[0].majority!) };
  }
  const side = (item: (typeof set.pairs)[number]['first']): typeof item => ({
    ...item,
    options: [...LEVELS],
    answer: LEVELS[level.get(item.item)!],
  });
  const pairs = set.pairs.map((pair) => ({ ...pair, first: side(pair.first), second: side(pair.second) }));
  const options = { set: { pairs }, states, selection, seed, workers: 1 };
  if (probe === 'classes')
    return byCondition('accuracy', (await classProbes({ ...options, axes: ['distance'] })).layers[0].accuracy);
  const { layers } = await lowRankProbes({ ...options, axis: 'distance' });
  return Object.assign(
    {},
    ...layers.map(({ rank, accuracy }) => byCondition(`accuracy at rank ${rank}`, accuracy)),
  ) as Record<string, Outcome>;
}

function assign(level: Map<string, number>, item: string, random: Random): number {
  const drawn = random.integer(3);
  level.set(item, drawn);
  return drawn;
}
