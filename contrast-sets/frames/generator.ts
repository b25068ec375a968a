/** The frames set's line in the list of generators. */
import { parametersOf, type Generator } from '../generator.ts';
import { FRAMES, FRAMES_VERSION, writeFramesSet } from './generate.ts';
import { framesParametersSchema } from './parameters.ts';

export const frames: Generator = {
  name: FRAMES,
  version: FRAMES_VERSION,
  description:
    'does the order of the frames matter? Short clips in order, reversed, shuffled, repeated and unseen; questions that need the order, the content, or nothing',
  parameters: framesParametersSchema,
  scaled: (scenes) => ({ scenes }),
  generate: ({ parameters, ...options }) =>
    writeFramesSet(parametersOf(FRAMES, framesParametersSchema, parameters), options),
};
