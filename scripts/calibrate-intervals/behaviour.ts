/**
 * What the intervals of the behaviour, of its lenses and of comparisons between checkpoints promise. Answers come in
 * scenes that share part of their luck.
 */
import { behaviour } from '../../analysis/behaviour.ts';
import { robustness } from '../../analysis/checkpoints/robustness.ts';
import { trainingTrend } from '../../analysis/checkpoints/training.ts';
import {
  abstentionLens,
  calibrationLens,
  circularityLens,
  degradationLens,
  difficultyLens,
  framesLens,
  repeatsLens,
  sensitivityLens,
} from '../../analysis/lenses/index.ts';
import type { Answer } from '../../core/artifacts/answers.ts';
import type { Item, Pair } from '../../core/artifacts/contrast-set.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import type { Random } from '../../core/random.ts';
import { verticalDistance } from '../../findings/vertical-distance.ts';
import { heightSign, plantedItems, plantedPairs } from '../../tests/analysis/planted.ts';
import type { Outcome, Simulation } from './simulation.ts';

const outcome = ({ value, interval }: Estimate, truth?: number, p?: number | null): Outcome => ({
  value,
  interval,
  truth,
  p,
});

const item = (id: string, fields: Partial<Item>): Item => ({
  item: id,
  images: ['a.png'],
  question: 'Is it so?',
  options: ['yes', 'no'],
  answer: 'yes',
  objects: [],
  ...fields,
});
const pair = (id: string, group: string, first: Item, second: Item): Pair => ({
  id,
  group,
  axis: 'any',
  kind: 'perturbation',
  conditions: {},
  first,
  second,
  nuisance: {},
});

/**
 * Whether each of a scene's questions is right: each with probability `rate`, with half a chance each by the same draw.
 */
function luck(random: Random): (rate: number) => boolean {
  const shared = random.next();
  return (rate) => (random.coin() ? shared : random.next()) < rate;
}

// —— behaviour and verdict

const PAIRS = plantedPairs({ consistent: 100, counter: 100 });
const ITEMS = plantedItems(PAIRS);

/** Both question orders of every scene; `rates`: accuracy on consistent and counter scenes. */
const accuracies = (
  setting: string,
  [consistent, counter]: readonly [number, number],
  wrong?: 'shortcut' | 'clear' | 'biased',
): Simulation => ({
  name: 'behaviour',
  setting,
  run: (random) => {
    const scenes = new Map<string, (rate: number) => boolean>();
    const answers = ITEMS.map(({ item: id, group, axis, condition, truth }): Answer => {
      const own = scenes.get(group) ?? luck(random);
      scenes.set(group, own);
      const right = own(axis === 'horizontal' ? 0.97 : condition === 'consistent' ? consistent : counter);
      const [first, second] = {
        horizontal: ['left', 'right'],
        vertical: ['above', 'below'],
        distance: ['far', 'close'],
      }[axis];
      return { item: id, scores: { [first]: (right ? 1 : -1) * truth * (0.2 + random.next()), [second]: 0 } };
    });
    const result = behaviour({ set: { pairs: PAIRS }, answers, seed: random.integer(2 ** 30) });
    const cell = (condition: string): Estimate =>
      result.cells.find((found) => found.axis === 'distance' && found.condition === condition)!.accuracy;
    return {
      'accuracy, consistent': outcome(cell('consistent'), consistent),
      'accuracy, counter': outcome(cell('counter'), counter),
      'probability of the right answer': outcome(
        result.cells.find((found) => found.axis === 'distance' && found.condition === 'counter')!.probability,
      ),
      gap: outcome(result.gaps.find(({ axis }) => axis === 'distance')!.gap, consistent - counter),
      ...(wrong && {
        [`verdict "${wrong}"`]: {
          value: null,
          interval: null,
          p: verticalDistance.judge({ results: [result] }).verdict === wrong ? 0 : 1,
        },
      }),
    };
  },
});

