/** Results as a run would give them, for a checkpoint that reads far off up and for one that doesn't. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCanvas } from 'canvas';
import {
  AXES,
  spatialPairs,
  POLES,
  type Axis,
  type Condition,
  type ContrastSet,
  type Item,
  type Pair,
} from '../../core/artifacts/contrast-set.ts';
import { resultsOf, type AnyResult, type ResultOf } from '../../core/artifacts/results/types.ts';
import type { Finding } from '../../core/artifacts/results/finding.ts';
import type { Answer } from '../../core/artifacts/answers.ts';
import type {
  BehaviourResult,
  Estimate,
  GeometryLayer,
  GeometryResult,
  PcaResult,
  ProbesResult,
  Provenance,
} from '../../core/artifacts/results.ts';
import { Random } from '../../core/random.ts';
import { verdictSentence } from '../../findings/two-conditions/sentence.ts';
import type { CheckpointReport } from '../../reports/input.ts';

export const TEXT_LAYERS = ['text.embed', 'text.0', 'text.1', 'text.2', 'text.3', 'text.out'];
export const ALL_LAYERS = ['vision.embed', 'vision.0', 'vision.1', 'vision.2', 'vision.3', 'projector', ...TEXT_LAYERS];
export type Kind = 'shortcut' | 'balanced';

const scenesOf = { consistent: 200, counter: 200, ambiguous: 50 } as const;

export function estimate(
  value: number | null,
  half = 0.03,
  extra: Partial<Estimate> = {},
  bounds: [number, number] = [0, 1],
): Estimate {
  const clamp = (x: number): number => Math.min(bounds[1], Math.max(bounds[0], x));
  return {
    value,
    interval: value === null ? null : [clamp(value - half), clamp(value + half)],
    intervalKind: value === null ? null : 'delete-one-group jackknife',
    n: 400,
    groups: 200,
    ...extra,
  };
}

/** How far a layer is along the way to the answer, 0 to 1. */
function progress(layer: string): number {
  return Math.min(1, Math.max(0, (ALL_LAYERS.indexOf(layer) - 5) / 5));
}

export function behaviour(kind: Kind): BehaviourResult {
  const distance =
    kind === 'shortcut'
      ? { consistent: 0.98, counter: 0.09, ambiguous: 0.61 }
      : { consistent: 0.955, counter: 0.94, ambiguous: 0.93 };
  const value = (axis: Axis, condition: Condition): number =>
    axis === 'distance' ? distance[condition] : axis === 'horizontal' ? 0.99 : 0.97;
  const cells = AXES.flatMap((axis) =>
    (['consistent', 'counter', 'ambiguous'] as const).map((condition) => {
      const groups = scenesOf[condition];
      const accuracy = value(axis, condition);
      return {
        axis,
        cue: 'height' as const,
        condition,
        accuracy: estimate(accuracy, 1.4 / Math.sqrt(groups) / 2.5, {
          n: 2 * groups,
          groups,
          intervalKind: 'Wilson on n_eff',
        }),
        probability: estimate(accuracy * 0.98, 0.02, { n: 2 * groups, groups, intervalKind: 'cluster bootstrap' }),
        nEff: 1.4 * groups,
      };
    }),
  );
  return {
    analysis: 'behaviour',
    version: 2,
    cells,
    gaps: AXES.map((axis) => ({
      axis,
      cue: 'height' as const,
      gap: estimate(
        value(axis, 'consistent') - value(axis, 'counter'),
        0.035,
        { n: 800, groups: 400, intervalKind: 'Newcombe' },
        [-1, 1],
      ),
    })),
    weights: [
      {
        axis: 'distance',
        cue: 'height',
        weight: estimate(kind === 'shortcut' ? 0.93 : 0.06, 0.02, { n: 800, groups: 400 }),
        coefficients:
          kind === 'shortcut' ? { truth: 0.4, cue: 5.1, intercept: 0.02 } : { truth: 4.6, cue: 0.3, intercept: -0.01 },
      },
    ],
  };
}

