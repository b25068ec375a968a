/** What the perspective-ambiguity set is drawn from, validated at the door. */
import { z } from 'zod';
import { GROUNDS } from '../../scene/model.ts';

export const ambiguityParametersSchema = z.strictObject({
  scenes: z.number().int().positive().default(240),
  /** Width and height of the pictures, pixels. */
  size: z.number().int().min(32).max(4096).default(224),
  /**
   * How far the camera has moved sideways, in degrees around the middle between the objects; 0, the perpendicular
   * bisector, must be among them.
   */
  offsets: z
    .array(z.number().min(0).max(45))
    .min(2)
    .refine((offsets) => offsets.includes(0), 'offsets must hold 0')
    .refine((offsets) => new Set(offsets).size === offsets.length, 'offsets must differ')
    .transform((offsets) => [...offsets].sort((a, b) => a - b))
    .default([0, 8, 20, 35]),
  grounds: z
    .array(z.enum(GROUNDS))
    .min(1)
    .default([...GROUNDS]),
});
export type AmbiguityParameters = Readonly<z.output<typeof ambiguityParametersSchema>>;
