/**
 * What the prompt set is drawn from, validated at the door: scenes as the perspective set's, and what is done to their
 * questions.
 */
import { z } from 'zod';
import { AXES } from '../../core/artifacts/contrast-set.ts';
import { someOf } from '../fields.ts';
import { perspectiveParametersSchema, refuseImpossible, scenesPerCondition } from '../perspective/parameters.ts';

/** `swap` is always there: the question and the same with its objects in the other order. */
export const MANIPULATIONS = ['picture', 'options', 'paraphrase', 'names', 'prior', 'blind'] as const;
export type Manipulation = (typeof MANIPULATIONS)[number];

const { size, options } = perspectiveParametersSchema.shape;

export const promptParametersSchema = z
  .strictObject({
    scenes: scenesPerCondition({ consistent: 40, counter: 40, ambiguous: 10 }),
    size,
    options,
    axes: someOf(AXES, 'axes that are asked about'),
    manipulations: z
      .array(z.enum(MANIPULATIONS))
      .default([...MANIPULATIONS])
      .describe('what is done beside swapping the objects of the question'),
  })
  // What the perspective set refuses is refused here too.
  .check(refuseImpossible);
export type PromptParameters = Readonly<z.output<typeof promptParametersSchema>>;
