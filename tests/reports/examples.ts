/**
 * One small result of each kind, for a checkpoint that goes by height: what golden figures and tests of layout are
 * drawn from.
 */
import { AXES } from '../../core/artifacts/contrast-set.ts';
import { CAUSE_DIRECTIONS, ERASED, type CauseResult } from '../../core/artifacts/results/cause.ts';
import type { ComparisonResult, RobustnessResult, TrainingResult } from '../../core/artifacts/results/checkpoints.ts';
import type { ClassProbesResult } from '../../core/artifacts/results/class-probes.ts';
import type { ControlProbesResult } from '../../core/artifacts/results/control-probes.ts';
import {
  BASELINES,
  STRATA,
  WIDE_SETTINGS,
  type CorrespondenceResult,
  type PckMeans,
  type WideMean,
} from '../../core/artifacts/results/correspondence.ts';
import type { ErasureResult } from '../../core/artifacts/results/erasure.ts';
import type { LearningCurveResult } from '../../core/artifacts/results/learning-curve.ts';
import type {
  AbstentionLens,
  CalibrationLens,
  CircularityLens,
  DegradationLens,
  DifficultyLens,
  FramesLens,
  RepeatsLens,
  SensitivityLens,
  TunnelLens,
} from '../../core/artifacts/results/lenses.ts';
import type { LowRankProbesResult } from '../../core/artifacts/results/low-rank-probes.ts';
import type { MdlResult } from '../../core/artifacts/results/mdl.ts';
import type { MlpProbesResult } from '../../core/artifacts/results/mlp-probes.ts';
import type { NuisanceProbesResult } from '../../core/artifacts/results/nuisance-probes.ts';
import type {
  AnglesResult,
  DisentanglementResult,
  StatePcaResult,
} from '../../core/artifacts/results/representation.ts';
import type { RidgeProbesResult } from '../../core/artifacts/results/ridge-probes.ts';
import type { SimilarityResult } from '../../core/artifacts/results/similarity.ts';
import type { TransferResult } from '../../core/artifacts/results/transfer.ts';
import type { AnyResult } from '../../core/artifacts/results/types.ts';
import { Random } from '../../core/random.ts';
import type { FigurePicture } from '../../reports/forms/of-result.ts';
import { estimate } from './synthetic.ts';

export const LAYERS = ['text.embed', 'text.0', 'text.1', 'text.2', 'text.3'];
const random = new Random(7, 'examples');
/** Steps of a thousandth keep golden files short. */
const near = (value: number, spread = 0.02): number =>
  Math.round((value + random.uniform(-spread, spread)) * 1000) / 1000;
const share = (value: number, half = 0.04): ReturnType<typeof estimate> =>
  estimate(Math.min(1, Math.max(0, near(value))), half, { intervalKind: 'Wilson on n_eff', n: 200, groups: 100 });
const signed = (value: number, half = 0.06): ReturnType<typeof estimate> => estimate(near(value), half, {}, [-9, 9]);
const t = (layer: string): number => LAYERS.indexOf(layer) / (LAYERS.length - 1);
const SHOWN = ['consistent', 'counter'] as const;
const byCondition = (consistent: number, counter: number) => [
  { condition: 'consistent' as const, estimate: share(consistent) },
  { condition: 'counter' as const, estimate: share(counter) },
  { condition: 'all' as const, estimate: share((consistent + counter) / 2) },
];
const AXIS = (axis: string) => ({ axis, classes: ['a', 'b'], refused: null });

