/**
 * The dial of complexity: one number that sets how crowded, covered, textured and badly lit a scene is, so that a curve
 * over difficulty can be drawn.
 */
import { MOST_DISTRACTORS, type PerspectiveOptions } from './parameters.ts';

const between = (low: readonly [number, number], high: readonly [number, number], dial: number): [number, number] => [
  low[0] + (high[0] - low[0]) * dial,
  low[1] + (high[1] - low[1]) * dial,
];

/**
 * Options with the dial at `dial`: at 0 two plain objects in clear light, at 1 eight patterned ones that cover each
 * other, in low light, haze and noise.
 */
export function dialled(options: PerspectiveOptions, dial: number): PerspectiveOptions {
  const count = Math.min(MOST_DISTRACTORS, Math.floor(dial * (MOST_DISTRACTORS + 1)));
  return {
    ...options,
    distractors: Array.from({ length: count + 1 }, (_, i) => (i === count ? 1 : 0)),
    overlap: 0.1 + 0.35 * dial,
    patterned: dial,
    noise: between([0.4, 0.8], [4, 6], dial),
    light: {
      azimuth: between([130, 230], [80, 280], dial),
      elevation: between([50, 62], [22, 32], dial),
      sun: between([1, 1.1], [0.4, 0.55], dial),
      ambient: between([0.52, 0.58], [0.2, 0.26], dial),
    },
    air: { clouds: between([0, 0.2], [0.3, 0.9], dial), haze: between([60, 70], [16, 22], dial) },
  };
}
