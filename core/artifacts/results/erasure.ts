import { z } from 'zod';
import { AXES, CONDITIONS } from '../contrast-set.ts';
import { estimateSchema } from '../results.ts';

const axis = z.enum(AXES);

/** What erasing one axis does to the probes of every axis, layer by layer. */
export const erasureSchema = z.object({
  analysis: z.literal('erasure'),
  version: z.literal(1),
  method: z.enum(['leace', 'inlp']),
  /** `last`, or `words` / `patches`: the two objects' rows side by side. */
  selection: z.string(),
  folds: z.number().int(),
  /** Draws of the random directions behind every control cell. */
  controlDraws: z.number().int(),
  /** Of LEACE; null for other methods. */
  svdTolerance: z.number().nullable(),
  axes: z.array(axis),
  chance: z.number(),
  /** In order of depth. */
  layers: z.array(
    z.object({
      layer: z.string(),
      /** Accuracy of each axis' probe with nothing erased. */
      before: z.array(
        z.object({
          probed: axis,
          accuracy: z.array(z.object({ condition: z.enum([...CONDITIONS, 'all']), estimate: estimateSchema })),
        }),
      ),
      /** Every erased axis × every probed axis, by the method and by as many random directions. */
      cells: z.array(
        z.object({
          erased: axis,
          probed: axis,
          by: z.enum(['method', 'random']),
          accuracy: z.array(z.object({ condition: z.enum([...CONDITIONS, 'all']), estimate: estimateSchema })),
          /** After − before over consistent and counter scenes, the same items. */
          change: estimateSchema,
        }),
      ),
      /** Directions taken out and LEACE's shrinkage, by axis and fold. */
      erasers: z.array(z.object({ axis, ranks: z.array(z.number().int()), shrinkage: z.array(z.number()) })),
    }),
  ),
  /** Axes that could not be probed or erased, with the reason. */
  refused: z.array(z.object({ axis, reason: z.string() })),
});
export type ErasureResult = z.infer<typeof erasureSchema>;
