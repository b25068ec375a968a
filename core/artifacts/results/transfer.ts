/** Transfer matrix of a probe between sets, by layer. */
import { z } from 'zod';
import { conditionAccuracySchema } from './class-probes.ts';

export const transferSchema = z.object({
  analysis: z.literal('transfer'),
  version: z.literal(1),
  selection: z.string(),
  folds: z.number().int(),
  axis: z.string(),
  classes: z.array(z.string()),
  chance: z.number(),
  /** `refused` says why a set is only scored, not trained on. */
  sets: z.array(z.object({ name: z.string(), rows: z.number().int(), refused: z.string().nullable() })),
  layers: z.array(
    z.object({
      layer: z.string(),
      train: z.string(),
      /** Equal to `train` on the diagonal, which is cross-validated over scenes. */
      test: z.string(),
      accuracy: conditionAccuracySchema,
      /** C of the probe; by fold on the diagonal. */
      C: z.array(z.number()),
    }),
  ),
});
export type TransferResult = z.infer<typeof transferSchema>;
