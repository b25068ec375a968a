/** Several checkpoints. */
import { AXES } from '../../../core/artifacts/contrast-set.ts';
import type {
  ComparisonResult,
  RobustnessResult,
  TrainingResult,
} from '../../../core/artifacts/results/checkpoints.ts';
import { estimate } from '../synthetic.ts';
import { LAYERS, near, share, signed, t, SHOWN } from './near.ts';

export const comparison: ComparisonResult = {
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
export const robustness: RobustnessResult = {
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
export const training: TrainingResult = {
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
