/** Ridge probes of numbers, by layer. */
import { z } from 'zod';
import { CONDITIONS } from '../contrast-set.ts';
import { estimateSchema } from '../results.ts';

/** Held-out fit per condition; `all` pools everything but ambiguous scenes. */
export const numberFitSchema = z.array(
  z.object({ condition: z.enum([...CONDITIONS, 'all']), r2: estimateSchema, spearman: estimateSchema }),
);

export const ridgeProbesSchema = z.object({
  analysis: z.literal('ridge-probes'),
  version: z.literal(1),
  selection: z.string(),
  folds: z.number().int(),
  /**
   * `depth`, `x`, `y`, `size` of an object, `facts.NAME`, `nuisance.NAME`; `refused` says why a target has no numbers.
   */
  targets: z.array(z.object({ target: z.string(), refused: z.string().nullable() })),
  layers: z.array(
    z.object({
      layer: z.string(),
      target: z.string(),
      fit: numberFitSchema,
      /** Alpha chosen inside each fold. */
      alpha: z.array(z.number()),
    }),
  ),
});
export type RidgeProbesResult = z.infer<typeof ridgeProbesSchema>;
