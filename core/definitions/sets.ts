/** What a set has to hold for an analysis to apply. */
import { isSpatial, type ContrastSet } from '../artifacts/contrast-set.ts';

/** Whether it asks question swaps about the axes. */
export const hasSpatialSwaps = ({ pairs }: Pick<ContrastSet, 'pairs'>): boolean =>
  pairs.some((pair) => isSpatial(pair) && pair.kind === 'question-swap');

/** Whether any item carries a variant of that name. */
export const hasVariant = ({ pairs }: Pick<ContrastSet, 'pairs'>, name: string): boolean =>
  pairs.some(({ first, second }) => first.variant?.[name] !== undefined || second.variant?.[name] !== undefined);
