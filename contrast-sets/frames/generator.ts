/**
 * The frames set: short clips in order, reversed, shuffled, repeated and unseen, with questions that need the order,
 * the content, or nothing. Frames of a clip are stored once, however often items show them.
 */
import { defineGenerator } from '../generator.ts';
import { framesParametersSchema } from './parameters.ts';
import { planClips } from './plan.ts';

export const frames = defineGenerator({
  name: 'frames',
  version: 1,
  title:
    'does the order of the frames matter? Short clips in order, reversed, shuffled, repeated and unseen; questions that need the order, the content, or nothing',
  parameters: framesParametersSchema,
  build({ seed, parameters, inThreads }) {
    const specs = planClips(seed, parameters);
    return {
      name: `frames-${specs.length}`,
      total: specs.length,
      scenes: inThreads({ specs, base: import.meta.url, worker: './worker' }),
    };
  },
});