const weight = (setting: string, depth: number, height: number): Simulation => ({
  name: 'height weight',
  setting,
  run: (random) => {
    const scenes = new Map(ITEMS.map(({ group }) => [group, random.normal()]));
    const answers = ITEMS.map((one): Answer => {
      const [first, second] = {
        horizontal: ['left', 'right'],
        vertical: ['above', 'below'],
        distance: ['far', 'close'],
      }[one.axis];
      return {
        item: one.item,
        scores: {
          [first]:
            0.7 + depth * one.truth + height * heightSign(one) + one.truth * scenes.get(one.group)! + random.normal(),
          [second]: 0,
        },
      };
    });
    return {
      'height weight': outcome(
        behaviour({ set: { pairs: PAIRS }, answers, seed: 1 }).weights[0].weight,
        height / (height + depth),
      ),
    };
  },
});

// —— lenses

interface Answered {
  readonly set: { readonly pairs: Pair[] };
  readonly answers: Answer[];
}

/** Pairs of two-option items whose answers are right or not as told. */
function answered(
  scenes: number,
  questions: (
    scene: number,
    right: (rate: number) => boolean,
  ) => readonly (readonly [
    id: string,
    first: [Partial<Item>, boolean],
    second: [Partial<Item>, boolean],
    kind?: Pair['kind'],
  ])[],
  random: Random,
): Answered {
  const scores = new Map<string, Record<string, number>>();
  const pairs: Pair[] = [];
  for (let scene = 0; scene < scenes; scene++) {
    const make = (id: string, [fields, right]: [Partial<Item>, boolean]): Item => {
      const made = item(id, fields);
      if (!scores.has(id))
        scores.set(
          id,
          Object.fromEntries(
            made.options.map((option) => [
              option,
              option === made.answer
                ? right
                  ? 1
                  : 0
                : option === made.options.find((other) => other !== made.answer)
                  ? right
                    ? 0
                    : 1
                  : -1,
            ]),
          ),
        );
      return made;
    };
    for (const [id, first, second, kind] of questions(scene, luck(random))) {
      pairs.push({
        ...pair(
          `${scene}-${id}`,
          `g${scene}`,
          make(`${scene}-${id.split('|')[0]}`, first),
          make(`${scene}-${id}-second`, second),
        ),
        ...(kind && { kind }),
      });
    }
  }
  return { set: { pairs }, answers: [...scores].map(([id, own]) => ({ item: id, scores: own })) };
}

/** Said probabilities p, right with probability `right(p)`; two items a scene that share half of their luck. */
const calibration = (setting: string, right: (p: number) => number): Simulation => ({
  name: 'calibration',
  setting,
  run: (random) => {
    const scores: Answer[] = [];
    const pairs = Array.from({ length: 150 }, (_, scene) => {
      const own = luck(random);
      const sides = [0, 1].map((side) => {
        const p = random.uniform(0.5, 1);
        scores.push({ item: `${scene}-${side}`, scores: { yes: Math.log(p / (1 - p)), no: 0 } });
        return item(`${scene}-${side}`, { answer: own(right(p)) ? 'yes' : 'no' });
      });
      return pair(`p${scene}`, `g${scene}`, sides[0], sides[1]);
    });
    const { ece, brier, accuracy } = calibrationLens({
      set: { pairs },
      answers: scores,
      seed: random.integer(2 ** 30),
    });
    return { 'ECE, as plugged in': outcome(ece), 'Brier score': outcome(brier), accuracy: outcome(accuracy) };
  },
});

const degradation: Simulation = {
  name: 'degradation',
  setting: '100 scenes of two questions, .9 clean, .75 degraded',
  run: (random) => {
    const lens = degradationLens(
      answered(
        100,
        (_, right) =>
          [0, 1].map(
            (q) =>
              [
                `${q}`,
                [{}, right(0.9)],
                [{ variant: { degradation: 'haze', severity: 3 } }, right(0.75)],
                'perturbation',
              ] as const,
          ),
        random,
      ),
    );
    return {
      'clean accuracy': outcome(lens.clean, 0.9),
      'degraded accuracy': outcome(lens.cells[0].accuracy, 0.75),
      change: outcome(lens.cells[0].change, -0.15),
    };
  },
};

