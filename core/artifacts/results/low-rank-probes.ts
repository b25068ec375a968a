/** Reduced-rank probes, by layer and rank. */
import { z } from 'zod';
import { conditionAccuracySchema } from './class-probes.ts';
import { numberFitSchema } from './ridge-probes.ts';

export const lowRankProbesSchema = z.object({
  analysis: z.literal('low-rank-probes'),
  version: z.literal(1),
  selection: z.string(),
  folds: z.number().int(),
  /** The axis whose classes were told apart; null for numbers. */
  axis: z.string().nullable(),
  /** Numbers predicted together, or the classes. */
  targets: z.array(z.string()),
  refused: z.string().nullable(),
  layers: z.array(
    z.object({
      layer: z.string(),
      rank: z.number().int(),
      /** Fit of each number; empty for classes. */
      targets: z.array(z.object({ target: z.string(), fit: numberFitSchema })),
      /** Accuracy over the classes; empty for numbers. */
      accuracy: conditionAccuracySchema,
      /** Alpha chosen inside each fold. */
      alpha: z.array(z.number()),
    }),
  ),
});
export type LowRankProbesResult = z.infer<typeof lowRankProbesSchema>;