const STRENGTH = { answer: 1, depth: 0.15, height: 0.9, vertical: 0.8, random: 0.04 } as const;
const cause: CauseResult = {
  analysis: 'cause',
  version: 1,
  axis: 'distance',
  tokens: 'last',
  groups: [100, 100],
  layers: LAYERS,
  choice: {
    layer: 'text.2',
    reason: 'a push of \u03b1 = 1 turns 92 % of the answers of the picking half there, no other layer turns more',
  },
  steering: [
    ...LAYERS.flatMap((layer) =>
      (['answer', 'random'] as const).map((direction) => ({
        layer,
        direction,
        length: 1,
        alpha: 1,
        half: 'picking' as const,
        flipped: share(STRENGTH[direction] * t(layer)),
        push: signed(5 * STRENGTH[direction] * t(layer)),
      })),
    ),
    ...CAUSE_DIRECTIONS.flatMap((direction) =>
      [0.25, 0.5, 1, 2].map((alpha) => ({
        layer: 'text.2',
        direction,
        length: 1,
        alpha,
        half: 'reported' as const,
        flipped: share(STRENGTH[direction] * (1 - Math.exp(-alpha))),
        push: signed(4 * alpha * STRENGTH[direction]),
      })),
    ),
  ],
  patching: LAYERS.flatMap((layer) =>
    ['last', 'words:1', 'words:2', 'image'].map((tokens) => ({
      layer,
      tokens,
      restored: signed(tokens === 'last' ? t(layer) : tokens === 'image' ? 0.9 * (1 - t(layer)) : 0.1),
    })),
  ),
  erasure: LAYERS.flatMap((layer) =>
    ERASED.map((erased) => ({
      layer,
      erased,
      method: erased === 'random' ? 'projection along a random direction' : 'LEACE on condition-balanced items',
      cells: AXES.flatMap((axis) =>
        SHOWN.map((condition) => {
          const was = axis === 'distance' && condition === 'counter' ? 0.1 : 0.95;
          const lost =
            erased === 'random'
              ? 0
              : axis === 'distance'
                ? 0.9 * t(layer)
                : axis === 'vertical' && erased === 'vertical'
                  ? t(layer)
                  : 0;
          return {
            axis,
            condition,
            before: share(was),
            after: share(was + (0.5 - was) * lost),
            change: signed((0.5 - was) * lost),
          };
        }),
      ),
    })),
  ),
};

const THRESHOLDS = ['PCK@2', 'PCK@10px at 84 \u00d7 84'];
const BINS = ['0\u201330\u00b0', '30\u201360\u00b0', '60\u201390\u00b0', '90\u2013120\u00b0'];
const pck = (value: number): PckMeans[] =>
  THRESHOLDS.flatMap((threshold) =>
    ['all', ...BINS].map((bin, i) => ({
      threshold,
      bin,
      perPoint: share(value * (1 - 0.13 * i)),
      perImage: share(value * (1 - 0.12 * i)),
    })),
  );
const wide = (value: number): WideMean[] =>
  WIDE_SETTINGS.flatMap((setting, i) =>
    STRATA.map((stratum) => ({ setting, stratum, f1: share(value * (1 - 0.2 * i)) })),
  );
const BASELINE_PCK = { 'same position': 0.24, 'raw RGB': 0.19, 'planted coordinates': 1.1 } as const;
const VISION = ['vision.embed', 'vision.0', 'vision.1', 'vision.2', 'vision.3'];
export const PICTURES: readonly [string, string] = ['images/a.png', 'images/b.png'];
const correspondence: CorrespondenceResult = {
  analysis: 'correspondence',
  version: 1,
  grid: { rows: 12, columns: 12 },
  picture: { width: 84, height: 84 },
  tau: 0.07,
  thresholds: [
    { label: THRESHOLDS[0], threshold: { kind: 'patches', value: 2 } },
    { label: THRESHOLDS[1], threshold: { kind: 'pixels', value: 10, scale: 1 } },
  ],
  bins: BINS.map((bin, i) => ({ bin, from: 30 * i, to: 30 * (i + 1), pairs: 20, points: 900 })),
  pairs: 80,
  points: { visible: 3600, unmatched: 1200 },
  layers: VISION.map((layer, i) => ({
    layer,
    pck: pck(0.25 + 0.13 * i),
    confidence: signed(0.1 + 0.1 * i),
    wide: wide(0.2 + 0.15 * i),
  })),
  baselines: BASELINES.map((name) => ({ name, pck: pck(BASELINE_PCK[name]), wide: wide(BASELINE_PCK[name] * 0.8) })),
  chance: {
    pck: THRESHOLDS.flatMap((threshold) =>
      ['all', ...BINS].map((bin) => ({ threshold, bin, perPoint: 0.08, perImage: 0.08 })),
    ),
    wide: wide(0.06),
  },
  choice: { layer: 'vision.3', groups: [40, 40], reported: pck(0.76)[0] },
  wideBaseline: { points: 24, distractors: 24, separation: 2, samples: 80 },
  examples: [12, 75].map((viewpoint, k) => ({
    pair: `scene-${k}`,
    images: [...PICTURES],
    viewpoint,
    layer: 'vision.3',
    matches: Array.from({ length: 20 }, (_, i) => {
      const from: [number, number] = [7 * (1 + (i % 10)), 30 + 10 * (i % 5)];
      const truth: [number, number] = [from[0] - 6, from[1] + 2];
      const correct = (i * (k + 2)) % 3 !== 0;
      return {
        from,
        to: correct ? truth : ([80 - from[0], 20 + from[1] / 2] as [number, number]),
        truth,
        correct,
        confidence: near(correct ? 0.8 : 0.3),
      };
    }),
  })),
  temporal: {
    layer: 'vision.3',
    undefinedBecause: null,
    curve: [1, 2, 4, 8, 16, 24].map((interval, i) => ({
      interval,
      pck: share(0.8 - 0.07 * i),
      chance: 0.08,
      robustness: share(1 - 0.085 * i),
    })),
  },
};

