/**
 * The prompt set: one picture, many questions about it. Which moves the answer more, the words or the pixels (methods
 * §3)?
 */
import { buildSet, fromWorkers } from '../build.ts';
import { parametersOf, type Generator } from '../generator.ts';
import { ALLOWED_DEPTH_CUES } from '../perspective/nuisance.ts';
import { perspectiveCounts, perspectiveParameters } from '../perspective/parameters.ts';
import { promptParametersSchema } from './parameters.ts';
import { planPrompts } from './plan.ts';

const NAME = 'prompt';
const VERSION = 1;

export const prompt: Generator = {
  name: NAME,
  version: VERSION,
  description:
    'which moves the answer more, the words or the pixels? One picture, many questions: swapped, multiple choice, reworded, nameless, with a hint right or wrong, blind',
  parameters: promptParametersSchema,
  scaled: (count) => ({ scenes: perspectiveCounts(count) }),
  async generate({ directory, seed = 0, workers, onProgress, signal, parameters: input }) {
    const parameters = parametersOf(NAME, promptParametersSchema, input);
    // What the perspective set refuses is refused here too.
    perspectiveParameters({ scenes: parameters.scenes, size: parameters.size, options: parameters.options });
    const specs = planPrompts(seed, parameters);
    return buildSet(
      {
        directory,
        name: `prompt-${specs.length}`,
        generator: NAME,
        generatorVersion: VERSION,
        seed,
        parameters: { ...parameters },
        allowedDepthCues: ALLOWED_DEPTH_CUES,
        total: specs.length,
        onProgress,
        signal,
      },
      fromWorkers({ specs, base: import.meta.url, worker: './worker', data: { seed, parameters }, workers, signal }),
    );
  },
};
