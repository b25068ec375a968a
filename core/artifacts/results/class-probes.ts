/** Logistic probes of axes with any number of answers, by layer. */
import { z } from 'zod';
import { CONDITIONS } from '../contrast-set.ts';
import { estimateSchema } from '../results.ts';

/** Accuracy per condition; `all` pools everything but ambiguous scenes. Conditions without rows are left out. */
export const conditionAccuracySchema = z.array(
  z.object({ condition: z.enum([...CONDITIONS, 'all']), estimate: estimateSchema }),
);

export const classProbesSchema = z.object({
  analysis: z.literal('class-probes'),
  version: z.literal(1),
  selection: z.string(),
  folds: z.number().int(),
  axes: z.array(
    z.object({
      axis: z.string(),
      classes: z.array(z.string()),
      /** 1 / number of classes. */
      chance: z.number().nullable(),
      /** The most frequent class of the training rows, through the same folds. */
      majority: conditionAccuracySchema,
      /** Why this axis has no probes. */
      refused: z.string().nullable(),
    }),
  ),
  layers: z.array(
    z.object({
      layer: z.string(),
      axis: z.string(),
      accuracy: conditionAccuracySchema,
      /** C chosen inside each fold. */
      C: z.array(z.number()),
    }),
  ),
});
export type ClassProbesResult = z.infer<typeof classProbesSchema>;