const classProbes: ClassProbesResult = {
  analysis: 'class-probes',
  version: 1,
  selection: 'last',
  folds: 5,
  axes: ['distance', 'vertical', 'ego-rotation', 'counting'].map((axis, i) => ({
    axis,
    classes: Array.from({ length: 2 + i }, (_, k) => `class ${k}`),
    chance: 1 / (2 + i),
    majority: [{ condition: 'all' as const, estimate: share(1 / (2 + i) + 0.08) }],
    refused: null,
  })),
  layers: LAYERS.flatMap((layer) =>
    ['distance', 'vertical', 'ego-rotation', 'counting'].map((axis, i) => ({
      layer,
      axis,
      accuracy: byCondition(1 / (2 + i) + 0.4 * t(layer), 1 / (2 + i) + 0.2 * t(layer)),
      C: [1],
    })),
  ),
};
const TARGETS = ['depth:1', 'depth:2', 'x:1', 'y:1', 'size:1'];
const fit = (value: number) =>
  [...SHOWN, 'all' as const].map((condition) => ({
    condition,
    r2: signed(condition === 'counter' ? value - 0.25 : value),
    spearman: signed(value),
  }));
const ridge: RidgeProbesResult = {
  analysis: 'ridge-probes',
  version: 1,
  selection: 'last',
  folds: 5,
  targets: TARGETS.map((target) => ({ target, refused: null })),
  layers: LAYERS.flatMap((layer) =>
    TARGETS.map((target, i) => ({ layer, target, fit: fit(t(layer) * (0.9 - 0.1 * i)), alpha: [1] })),
  ),
};
const lowRank: LowRankProbesResult = {
  analysis: 'low-rank-probes',
  version: 1,
  selection: 'last',
  folds: 5,
  axis: null,
  targets: TARGETS,
  refused: null,
  layers: LAYERS.flatMap((layer) =>
    [1, 2, 4].map((rank) => ({
      layer,
      rank,
      targets: TARGETS.map((target) => ({ target, fit: fit(t(layer) * (0.4 + 0.12 * rank)) })),
      accuracy: [],
      alpha: [1],
    })),
  ),
};
const mlp: MlpProbesResult = {
  analysis: 'mlp-probes',
  version: 1,
  selection: 'last',
  folds: 5,
  hidden: 64,
  axes: AXES.map(AXIS),
  layers: LAYERS.flatMap((layer) =>
    AXES.map((axis) => ({
      layer,
      axis,
      accuracy: byCondition(0.55 + 0.4 * t(layer), 0.5 + 0.3 * t(layer)),
      control: share(0.55 + 0.1 * t(layer)),
      selectivity: signed(0.2),
      overLinear: signed(0.04),
      steps: [200],
    })),
  ),
};
const controls: ControlProbesResult = {
  analysis: 'control-probes',
  version: 1,
  selection: 'last',
  folds: 5,
  axes: AXES.map(AXIS),
  layers: LAYERS.flatMap((layer) =>
    AXES.map((axis) => ({
      layer,
      axis,
      accuracy: share(0.55 + 0.4 * t(layer)),
      controls: (
        [
          ['random-features', 0.6],
          ['untrained-weights', 0.66],
          ['shuffled-examples', 0.5],
          ['majority', 0.5],
        ] as const
      ).map(([control, value]) => ({
        control,
        accuracy: share(value),
        advantage: signed(0.55 + 0.4 * t(layer) - value),
      })),
    })),
  ),
};
const FACTORS = ['colour of the subject', 'shape of the subject', 'heading', 'size ratio', 'camera height'];
const nuisance: NuisanceProbesResult = {
  analysis: 'nuisance-probes',
  version: 1,
  selection: 'last',
  folds: 5,
  factors: FACTORS.map((factor, i) => ({
    factor,
    kind: i < 3 ? ('category' as const) : ('number' as const),
    levels: i < 3 ? ['p', 'q'] : null,
    leftOut: [],
    majority: i < 3 ? share(0.3) : null,
    refused: null,
  })),
  layers: LAYERS.flatMap((layer) =>
    FACTORS.map((factor, i) => ({
      layer,
      factor,
      accuracy: i < 3 ? share(0.3 + 0.6 * t(layer)) : null,
      r2: i < 3 ? null : signed(0.8 * t(layer)),
      spearman: i < 3 ? null : signed(0.85 * t(layer)),
    })),
  ),
};
const mdl: MdlResult = {
  analysis: 'mdl',
  version: 1,
  selection: 'last',
  axes: AXES.map((axis) => ({ axis, classes: ['a', 'b'], rows: 800, uniformBits: 800, refused: null })),
  layers: LAYERS.flatMap((layer) =>
    AXES.map((axis) => ({
      layer,
      axis,
      bits: estimate(Math.round(800 - 600 * t(layer)), 30, {}, [0, 9999]),
      compression: estimate(near(800 / (800 - 600 * t(layer))), 0.1, {}, [0, 99]),
      orders: [],
    })),
  ),
};
const learning: LearningCurveResult = {
  analysis: 'learning-curve',
  version: 1,
  selection: 'last',
  folds: 5,
  orders: 5,
  axes: AXES.map((axis) => ({ ...AXIS(axis), chance: 0.5 })),
  layers: LAYERS.flatMap((layer) =>
    AXES.flatMap((axis) =>
      [10, 20, 40, 80, 160].map((scenes, i) => ({
        layer,
        axis,
        scenes,
        accuracy: byCondition(0.5 + 0.11 * i * t(layer), 0.5 + 0.07 * i * t(layer)),
      })),
    ),
  ),
};
const erasure: ErasureResult = {
  analysis: 'erasure',
  version: 1,
  method: 'leace',
  selection: 'last',
  folds: 5,
  controlDraws: 3,
  svdTolerance: 0.01,
  axes: [...AXES],
  chance: 0.5,
  layers: LAYERS.map((layer) => ({
    layer,
    before: AXES.map((probed) => ({ probed, accuracy: byCondition(0.55 + 0.4 * t(layer), 0.5 + 0.4 * t(layer)) })),
    cells: AXES.flatMap((erased) =>
      AXES.flatMap((probed) =>
        (['method', 'random'] as const).map((by) => {
          const lost =
            by === 'random'
              ? 0.02
              : erased === probed
                ? 1
                : erased !== 'horizontal' && probed !== 'horizontal'
                  ? 0.8
                  : 0.05;
          return {
            erased,
            probed,
            by,
            accuracy: byCondition(0.5 + (0.05 + 0.4 * t(layer)) * (1 - lost), 0.5 + 0.4 * t(layer) * (1 - lost)),
            change: signed(-0.4 * t(layer) * lost),
          };
        }),
      ),
    ),
    erasers: [],
  })),
  refused: [],
};
const SETS = ['perspective, seed 0', 'perspective, seed 1', 'embspatial'];
const transfer: TransferResult = {
  analysis: 'transfer',
  version: 1,
  selection: 'last',
  folds: 5,
  axis: 'distance',
  classes: ['far', 'close'],
  chance: 0.5,
  sets: SETS.map((name) => ({ name, rows: 400, refused: null })),
  layers: LAYERS.flatMap((layer) =>
    SETS.flatMap((train, i) =>
      SETS.map((test, j) => ({
        layer,
        train,
        test,
        accuracy: byCondition(0.95 - 0.12 * Math.abs(i - j), 0.9 - 0.3 * Math.abs(i - j)),
        C: [1],
      })),
    ),
  ),
};
const similarity = (measure: 'cka' | 'rsa', other?: readonly string[]): SimilarityResult => ({
  analysis: 'similarity',
  version: 1,
  measure,
  estimator: measure === 'cka' ? 'debiased' : 'correlation distance, Spearman',
  selection: 'last',
  rows: { checkpoint: 'tiny-shortcut', layers: LAYERS },
  columns: { checkpoint: other ? 'tiny-balanced' : 'tiny-shortcut', layers: [...(other ?? LAYERS)] },
  matrix: LAYERS.map((_, i) =>
    (other ?? LAYERS).map((__, j) => estimate(i === j && !other ? 1 : near(Math.exp(-Math.abs(i - j) / 2.5)), 0.05)),
  ),
  n: 400,
  groups: 200,
  of: 400,
  chance: 0,
});
const angles: AnglesResult = {
  analysis: 'principal-angles',
  version: 2,
  selection: 'last',
  kind: 'question-swap',
  k: 3,
  layers: LAYERS.map((layer) => ({
    layer,
    pairs: (['VD', 'HD', 'HV'] as const).flatMap((pair) =>
      SHOWN.map((condition) => ({
        pair,
        condition,
        angles: [near(pair === 'VD' ? 80 - 65 * t(layer) : 78, 2), near(82, 2), near(87, 1)].map((value, i) => ({
          order: i + 1,
          angle:
            i > 0 && layer === 'text.embed'
              ? {
                  ...estimate(value, 0),
                  interval: null,
                  intervalKind: null,
                  note: 'no interval: the scenes determine 1 of the 3 directions of the vertical axis, noise decides the others',
                }
              : estimate(value, 4 - i, { intervalKind: 'delete-a-group jackknife', n: 400, groups: 100 }, [0, 90]),
        })),
        chance: [
          [74, 84],
          [80, 87],
          [84, 89],
        ] as [number, number][],
        floor: [[near(12, 2)], [near(14, 2)]] as [number[], number[]],
        determined: [layer === 'text.embed' ? 1 : 3, 3] as [number, number],
        n: [200, 200] as [number, number],
        groups: [100, 100] as [number, number],
      })),
    ),
  })),
};
const statePca: StatePcaResult = {
  analysis: 'pca-of-states',
  version: 1,
  selection: 'last',
  layer: 'text.3',
  explainedVariance: [0.38, 0.22, 0.1],
  n: 240,
  groups: 60,
  points: AXES.flatMap((axis) =>
    SHOWN.flatMap((condition) =>
      (axis === 'distance' ? ['far', 'close'] : axis === 'vertical' ? ['above', 'below'] : ['left', 'right']).flatMap(
        (answer, k) =>
          Array.from({ length: 20 }, (_, i) => {
            const side = (k === 0 ? 1 : -1) * (axis === 'distance' && condition === 'counter' ? -1 : 1);
            return {
              item: `scene-${i}/${axis}/${k}`,
              axis,
              condition,
              answer,
              x: near((axis === 'horizontal' ? 2 : 0.4) * side, 1),
              y: near((axis === 'horizontal' ? 0.2 : 2) * side, 1),
              z: 0,
            };
          }),
      ),
    ),
  ),
};
const bare = (value: ReturnType<typeof estimate>): ReturnType<typeof estimate> => ({
  ...value,
  interval: null,
  intervalKind: null,
  note: 'no interval',
});
const deleted = (value: ReturnType<typeof estimate>): ReturnType<typeof estimate> => ({
  ...value,
  intervalKind: 'delete-a-group jackknife',
});
const disentanglement: DisentanglementResult = {
  analysis: 'disentanglement',
  version: 1,
  selection: 'last',
  codes: 'components',
  k: 10,
  factors: ['depth', 'height', 'x'],
  importance: 'absolute weights of a lasso',
  n: 400,
  groups: 100,
  layers: LAYERS.map((layer) => ({
    layer,
    disentanglement: bare(share(0.3 + 0.3 * t(layer))),
    completeness: bare(share(0.25 + 0.3 * t(layer))),
    informativeness: deleted(share(0.5 + 0.4 * t(layer))),
    mig: deleted(share(0.05 + 0.1 * t(layer))),
    sap: bare(share(0.1 + 0.15 * t(layer))),
    importances: [],
    mutualInformation: [],
  })),
};

