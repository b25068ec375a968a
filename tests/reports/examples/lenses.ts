/** Lenses on the answers. */
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
} from '../../../core/artifacts/results/lenses.ts';
import { estimate } from '../synthetic.ts';
import { near, share, signed } from './near.ts';

export const frames: FramesLens = {
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
export const repeats: RepeatsLens = {
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
export const abstention: AbstentionLens = {
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
export const degradation: DegradationLens = {
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
export const difficulty: DifficultyLens = {
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
export const circularity: CircularityLens = {
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
export const calibration: CalibrationLens = {
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
export const sensitivity: SensitivityLens = {
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
export const tunnel: TunnelLens = {
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
