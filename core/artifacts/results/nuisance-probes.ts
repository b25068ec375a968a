/** What else is readable: nuisance factors, by layer. */
import { z } from 'zod';
import { estimateSchema } from '../results.ts';

export const nuisanceProbesSchema = z.object({
  analysis: z.literal('nuisance-probes'),
  version: z.literal(1),
  selection: z.string(),
  folds: z.number().int(),
  factors: z.array(
    z.object({
      factor: z.string(),
      kind: z.enum(['number', 'category']),
      /** Classes of a category; null for numbers. */
      levels: z.array(z.string()).nullable(),
      /** Levels of too few scenes. */
      leftOut: z.array(z.string()),
      /** The most frequent level, through the same folds; null for numbers. */
      majority: estimateSchema.nullable(),
      refused: z.string().nullable(),
    }),
  ),
  /** One row a layer and factor: accuracy of a category, or R² and ρ of a number. */
  layers: z.array(
    z.object({
      layer: z.string(),
      factor: z.string(),
      accuracy: estimateSchema.nullable(),
      r2: estimateSchema.nullable(),
      spearman: estimateSchema.nullable(),
    }),
  ),
});
export type NuisanceProbesResult = z.infer<typeof nuisanceProbesSchema>;
