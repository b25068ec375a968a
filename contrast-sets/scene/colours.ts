/**
 * Colours an object can be named by, as linear-light albedos. Grounds and skies are muted, so that none of these can be
 * mistaken for them.
 */
export const COLOURS = {
  red: [0.72, 0.035, 0.03],
  green: [0.03, 0.42, 0.06],
  blue: [0.03, 0.09, 0.68],
  yellow: [0.88, 0.66, 0.03],
  purple: [0.34, 0.035, 0.5],
  magenta: [0.68, 0.03, 0.4],
  cyan: [0.03, 0.55, 0.62],
  orange: [0.85, 0.22, 0.015],
  white: [0.86, 0.86, 0.86],
  black: [0.02, 0.02, 0.022],
} as const satisfies Record<string, readonly [number, number, number]>;

export type ColourName = keyof typeof COLOURS;
export const COLOUR_NAMES = Object.keys(COLOURS) as ColourName[];
