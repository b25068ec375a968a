/** Minimum description length of an axis' answers given the hidden states, by layer. */
import { z } from 'zod';
import { estimateSchema } from '../results.ts';

export const mdlSchema = z.object({
  analysis: z.literal('mdl'),
  version: z.literal(1),
  selection: z.string(),
  axes: z.array(
    z.object({
      axis: z.string(),
      classes: z.array(z.string()),
      /** Labels sent. */
      rows: z.number().int(),
      /** n·log₂K: what the labels cost without the hidden states. */
      uniformBits: z.number().nullable(),
      refused: z.string().nullable(),
    }),
  ),
  layers: z.array(
    z.object({
      layer: z.string(),
      axis: z.string(),
      /** L, the mean over orders. */
      bits: estimateSchema,
      /** n·log₂K / L. */
      compression: estimateSchema,
      /**
       * Each order's code length, and its blocks: rows sent by its end, its bits, the C it was coded at (null for the
       * first, which costs log₂K a row).
       */
      orders: z.array(
        z.object({
          bits: z.number(),
          blocks: z.array(z.object({ end: z.number().int(), bits: z.number(), C: z.number().nullable() })),
        }),
      ),
    }),
  ),
});
export type MdlResult = z.infer<typeof mdlSchema>;
