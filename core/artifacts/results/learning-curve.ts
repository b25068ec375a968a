/** Probe accuracy over the number of training scenes, by layer. */
import { z } from 'zod';
import { conditionAccuracySchema } from './class-probes.ts';

export const learningCurveSchema = z.object({
  analysis: z.literal('learning-curve'),
  version: z.literal(1),
  selection: z.string(),
  folds: z.number().int(),
  /** Random orders of the training scenes that an accuracy is the mean over. */
  orders: z.number().int(),
  axes: z.array(
    z.object({
      axis: z.string(),
      classes: z.array(z.string()),
      chance: z.number().nullable(),
      refused: z.string().nullable(),
    }),
  ),
  layers: z.array(
    z.object({
      layer: z.string(),
      axis: z.string(),
      /** Training scenes. */
      scenes: z.number().int(),
      accuracy: conditionAccuracySchema,
    }),
  ),
});
export type LearningCurveResult = z.infer<typeof learningCurveSchema>;