const abstention: Simulation = {
  name: 'abstention',
  setting: '80 scenes, two answerable and two unanswerable questions each',
  run: (random) => {
    const options = ['yes', 'no', 'cannot tell'];
    const said = (answerable: boolean): Partial<Item> => ({
      options,
      answer: answerable ? 'yes' : 'cannot tell',
      variant: { answerable, abstention: 'cannot tell', visible: answerable ? 1 : 0 },
    });
    const lens = abstentionLens(
      answered(
        80,
        (_, right) =>
          [
            ['a', [said(true), right(0.85)], [said(false), right(0.4)], 'perturbation'],
            ['b', [said(true), right(0.85)], [said(false), right(0.4)], 'perturbation'],
          ] as const,
        random,
      ),
    );
    return {
      'accuracy, answerable': outcome(lens.answerable, 0.85),
      'right abstentions': outcome(lens.unanswerable, 0.4),
      micro: outcome(lens.micro, 0.625),
    };
  },
};

const circularity: Simulation = {
  name: 'circularity',
  setting: '100 scenes, a question and its turned options',
  run: (random) => {
    const lens = circularityLens(
      answered(
        100,
        (_, right) => [['q', [{}, right(0.8)], [{ variant: { circular: 1 } }, right(0.8)], 'perturbation']] as const,
        random,
      ),
    );
    // Both right: .8 by the shared draw with probability ¼, else .64 by one shared and one own or two own draws.
    return {
      'strict accuracy, circular': outcome(
        lens.strict.find(({ variants }) => variants === 'circular')!.accuracy,
        0.25 * 0.8 + 0.75 * 0.64,
      ),
      'vanilla accuracy': outcome(lens.strict.find(({ variants }) => variants === 'vanilla')!.accuracy, 0.8),
    };
  },
};

const difficulty: Simulation = {
  name: 'difficulty',
  setting: '120 scenes of two questions over 2 bins',
  run: (random) => {
    const lens = difficultyLens({
      ...answered(
        120,
        (scene, right) =>
          [
            [
              'q',
              [{ difficulty: scene % 2 === 0 ? 0.2 : 0.8 }, right(scene % 2 === 0 ? 0.95 : 0.6)],
              [{ difficulty: scene % 2 === 0 ? 0.2 : 0.8 }, right(scene % 2 === 0 ? 0.95 : 0.6)],
            ],
          ] as const,
        random,
      ),
      bins: 2,
    });
    return Object.fromEntries(
      lens.curves[0].bins.map(({ from, accuracy }) => [
        `accuracy from ${from}`,
        outcome(accuracy, from < 0.5 ? 0.95 : 0.6),
      ]),
    );
  },
};

const frames: Simulation = {
  name: 'frames',
  setting: '100 clips, .9 in order, .6 shuffled, .5 blind',
  run: (random) => {
    const variant = (manipulation: string): Partial<Item> => ({ variant: { needs: 'order', manipulation } });
    const lens = framesLens(
      answered(
        100,
        (_, right) => {
          const ordered: [Partial<Item>, boolean] = [variant('ordered'), right(0.9)];
          return [
            ['q|shuffled', ordered, [variant('shuffled'), right(0.6)], 'perturbation'],
            ['q|blind', ordered, [variant('blind'), right(0.5)], 'perturbation'],
          ] as const;
        },
        random,
      ),
    );
    return {
      'order effect': outcome(lens.orderEffect[0].difference, 0.3),
      'blind-answerable share': outcome(lens.classes.find((found) => found.class === 'blind-answerable')!.share, 0.5),
    };
  },
};

/** A count that drifts with repeats; above and below the 50 scenes that the bootstrap needs. */
const repeats = (scenes: number): Simulation => ({
  name: 'repeats',
  setting: `${scenes} clips, the count drifts by .5 on average`,
  run: (random) => {
    const answers: Answer[] = [];
    const options = ['1', '2', '3', '4', '5'];
    const pairs = Array.from({ length: scenes }, (_, scene) => {
      const count = random.pick(['2', '3']);
      const made = [0, 1].map((times) => {
        const said = String(Number(count) + (times === 1 && random.coin() ? 1 : 0));
        const id = `${scene}-${times}`;
        answers.push({
          item: id,
          scores: Object.fromEntries(options.map((option) => [option, option === said ? 1 : 0])),
        });
        return item(id, {
          options,
          answer: count,
          program: { op: 'count' },
          facts: { visible: [[1, 2]] },
          variant: { manipulation: times === 0 ? 'ordered' : 'repeated', repeats: times },
        });
      });
      return { ...pair(`p${scene}`, `g${scene}`, made[0], made[1]), kind: 'perturbation' as const };
    });
    const row = repeatsLens({ set: { pairs }, answers, seed: random.integer(2 ** 30) }).repeats.find(
      (found) => found.repeats === 1,
    )!;
    return { drift: outcome(row.drift, 0.5), 'moved share': outcome(row.moved, 0.5) };
  },
});