const frames: FramesLens = {
  analysis: 'frames',
  version: 1,
  classes: [
    { class: 'blind-answerable', share: share(0.3), guessing: 0.25 },
    { class: 'semantic', share: share(0.42), guessing: 0.25 },
    { class: 'temporal', share: share(0.18), guessing: 0.25 },
    { class: 'other', share: share(0.1), guessing: 0.25 },
  ],
  confusion: ['order', 'content', 'nothing'].flatMap((needs, i) =>
    (['blind-answerable', 'semantic', 'temporal', 'other'] as const).map((name, j) => ({
      needs,
      class: name,
      count: i === 0 ? [10, 12, 38, 20][j] : i === 1 ? [8, 60, 6, 6][j] : [70, 4, 2, 4][j],
    })),
  ),
  accuracy: ['order', 'content'].flatMap((needs) =>
    ['in order', 'shuffled', 'reversed', 'single frame', 'blind'].map((manipulation, i) => ({
      needs,
      manipulation,
      accuracy: share(needs === 'order' ? 0.8 - 0.08 * i : 0.9 - 0.05 * i),
      chance: 0.5,
    })),
  ),
  orderEffect: [
    { needs: 'order', difference: signed(0.2) },
    { needs: 'content', difference: signed(0.02) },
  ],
  bothDirections: share(0.31),
};
const repeats: RepeatsLens = {
  analysis: 'repeats',
  version: 1,
  chance: 0.17,
  repeats: [0, 1, 2, 5].map((times, i) => ({
    repeats: times,
    accuracy: share(0.8 - 0.15 * i),
    moved: share(0.2 * i),
    drift: signed(0.4 * i),
  })),
  baselines: ['bag of frames', 'every appearance'].flatMap((name, k) =>
    [0, 1, 2, 5].map((times, i) => ({
      name,
      repeats: times,
      accuracy: share(k === 0 ? 0.6 : 0.9 - 0.28 * i),
      moved: share(k === 0 ? 0 : 0.33 * i),
      drift: signed(k * i),
    })),
  ),
};
const abstention: AbstentionLens = {
  analysis: 'abstention',
  version: 1,
  of: 'visible share',
  curve: [0, 0.1, 0.25, 0.5, 0.75, 1].map((at) => ({
    at,
    answerable: at > 0.05,
    accuracy: share(at > 0.05 ? 0.5 + 0.45 * at : 0.35),
    abstained: share(at > 0.05 ? 0.3 * (1 - at) : 0.35),
  })),
  answerable: share(0.82),
  unanswerable: share(0.35),
  needless: share(0.12),
  micro: share(0.7),
};
const KINDS = [
  'defocus',
  'motion-blur',
  'haze',
  'water-droplets',
  'low-light',
  'over-exposure',
  'jpeg',
  'low-resolution',
  'lens-distortion',
];
const degradation: DegradationLens = {
  analysis: 'degradation',
  version: 1,
  clean: share(0.95),
  chance: 0.5,
  cells: KINDS.flatMap((kind, k) =>
    [1, 2, 3, 4, 5].map((severity) => ({
      degradation: kind,
      severity,
      accuracy: share(0.95 - 0.012 * (k + 1) * severity),
      change: signed(-0.012 * (k + 1) * severity),
    })),
  ),
};
const difficulty: DifficultyLens = {
  analysis: 'difficulty',
  version: 1,
  curves: ['distance', 'counting'].map((axis, k) => ({
    axis,
    chance: k === 0 ? 0.5 : 0.2,
    bins: [0, 0.2, 0.4, 0.6, 0.8].map((from, i) => ({
      from,
      to: from + 0.2,
      accuracy: share(0.95 - 0.1 * i - 0.15 * k),
    })),
  })),
};
const circularity: CircularityLens = {
  analysis: 'circularity',
  version: 1,
  strict: (
    [
      ['vanilla', 0.8, 0.5],
      ['flip', 0.7, 0.25],
      ['circular', 0.66, 0.25],
      ['flip+circular', 0.5, 0.0625],
    ] as const
  ).map(([variants, value, chance]) => ({ variants, accuracy: share(value), chance })),
  sets: (
    [
      ['individual', 0.8, 0.5],
      ['pair', 0.64, 0.25],
      ['set', 0.4, 0.0625],
    ] as const
  ).map(([unit, value, chance]) => ({ unit, accuracy: share(value), chance })),
};
const calibration: CalibrationLens = {
  analysis: 'calibration',
  version: 1,
  ece: estimate(0.11, 0.02),
  bias: 0.012,
  brier: estimate(0.31, 0.03),
  confidence: 0.87,
  accuracy: share(0.76),
  bins: [0.5, 0.6, 0.7, 0.8, 0.9].map((from, i) => ({
    from,
    to: from + 0.1,
    confidence: from + 0.055,
    accuracy: { ...share(from - 0.06), n: 40 + 60 * i },
  })),
};
const sensitivity: SensitivityLens = {
  analysis: 'sensitivity',
  version: 1,
  shifts: (
    [
      ['words', 'stay', 0.4],
      ['pixels', 'stay', 1.8],
      ['words', 'flip', 4.1],
      ['pixels', 'flip', 3.2],
      ['both', 'stay', 2.1],
    ] as const
  ).map(([changed, should, value]) => ({ changed, should, shift: signed(value, 0.3), flipped: share(value / 5) })),
  wordShare: share(0.18),
};
const RING = Array.from({ length: 16 }, (_, i) => 22.5 * i);
const tunnel: TunnelLens = {
  analysis: 'tunnel',
  version: 1,
  cells: [
    ['consistent', 0.93],
    ['counter', 0.22],
    ['level', 0.6],
  ].map(([condition, value]) => ({ condition: String(condition), v: share(Number(value)) })),
  delta: signed(0.71, 0.04),
  angles: [RING, RING],
  map: RING.map((a, i) =>
    RING.map((b, j) =>
      i === j ? null : near(0.5 + 0.2 * (Math.sin((a * Math.PI) / 180) - Math.sin((b * Math.PI) / 180))),
    ),
  ),
  templates: ['is 1 closer?', 'is 2 closer?', 'is 2 farther?', 'is 1 farther?'].map((template, i) => ({
    template,
    v: share(0.5 + 0.05 * i),
    delta: signed(0.7),
  })),
};
const comparison: ComparisonResult = {
  analysis: 'comparison',
  version: 1,
  a: 'tiny-shortcut',
  b: 'tiny-balanced',
  selection: 'last',
  kind: 'question-swap',
  unmatched: [],
  answers: AXES.flatMap((axis) =>
    (['consistent', 'counter', 'ambiguous'] as const).map((condition) => ({
      axis,
      condition,
      difference: signed(axis === 'distance' && condition === 'counter' ? -0.85 : 0.01, 0.05),
      p: 0.001,
      adjusted: axis === 'distance' && condition === 'counter' ? 0.0004 : 0.8,
    })),
  ),
  curves: [
    ...AXES.flatMap((axis) =>
      (axis === 'distance' ? SHOWN : (['all'] as const)).map((condition) => ({
        measure: 'coherence' as const,
        axis,
        condition,
        layers: LAYERS.map((layer) => ({ layer, a: 0.5, b: 0.5, difference: signed(0.05), p: 0.4, adjusted: 0.9 })),
      })),
    ),
    {
      measure: 'height-share' as const,
      axis: null,
      condition: 'all' as const,
      layers: LAYERS.map((layer) => ({
        layer,
        a: 0.9,
        b: 0.1,
        difference: signed(0.8 * t(layer)),
        p: 0.001,
        adjusted: 0.01,
      })),
    },
    ...SHOWN.map((condition) => ({
      measure: 'VD-EI' as const,
      axis: null,
      condition,
      layers: LAYERS.map((layer) => ({
        layer,
        a: 0.9,
        b: 0.1,
        difference: signed((condition === 'counter' ? -0.9 : 0.5) * t(layer)),
        p: 0.001,
        adjusted: 0.01,
      })),
    })),
  ],
};
const CHECKPOINTS = Array.from({ length: 8 }, (_, i) => `model-${String.fromCharCode(97 + i)}`);
const robustness: RobustnessResult = {
  analysis: 'robustness',
  version: 1,
  outcome: 'counter accuracy',
  measures: ['height share', 'coherence, distance', 'VD-EI, counter'].map((measure, k) => ({
    measure,
    correlation: estimate(near(-0.8 + 0.5 * k), 0.3, { n: 8, groups: 8 }, [-1, 1]),
    p: 0.02,
    adjusted: 0.06,
    points: CHECKPOINTS.map((checkpoint, i) => ({
      checkpoint,
      x: share(0.1 + 0.11 * i),
      y: share(0.95 - 0.1 * i + (k * (i % 3)) / 10),
    })),
  })),
};
const training: TrainingResult = {
  analysis: 'training',
  version: 1,
  measures: ['gap, distance', 'height share', 'accuracy, counter'].map((measure, k) => ({
    measure,
    slope: estimate(0.00002 * (k < 2 ? 1 : -1), 0.00001, { n: 6, groups: 6 }, [-1, 1]),
    total: signed(k < 2 ? 0.6 : -0.5),
    p: 0.001,
    adjusted: 0.003,
    points: [1000, 5000, 10000, 20000, 30000].map((step) => ({
      checkpoint: `step-${step}`,
      step,
      value: share(k < 2 ? 0.2 + 0.00002 * step : 0.9 - 0.00002 * step),
    })),
  })),
};

