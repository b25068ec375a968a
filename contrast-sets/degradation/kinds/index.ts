/**
 * The nine kinds of degradation, after SpaceDG's list; its own severities are not published, these follow ImageNet-C's
 * manner (Hendrycks & Dietterich 2019, arXiv 1903.12261).
 */
import { jpeg, lowResolution } from './compression.ts';
import { defocus } from './defocus.ts';
import { distortion } from './distortion.ts';
import { droplets } from './droplets.ts';
import { lowLight, overExposure } from './exposure.ts';
import { haze } from './haze.ts';
import type { DegradationKind } from './kind.ts';
import { motionBlur } from './motion-blur.ts';

export const DEGRADATIONS = [
  defocus,
  distortion,
  motionBlur,
  haze,
  droplets,
  lowLight,
  overExposure,
  jpeg,
  lowResolution,
] as const satisfies readonly DegradationKind[];

export const DEGRADATION_NAMES = [
  'defocus',
  'lens-distortion',
  'motion-blur',
  'haze',
  'water-droplets',
  'low-light',
  'over-exposure',
  'jpeg',
  'low-resolution',
] as const;
export type DegradationName = (typeof DEGRADATION_NAMES)[number];

export function degradationKind(name: DegradationName): DegradationKind {
  return DEGRADATIONS.find((kind) => kind.name === name)!;
}
