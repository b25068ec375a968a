/**
 * The prompt set: one picture, many questions about it. Which moves the answer more, the words or the pixels (methods
 * §3)?
 */
import { defineGenerator } from '../generator.ts';
import { ALLOWED_DEPTH_CUES } from '../perspective/nuisance.ts';
import { perspectiveScenes } from '../perspective/parameters.ts';
import { promptParametersSchema } from './parameters.ts';
import { planPrompts } from './plan.ts';

export const prompt = defineGenerator({
  name: 'prompt',
  version: 1,
  title:
    'which moves the answer more, the words or the pixels? One picture, many questions: swapped, multiple choice, reworded, nameless, with a hint right or wrong, blind',
  parameters: promptParametersSchema,
  scenes: perspectiveScenes,
  build({ seed, parameters, inThreads }) {
    const specs = planPrompts(seed, parameters);
    return {
      name: `prompt-${specs.length}`,
      total: specs.length,
      scenes: inThreads({ specs, base: import.meta.url, worker: './worker' }),
      allowedDepthCues: ALLOWED_DEPTH_CUES,
    };
  },
});
