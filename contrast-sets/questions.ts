/** The question forms of methods §1. */
import { POLES, type Axis } from '../core/artifacts/contrast-set.ts';

/**
 * The question of an axis about two objects named in this order, e.g. `red sphere`. On the distance axis the first is
 * the reference and the second is asked about, on the others the first is asked about.
 */
export function questionOf(axis: Axis, first: string, second: string): string {
  switch (axis) {
    case 'horizontal':
      return `Is the ${first} to the left or right of the ${second}? Answer with only one word.`;
    case 'vertical':
      return `Is the ${first} above or below the ${second}? Answer with only one word.`;
    case 'distance':
      return `Compared to the ${first}, is the ${second} far or close from you? Answer with only one word.`;
  }
}

/** A sentence for each option of that question, canonical pole first, for models that compare pictures with texts. */
export function captionsOf(axis: Axis, first: string, second: string): string[] {
  switch (axis) {
    case 'horizontal':
      return [`The ${first} is to the left of the ${second}.`, `The ${first} is to the right of the ${second}.`];
    case 'vertical':
      return [`The ${first} is above the ${second}.`, `The ${first} is below the ${second}.`];
    case 'distance':
      return [`The ${second} is farther away than the ${first}.`, `The ${second} is closer than the ${first}.`];
  }
}

/** Which of the two named objects (0 or 1) the answer is about. */
export function subjectOf(axis: Axis): 0 | 1 {
  return axis === 'distance' ? 1 : 0;
}

/** The answer when the subject is, or is not, the object at the canonical pole (left, above, far). */
export function answerOf(axis: Axis, subjectAtPole: boolean): string {
  return POLES[axis][subjectAtPole ? 0 : 1];
}