function geometryLayer(kind: Kind, layer: string, random: Random): GeometryLayer {
  const t = progress(layer);
  const jitter = (): number => random.uniform(-0.03, 0.03);
  const around = (value: number, half: number): Estimate => estimate(value, half, {}, [-1, 1]);
  const conditions = ['consistent', 'counter', 'ambiguous'] as const;
  const coherence = AXES.flatMap((axis) =>
    [...conditions, ...(axis === 'distance' ? [] : (['all'] as const))].map((condition) => {
      const strength = axis === 'horizontal' ? 0.75 : axis === 'vertical' ? 0.7 : condition === 'ambiguous' ? 0.3 : 0.6;
      return {
        axis,
        condition,
        estimate: around(strength * t + jitter(), 0.05),
        nullUpper: 0.02,
        poles: [200, 200] as [number, number],
      };
    }),
  );
  const sign = (condition: Condition): number =>
    condition === 'consistent'
      ? 1
      : condition === 'counter'
        ? kind === 'shortcut'
          ? -1
          : 0.05
        : kind === 'shortcut'
          ? 0.1
          : 0.05;
  const vd = (condition: Condition): number =>
    (kind === 'shortcut' ? 0.85 : condition === 'consistent' ? 0.35 : 0.3) * sign(condition) * t;
  const entanglement = conditions.flatMap((condition) =>
    (['paper', 'axis'] as const).flatMap((estimator) =>
      [true, false].map((corrected) => ({
        axes: ['vertical', 'distance'] as const,
        estimator,
        corrected,
        condition,
        estimate: around(
          vd(condition) * (corrected ? 1.08 : 0.95) * (estimator === 'paper' ? 0.97 : 1) + jitter(),
          0.06,
        ),
      })),
    ),
  );
  const base = [
    [1, -1, 0, 0, 0, 0],
    [-1, 1, 0, 0, 0, 0],
    [0, 0, 1, -1, 1, -1],
    [0, 0, -1, 1, -1, 1],
    [0, 0, 1, -1, 1, -1],
    [0, 0, -1, 1, -1, 1],
  ];
  return {
    layer,
    coherence,
    entanglement: [
      ...entanglement,
      {
        axes: ['horizontal', 'vertical'] as const,
        estimator: 'axis' as const,
        corrected: true,
        condition: 'all' as const,
        estimate: around(0.03 + jitter(), 0.05),
      },
    ],
    cueShare:
      t === 0
        ? { ...estimate(null), n: 400, groups: 400, note: 'no distance signal above its noise' }
        : estimate(kind === 'shortcut' ? 0.55 + 0.4 * t : 0.4 - 0.32 * t, 0.03 + 0.15 * (1 - t), {
            n: 800,
            groups: 400,
          }),
    cueCosine: around((kind === 'shortcut' ? 0.9 : 0.3) * t, 0.05),
    cosines: conditions.map((condition) => ({
      condition,
      matrix: base.map((row, i) =>
        row.map((value, j) =>
          i === j ? 1 : i >= 2 && j >= 2 && i < 4 !== j < 4 ? value * vd(condition) : value * 0.9,
        ),
      ),
    })),
  };
}

export function geometry(kind: Kind, selection = 'last', layers: readonly string[] = TEXT_LAYERS): GeometryResult {
  const random = new Random(3, kind, selection);
  const rows = layers.map((layer) => geometryLayer(kind, layer, random));
  const picked = 'text.3';
  return {
    analysis: 'geometry',
    version: 2,
    cue: 'height',
    selection,
    kind: 'question-swap',
    layers: rows,
    choice: {
      layer: picked,
      reason: 'highest minimum share of each axis\u2019s peak among the eligible layers',
      excludedAxes: [],
      groups: [225, 225],
      reported: geometryLayer(kind, picked, random),
    },
    warnings: [],
  };
}

export function pca(kind: Kind, set: ContrastSet): PcaResult {
  const random = new Random(5, kind);
  const points = spatialPairs(set.pairs)
    .filter((pair) => pair.kind === 'question-swap')
    .map(({ id, axis, condition, first }) => {
      const sign = condition === 'consistent' ? 1 : -1;
      const centre =
        axis === 'horizontal'
          ? [-3, -1]
          : axis === 'vertical'
            ? [2, -2]
            : kind === 'shortcut'
              ? [2 * sign, -2 * sign + 0.3]
              : [0.5, 3];
      return {
        pair: id,
        axis,
        condition,
        pole: first.answer,
        x: centre[0] + random.normal() * 0.7,
        y: centre[1] + random.normal() * 0.7,
        z: random.normal(),
      };
    });
  return {
    analysis: 'delta-pca',
    version: 1,
    selection: 'last',
    kind: 'question-swap',
    layer: 'text.3',
    explainedVariance: [0.41, 0.27, 0.09],
    points,
  };
}

