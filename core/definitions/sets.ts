/** What a set has to hold for an analysis to apply. */
import { spatialPairs, type ContrastSet, type FlippingKind } from '../artifacts/contrast-set.ts';
import type { Cue } from '../artifacts/cues.ts';

/** Whether it has pairs of a kind about the axes, with conditions of a cue. */
export const hasSpatial = ({ pairs }: Pick<ContrastSet, 'pairs'>, kind: FlippingKind, cue: Cue = 'height'): boolean =>
  spatialPairs(pairs, cue).some((pair) => pair.kind === kind);

/** Whether it asks question swaps about the axes. */
export const hasSpatialSwaps = (set: Pick<ContrastSet, 'pairs'>): boolean => hasSpatial(set, 'question-swap');

/** Whether any item carries a variant of that name. */
export const hasVariant = ({ pairs }: Pick<ContrastSet, 'pairs'>, name: string): boolean =>
  pairs.some(({ first, second }) => first.variant?.[name] !== undefined || second.variant?.[name] !== undefined);
