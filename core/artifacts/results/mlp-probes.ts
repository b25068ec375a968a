/** Shallow MLP probes beside linear ones, by layer. */
import { z } from 'zod';
import { estimateSchema } from '../results.ts';
import { conditionAccuracySchema } from './class-probes.ts';

export const mlpProbesSchema = z.object({
  analysis: z.literal('mlp-probes'),
  version: z.literal(1),
  selection: z.string(),
  folds: z.number().int(),
  /** Units of the hidden layer. */
  hidden: z.number().int(),
  axes: z.array(z.object({ axis: z.string(), classes: z.array(z.string()), refused: z.string().nullable() })),
  layers: z.array(
    z.object({
      layer: z.string(),
      axis: z.string(),
      accuracy: conditionAccuracySchema,
      /** Type-level control of the MLP, and accuracy minus control; null where refused. */
      control: estimateSchema.nullable(),
      selectivity: estimateSchema.nullable(),
      refused: z.string().optional(),
      /** Accuracy of the MLP minus that of the linear probe, on the same rows. */
      overLinear: estimateSchema,
      /** Steps that early stopping kept, by fold. */
      steps: z.array(z.number().int()),
    }),
  ),
});
export type MlpProbesResult = z.infer<typeof mlpProbesSchema>;
