/** Is "far" read off "higher in the picture"? The shortcut of "Why Far Looks Up", arXiv 2605.30161. */
import { twoConditionFinding } from './two-conditions/finding.ts';

export const verticalDistance = twoConditionFinding({
  id: 'vertical-distance',
  version: 1,
  question: 'Is far up?',
  axis: 'distance',
  cue: 'height',
  words: { answer: 'far', readOff: ['up', 'down'] },
});