export function probes(kind: Kind, selection = 'last', layers: readonly string[] = TEXT_LAYERS): ProbesResult {
  const random = new Random(11, kind, selection);
  const cell = (condition: Condition | 'all', value: number): { condition: Condition | 'all'; estimate: Estimate } => ({
    condition,
    estimate: estimate(Math.min(1, Math.max(0, value + random.uniform(-0.02, 0.02))), 0.04, {
      intervalKind: 'Wilson on n_eff',
    }),
  });
  return {
    analysis: 'probes',
    version: 2,
    cue: 'height',
    selection,
    folds: 5,
    layers: layers.flatMap((layer) =>
      AXES.flatMap((axis) =>
        (['balanced', 'consistent-only'] as const).map((training) => {
          const t = progress(layer);
          const good = 0.5 + 0.46 * t;
          const height = kind === 'shortcut' && axis === 'distance';
          const counter = !height ? good - 0.03 : training === 'balanced' ? 0.5 + 0.1 * t : 0.5 - 0.4 * t;
          const consistent = height && training === 'balanced' ? 0.5 + 0.15 * t : good;
          return {
            layer,
            axis,
            training,
            accuracy: [
              cell('consistent', consistent),
              cell('counter', counter),
              cell('ambiguous', (consistent + counter) / 2),
              cell('all', (consistent + counter) / 2),
            ],
            control: training === 'balanced' ? estimate(0.55, 0.03, { intervalKind: 'Wilson on n_eff' }) : null,
            selectivity:
              training === 'balanced' ? estimate((consistent + counter) / 2 - 0.55, 0.05, {}, [-1, 1]) : null,
            C: [0.1, 0.1, 0.1, 0.36, 0.1],
          };
        }),
      ),
    ),
    baselines: AXES.flatMap((axis) =>
      (['balanced', 'consistent-only'] as const).flatMap((training) => [
        {
          name: 'box-height' as const,
          axis,
          training,
          accuracy:
            training === 'consistent-only' && axis === 'distance'
              ? [cell('consistent', 0.99), cell('counter', 0.01)]
              : [
                  cell('consistent', axis === 'vertical' ? 0.99 : 0.5),
                  cell('counter', axis === 'vertical' ? 0.99 : 0.5),
                ],
        },
        { name: 'majority' as const, axis, training, accuracy: [cell('consistent', 0.5), cell('counter', 0.5)] },
      ]),
    ),
  };
}

export function finding(kind: Kind): Finding {
  const judgement: Pick<Finding, 'verdict' | 'direction' | 'reason' | 'evidence'> =
    kind === 'shortcut'
      ? {
          verdict: 'shortcut',
          direction: 'usual',
          reason: 'the gap\u2019s lower bound .85 is at least .20 and counter accuracy is below .50 (upper bound .13)',
          evidence: [
            { measure: 'gap', value: 0.89, interval: [0.85, 0.92], n: 800 },
            { measure: 'height-share', value: 0.94, interval: [0.91, 0.96], n: 800, layer: 'text.3' },
          ],
        }
      : {
          verdict: 'clear',
          reason: 'the gap lies within (\u2212.15, .15) and both accuracies are above .70',
          evidence: [{ measure: 'gap', value: 0.02, interval: [-0.02, 0.05], n: 800 }],
        };
  return {
    analysis: 'finding',
    version: 1,
    id: 'vertical-distance',
    axis: 'distance',
    cue: 'height',
    question: 'Is far up?',
    ...judgement,
    sentence: verdictSentence({
      finding: judgement,
      axis: 'distance',
      cue: 'height',
      words: { answer: 'far', readOff: ['up', 'down'] },
      behaviour: behaviour(kind),
      geometry: geometry(kind),
    }),
    caption: 'The rule of the verdict in words.',
  };
}

const PICTURE = 96;

