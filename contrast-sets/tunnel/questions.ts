/**
 * What is asked in a tunnel. SpatialTunnel's four templates are two yes/no questions in both orders ("obj1 closer?" No,
 * "obj2 closer?" Yes; "obj2 farther?" No, "obj1 farther?" Yes); the fifth is the far/close question of the perspective
 * set. Options begin with the one by which the object asked about is the far one: `No` where the question is whether it
 * is closer.
 */
import { POLES, type Item } from '../../core/artifacts/contrast-set.ts';
import type { ClaimProgram } from '../programs/claim.ts';
import type { CompareProgram } from '../programs/compare.ts';
import { answerOf, captionsOf, questionOf } from '../questions.ts';
import type { Template } from './parameters.ts';

export type Wording = Pick<Item, 'question' | 'options' | 'answer' | 'captions' | 'program'>;

/**
 * The question about the second of two named objects compared with the first one (`far-close`), or about the first
 * compared with the second.
 */
export function distanceWording(
  template: Template,
  [first, second]: readonly [string, string],
  farIsFirst: boolean,
): Wording {
  if (template === 'far-close') {
    return {
      question: questionOf('distance', first, second),
      options: [...POLES.distance],
      answer: answerOf('distance', !farIsFirst),
      captions: captionsOf('distance', first, second),
      program: { op: 'compare', axis: 'distance', subject: 1, reference: 0 } satisfies CompareProgram,
    };
  }
  const closer = template === 'closer';
  return {
    question: `Is the ${first} ${closer ? 'closer to' : 'farther from'} the camera than the ${second}? Answer with yes or no.`,
    options: closer ? ['No', 'Yes'] : ['Yes', 'No'],
    answer: farIsFirst === closer ? 'No' : 'Yes',
    captions: [`The ${first} is farther away than the ${second}.`, `The ${first} is closer than the ${second}.`],
    program: {
      op: 'claim',
      axis: 'distance',
      subject: 0,
      reference: 1,
      pole: closer ? 'close' : 'far',
    } satisfies ClaimProgram,
  };
}
