/** Probes, and what goes with them. */
import { AXES } from '../../../core/artifacts/contrast-set.ts';
import type { ClassProbesResult } from '../../../core/artifacts/results/class-probes.ts';
import type { ControlProbesResult } from '../../../core/artifacts/results/control-probes.ts';
import type { ErasureResult } from '../../../core/artifacts/results/erasure.ts';
import type { LearningCurveResult } from '../../../core/artifacts/results/learning-curve.ts';
import type { LowRankProbesResult } from '../../../core/artifacts/results/low-rank-probes.ts';
import type { MdlResult } from '../../../core/artifacts/results/mdl.ts';
import type { MlpProbesResult } from '../../../core/artifacts/results/mlp-probes.ts';
import type { NuisanceProbesResult } from '../../../core/artifacts/results/nuisance-probes.ts';
import type { RidgeProbesResult } from '../../../core/artifacts/results/ridge-probes.ts';
import type { TransferResult } from '../../../core/artifacts/results/transfer.ts';
import { estimate } from '../synthetic.ts';
import { LAYERS, near, share, signed, t, byCondition, AXIS, SHOWN } from './near.ts';

export const classProbes: ClassProbesResult = {
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
export const ridge: RidgeProbesResult = {
  analysis: 'ridge-probes',
  version: 1,
  selection: 'last',
  folds: 5,
  targets: TARGETS.map((target) => ({ target, refused: null })),
  layers: LAYERS.flatMap((layer) =>
    TARGETS.map((target, i) => ({ layer, target, fit: fit(t(layer) * (0.9 - 0.1 * i)), alpha: [1] })),
  ),
};
export const lowRank: LowRankProbesResult = {
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
export const mlp: MlpProbesResult = {
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
export const controls: ControlProbesResult = {
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
export const nuisance: NuisanceProbesResult = {
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
export const mdl: MdlResult = {
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
export const learning: LearningCurveResult = {
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
export const erasure: ErasureResult = {
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
export const transfer: TransferResult = {
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