/** A set of small real pictures: two discs on a ground, the farther one higher or lower. */
export function contrastSet(directory: string, scenes = 24): ContrastSet {
  mkdirSync(join(directory, 'images'), { recursive: true });
  const random = new Random(1);
  const pairs: Pair[] = [];
  for (let i = 0; i < scenes; i++) {
    const condition = (['consistent', 'counter', 'ambiguous'] as const)[i % 3];
    const [low, high] = condition === 'ambiguous' ? [50, 50] : [64, 28];
    const farY = condition === 'counter' ? low : high;
    const closeY = condition === 'counter' ? high : low;
    const [farX, closeX] = random.coin() ? [28, 68] : [68, 28];
    const image = `images/scene-${i}.png`;
    const canvas = createCanvas(PICTURE, PICTURE);
    const context = canvas.getContext('2d');
    context.fillStyle = '#b9d3e8';
    context.fillRect(0, 0, PICTURE, 40);
    context.fillStyle = '#8f8a72';
    context.fillRect(0, 40, PICTURE, PICTURE - 40);
    for (const [x, y, r, color] of [
      [farX, farY, 7, '#c03028'],
      [closeX, closeY, 14, '#2860c0'],
    ] as const) {
      context.fillStyle = color;
      context.beginPath();
      context.arc(x, y, r, 0, 2 * Math.PI);
      context.fill();
    }
    writeFileSync(join(directory, image), canvas.toBuffer('image/png'));
    const far = { name: 'red sphere', box: [farX - 7, farY - 7, 14, 14] as [number, number, number, number], depth: 8 };
    const close = {
      name: 'blue sphere',
      box: [closeX - 14, closeY - 14, 28, 28] as [number, number, number, number],
      depth: 4,
    };
    for (const axis of AXES) {
      const item = (order: 'a' | 'b'): Item => {
        const [subject, reference] = order === 'a' ? [far, close] : [close, far];
        const truth =
          axis === 'distance'
            ? subject === far
            : axis === 'vertical'
              ? subject.box[1] < reference.box[1]
              : subject.box[0] < reference.box[0];
        const question =
          axis === 'distance'
            ? `Compared to the ${reference.name}, is the ${subject.name} far or close from you? Answer with only one word.`
            : `Is the ${subject.name} ${POLES[axis][0]} or ${POLES[axis][1]} of the ${reference.name}? Answer with only one word.`;
        return {
          item: `scene-${i}/${axis}/${order}`,
          images: [image],
          question,
          options: [...POLES[axis]],
          answer: POLES[axis][truth ? 0 : 1],
          objects: axis === 'distance' ? [reference, subject] : [subject, reference],
        };
      };
      pairs.push({
        id: `scene-${i}/${axis}`,
        group: `scene-${i}`,
        axis,
        kind: 'question-swap',
        conditions: { height: condition },
        first: item('a'),
        second: item('b'),
        nuisance: {},
      });
    }
  }
  const header: ContrastSet['header'] = {
    format: 'plumbline-contrast-set',
    version: 2,
    name: 'perspective',
    generator: 'perspective',
    generatorVersion: 1,
    parameters: { size: PICTURE },
    seed: 0,
    counts: {
      scenes,
      pairs: pairs.length,
      items: 2 * pairs.length,
      images: scenes,
      conditions: { height: { consistent: scenes / 3, counter: scenes / 3, ambiguous: scenes / 3 } },
    },
    nuisanceFactors: { horizontal: [], vertical: [], distance: [] },
    allowedDepthCues: ['apparent size'],
    imageHashes: {},
    hash: 'f00dfeed'.repeat(8),
  };
  return { directory, header, pairs };
}

/** Answers as the behaviour says: the shortcut checkpoint goes by height. */
export function answers(kind: Kind, set: ContrastSet): Answer[] {
  const seen = new Set<string>();
  return set.pairs.flatMap((pair) =>
    [pair.first, pair.second].flatMap((item) => {
      if (seen.has(item.item)) return [];
      seen.add(item.item);
      const flipped = kind === 'shortcut' && pair.axis === 'distance' && pair.conditions.height === 'counter';
      const chosen = flipped ? item.options.find((option) => option !== item.answer)! : item.answer;
      return [
        {
          item: item.item,
          scores: Object.fromEntries(item.options.map((option) => [option, option === chosen ? 2.5 : 0])),
        },
      ];
    }),
  );
}

export function provenance(name: string): Provenance {
  return {
    plumbline: '0.1.0',
    seed: 0,
    checkpoint: { name, hash: 'ab'.repeat(32) },
    set: { name: 'perspective', hash: 'f00dfeed'.repeat(8) },
    key: 'cd'.repeat(32),
  };
}

export function checkpoint(kind: Kind, set: ContrastSet, name = `llava-tiny-${kind}`): CheckpointReport {
  const stamp = { provenance: provenance(name) };
  return {
    name,
    findings: [finding(kind)],
    results: [behaviour(kind), geometry(kind), probes(kind), probes(kind, 'patches', ALL_LAYERS), pca(kind, set)].map(
      (result) => ({ ...result, ...stamp }),
    ),
    answers: answers(kind, set),
  };
}

/** The same checkpoint with other results of one analysis. */
export function withResults(
  report: CheckpointReport,
  analysis: keyof ResultOf,
  results: readonly AnyResult[],
): CheckpointReport {
  const replaced: readonly object[] = resultsOf(report, analysis);
  return { ...report, results: [...report.results.filter((result) => !replaced.includes(result)), ...results] };
}
