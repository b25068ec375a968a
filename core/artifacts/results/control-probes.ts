/** Logistic probes beside their controls, by layer. */
import { z } from 'zod';
import { estimateSchema } from '../results.ts';

export const controlProbesSchema = z.object({
  analysis: z.literal('control-probes'),
  version: z.literal(1),
  selection: z.string(),
  folds: z.number().int(),
  axes: z.array(z.object({ axis: z.string(), classes: z.array(z.string()), refused: z.string().nullable() })),
  layers: z.array(
    z.object({
      layer: z.string(),
      axis: z.string(),
      /** The probe's own accuracy, over everything but ambiguous scenes. */
      accuracy: estimateSchema,
      controls: z.array(
        z.object({
          /** `shuffled-examples` is the weaker control: the type-level one of the `probes` result is the stronger. */
          control: z.enum(['random-features', 'untrained-weights', 'shuffled-examples', 'majority']),
          accuracy: estimateSchema,
          /** The probe's accuracy minus the control's, on the same rows. */
          advantage: estimateSchema,
        }),
      ),
    }),
  ),
});
export type ControlProbesResult = z.infer<typeof controlProbesSchema>;
