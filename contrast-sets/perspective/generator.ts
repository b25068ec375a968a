/** The perspective set's line in the list of generators. */
import { parametersOf, type Generator } from '../generator.ts';
import { PERSPECTIVE, PERSPECTIVE_VERSION, writePerspectiveSet } from './generate.ts';
import { perspectiveCounts, perspectiveParametersSchema } from './parameters.ts';

export const perspective: Generator = {
  name: PERSPECTIVE,
  version: PERSPECTIVE_VERSION,
  description:
    'is "far" read off "higher in the picture"? Two objects whose depth and height agree, disagree or are unrelated',
  parameters: perspectiveParametersSchema,
  scaled: (count) => ({ scenes: perspectiveCounts(count) }),
  generate: ({ parameters, ...options }) =>
    writePerspectiveSet({ ...options, ...parametersOf(PERSPECTIVE, perspectiveParametersSchema, parameters) }),
};