const sensitivity = (scenes: number): Simulation => ({
  name: 'sensitivity',
  setting: `${scenes} scenes, words move the answer half as far as pixels`,
  run: (random) => {
    const answers: Answer[] = [];
    const pairs = Array.from({ length: scenes }, (_, scene) => {
      const shared = Math.exp(0.5 * random.normal());
      const side = (id: string, score: number, fields: Partial<Item>): Item => {
        answers.push({ item: `${scene}-${id}`, scores: { yes: score, no: 0 } });
        return item(`${scene}-${id}`, fields);
      };
      const first = side('first', 0, {});
      const shift = (mean: number): number => mean * shared * Math.exp(0.5 * random.normal());
      return [
        side('words', shift(1), { question: 'Is that so?' }),
        side('pixels', shift(2), { images: ['b.png'] }),
      ].map((second, k) => ({ ...pair(`p${scene}-${k}`, `g${scene}`, first, second), kind: 'perturbation' as const }));
    }).flat();
    const lens = sensitivityLens({ set: { pairs }, answers });
    const shift = (changed: string): Outcome =>
      outcome(
        lens.shifts.find((found) => found.changed === changed)!.shift,
        (changed === 'words' ? 1 : 2) * Math.exp(0.25),
      );
    return {
      'shift by words': shift('words'),
      'shift by pixels': shift('pixels'),
      'share of words': outcome(lens.wordShare, 1 / 3),
    };
  },
});

// —— across checkpoints

const bare = (value: number): Estimate => ({ value, interval: null, intervalKind: null, n: 1, groups: 1 });

/** Unrelated checkpoints; related ones and more of them stand under Spearman's ρ. */
const correlation: Simulation = {
  name: 'robustness correlation',
  setting: '8 checkpoints, r 0',
  run: (random) => {
    const points = Array.from({ length: 8 }, (_, i) => ({
      checkpoint: `c${i}`,
      measures: { 'VD-EI': bare(random.normal()) },
      outcome: bare(random.normal()),
    }));
    const [{ correlation: rho, p }] = robustness(points, { seed: random.integer(2 ** 30) }).measures;
    return { 'Spearman’s ρ': outcome(rho, 0, p) };
  },
};

const trend = (points: number, slope: number): Simulation => ({
  name: 'training trend',
  setting: `${points} checkpoints, slope ${slope}`,
  run: (random) => {
    const [{ slope: estimate, p }] = trainingTrend(
      Array.from({ length: points }, (_, i) => ({
        checkpoint: `c${i}`,
        step: i,
        measures: { m: bare(slope * i + random.normal()) },
      })),
    ).measures;
    return { 'Theil–Sen slope': outcome(estimate, slope, slope === 0 ? p : undefined) };
  },
});

export const BEHAVIOUR_SIMULATIONS: readonly Simulation[] = [
  accuracies('2 × 100 scenes, .9 and .6', [0.9, 0.6]),
  accuracies('2 × 100 scenes, .97 and .2', [0.97, 0.2]),
  accuracies('2 × 100 scenes, .95 and .5: no flipped answers', [0.95, 0.5], 'shortcut'),
  accuracies('2 × 100 scenes, .95 and .8: a gap of .15', [0.95, 0.8], 'clear'),
  weight('2 × 100 scenes, depth 1, height 1', 1, 1),
  weight('2 × 100 scenes, depth 1, height .3', 1, 0.3),
  weight('2 × 100 scenes, depth .2, height 1', 0.2, 1),
  calibration('150 scenes of two items, calibrated', (p) => p),
  calibration('150 scenes of two items, overconfident', (p) => 0.5 + 0.6 * (p - 0.5)),
  degradation,
  abstention,
  circularity,
  difficulty,
  frames,
  repeats(40),
  repeats(100),
  sensitivity(40),
  sensitivity(100),
  correlation,
  trend(14, 0),
  trend(14, 0.2),
];
