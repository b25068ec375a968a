/** What the perspective-ambiguity set is drawn from, validated at the door. */
import { z } from 'zod';
import { distinct, pictureSize, someOf } from '../../fields.ts';
import { GROUNDS } from '../../scene/model.ts';

export const ambiguityParametersSchema = z.strictObject({
  scenes: z.number().int().positive().default(240).describe('scenes, each seen from every offset'),
  size: pictureSize(),
  offsets: z
    .array(z.number().min(0).max(45))
    .min(2)
    .refine((offsets) => offsets.includes(0), 'offsets must hold 0')
    .refine(distinct, 'offsets must differ')
    .transform((offsets) => [...offsets].sort((a, b) => a - b))
    .prefault([0, 8, 20, 35])
    .describe(
      'how far the camera has moved sideways, degrees around the middle between the objects; 0, where it can’t be told, must be among them',
    ),
  grounds: someOf(GROUNDS, 'ground that a scene may have'),
});
export type AmbiguityParameters = Readonly<z.output<typeof ambiguityParametersSchema>>;
