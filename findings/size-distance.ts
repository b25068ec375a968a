/** Is "far" read off "smaller in the picture"? Asked of sets that cross apparent size with depth. */
import { twoConditionFinding } from './two-conditions/finding.ts';

export const sizeDistance = twoConditionFinding({
  id: 'size-distance',
  version: 1,
  question: 'Is far small?',
  axis: 'distance',
  cue: 'size',
  words: { answer: 'far', readOff: ['small', 'large'] },
});
