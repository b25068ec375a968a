/**
 * The ambiguity set: which of two objects is closer, from where it can't be told and from farther and farther aside.
 */
import { defineGenerator } from '../../generator.ts';
import { planAmbiguities } from './design.ts';
import { ambiguityParametersSchema } from './parameters.ts';

export const ambiguity = defineGenerator({
  name: 'ambiguity',
  version: 1,
  title:
    'does the model say so when the viewpoint cannot tell? Two objects equally far from the camera, and the camera moved sideways until one is closer',
  parameters: ambiguityParametersSchema,
  build({ seed, parameters, inThreads }) {
    const specs = planAmbiguities(seed, parameters.scenes);
    return {
      name: `ambiguity-${specs.length}`,
      total: specs.length,
      scenes: inThreads({ specs, base: import.meta.url, worker: './worker' }),
      allowedDepthCues: ['ground contact', 'shading and haze'],
    };
  },
});
