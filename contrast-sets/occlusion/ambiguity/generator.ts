/** The ambiguity set's line in the list of generators. */
import { parametersOf, type Generator } from '../../generator.ts';
import { AMBIGUITY, AMBIGUITY_VERSION, writeAmbiguitySet } from './generate.ts';
import { ambiguityParametersSchema } from './parameters.ts';

export const ambiguity: Generator = {
  name: AMBIGUITY,
  version: AMBIGUITY_VERSION,
  description:
    'does the model say so when the viewpoint cannot tell? Two objects equally far from the camera, and the camera moved sideways until one is closer',
  parameters: ambiguityParametersSchema,
  scaled: (scenes) => ({ scenes }),
  generate: ({ parameters, ...options }) =>
    writeAmbiguitySet(parametersOf(AMBIGUITY, ambiguityParametersSchema, parameters), options),
};
