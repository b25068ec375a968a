/** The occlusion set's line in the list of generators. */
import { parametersOf, type Generator } from '../generator.ts';
import { OCCLUSION, OCCLUSION_VERSION, writeOcclusionSet } from './generate.ts';
import { occlusionParametersSchema } from './parameters.ts';

export const occlusion: Generator = {
  name: OCCLUSION,
  version: OCCLUSION_VERSION,
  description:
    'does the model say so when it cannot see? A target covered from 0 to 100 %, answers that stay right until nothing is left to see, and abstention then',
  parameters: occlusionParametersSchema,
  scaled: (scenes) => ({ scenes }),
  generate: ({ parameters, ...options }) =>
    writeOcclusionSet(parametersOf(OCCLUSION, occlusionParametersSchema, parameters), options),
};
