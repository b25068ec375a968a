/**
 * The occlusion set: a target that a panel covers step by step, down to where nothing is left to see and the right
 * answer is that it can't be told.
 */
import { defineGenerator } from '../generator.ts';
import { occlusionParametersSchema } from './parameters.ts';
import { planOcclusions } from './plan.ts';

export const occlusion = defineGenerator({
  name: 'occlusion',
  version: 1,
  title:
    'does the model say so when it cannot see? A target covered from 0 to 100 %, answers that stay right until nothing is left to see, and abstention then',
  parameters: occlusionParametersSchema,
  build({ seed, parameters, inThreads }) {
    const specs = planOcclusions(seed, parameters.scenes);
    return {
      name: `occlusion-${specs.length}`,
      total: specs.length,
      scenes: inThreads({ specs, base: import.meta.url, worker: './worker' }),
    };
  },
});
