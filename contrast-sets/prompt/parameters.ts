/**
 * What the prompt set is drawn from, validated at the door: scenes as the perspective set's, and what is done to their
 * questions.
 */
import { z } from 'zod';
import { AXES } from '../../core/artifacts/contrast-set.ts';
import { perspectiveParametersSchema } from '../perspective/parameters.ts';

/** `swap` is always there: the question and the same with its objects in the other order. */
export const MANIPULATIONS = ['picture', 'options', 'paraphrase', 'names', 'prior', 'blind'] as const;
export type Manipulation = (typeof MANIPULATIONS)[number];

const { size, options } = perspectiveParametersSchema.shape;

export const promptParametersSchema = z.strictObject({
  /** Scenes a condition. */
  scenes: z
    .strictObject({
      consistent: z.number().int().nonnegative().default(40),
      counter: z.number().int().nonnegative().default(40),
      ambiguous: z.number().int().nonnegative().default(10),
    })
    .prefault({}),
  /** Width and height of the pictures, pixels. */
  size,
  /** What scenes are drawn from; as the perspective set's. */
  options,
  axes: z
    .array(z.enum(AXES))
    .min(1)
    .default([...AXES]),
  /** What is done beside swapping the objects of the question. */
  manipulations: z.array(z.enum(MANIPULATIONS)).default([...MANIPULATIONS]),
});
export type PromptParameters = Readonly<z.output<typeof promptParametersSchema>>;