/** By name of the file that a run would write. */
export const EXAMPLES: Readonly<Record<string, AnyResult>> = {
  cause,
  correspondence,
  classes: classProbes,
  numbers: ridge,
  'low-rank': lowRank,
  mlp,
  controls,
  nuisance,
  mdl,
  'learning-curve': learning,
  erasure,
  transfer,
  cka: similarity('cka'),
  rsa: similarity('rsa'),
  'cka-between': similarity('cka', LAYERS.slice(1)),
  angles,
  pca: statePca,
  disentanglement,
  frames,
  repeats,
  abstention,
  degradation,
  difficulty,
  circularity,
  calibration,
  sensitivity,
  tunnel,
  compare: comparison,
  robustness,
  training,
};

/** Two flat pictures, a few bytes each: what lies under correspondence lines. */
export const EXAMPLE_PICTURES: ReadonlyMap<string, FigurePicture> = new Map(
  PICTURES.map((path, i) => [
    path,
    {
      url: `data:image/png;base64,${['iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0kAAAABHNCSVQICAgIfAhkiAAAAAFzUkdCAK7OHOkAAAAaSURBVAiZY9x5+cV/BgYGBpZr27sYGBgYGABEOAWQOLPXZwAAAABJRU5ErkJggg==', 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0kAAAABHNCSVQICAgIfAhkiAAAAAFzUkdCAK7OHOkAAAAbSURBVAiZYzx588V/BgYGBpZrBycxMDAwMAAARh4FuOgcLgcAAAAASUVORK5CYII='][i]}`,
      width: 84,
      height: 84,
    },
  ]),
);
