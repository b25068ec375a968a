/** Correspondence between views. */
import {
  BASELINES,
  STRATA,
  WIDE_SETTINGS,
  type CorrespondenceResult,
  type PckMeans,
  type WideMean,
} from '../../../core/artifacts/results/correspondence.ts';
import { near, share, signed } from './near.ts';

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
export const correspondence: CorrespondenceResult = {
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
