/** What the occlusion set is drawn from, validated at the door. */
import { z } from 'zod';
import { distinct, pictureSize, someOf } from '../fields.ts';
import { GROUNDS } from '../scene/model.ts';

/**
 * What is asked about the target: its colour (by its shape), its shape (by its colour), and on which side of another
 * object it is.
 */
export const ASPECTS = ['colour', 'shape', 'side'] as const;
export type Aspect = (typeof ASPECTS)[number];

/** The option of those who can't tell. */
export const ABSTENTION = 'unknown';

export const occlusionParametersSchema = z.strictObject({
  scenes: z.number().int().positive().default(240).describe('scenes, each with a target and a panel'),
  size: pictureSize(),
  levels: z
    .array(z.number().min(0).max(100))
    .refine((levels) => levels.includes(0) && levels.includes(100), 'levels must hold 0 and 100')
    .refine(distinct, 'levels must differ')
    .transform((levels) => [...levels].sort((a, b) => a - b))
    .prefault([0, 20, 40, 60, 80, 100])
    .describe(
      'percent of the target that is covered; 0, the clear view, and 100, where nothing is left, must be among them',
    ),
  aspects: someOf(
    ASPECTS,
    'what is asked about the target: its colour (by its shape), its shape (by its colour), its side of another object',
  ),
  grounds: someOf(GROUNDS, 'ground that a scene may have'),
});
export type OcclusionParameters = Readonly<z.output<typeof occlusionParametersSchema>>;
