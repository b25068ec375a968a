/** Result of the causal analyses (methods §6): steering, patching and erasure on one axis. */
import { z } from 'zod';
import { AXES, CONDITIONS } from '../contrast-set.ts';
import { estimateSchema } from '../results.ts';

/**
 * Directions of a layer, from the deltas of half of the scenes. `answer`: the mean sign-corrected delta of consistent
 * scenes, where depth and height agree, so it is what the model takes for the axis whatever it goes by; `depth` and
 * `height`: the two parts of methods §2; `vertical`: the vertical axis; `random`: Gaussian, the control.
 */
export const CAUSE_DIRECTIONS = ['answer', 'depth', 'height', 'vertical', 'random'] as const;
export type CauseDirection = (typeof CAUSE_DIRECTIONS)[number];

export const ERASED = ['axis', 'vertical', 'random'] as const;

export const causeSchema = z.object({
  analysis: z.literal('cause'),
  version: z.literal(1),
  axis: z.enum(AXES),
  /** Token set of steering and erasure. */
  tokens: z.string(),
  /** Scenes that directions and the layer were picked on, and scenes that are reported. */
  groups: z.tuple([z.number().int(), z.number().int()]),
  layers: z.array(z.string()),
  /** Layer where steering along `answer` flips most on the picking half. */
  choice: z.object({ layer: z.string().nullable(), reason: z.string() }),
  steering: z.array(
    z.object({
      layer: z.string(),
      direction: z.enum(CAUSE_DIRECTIONS),
      /**
       * Length of the mean delta that gave the direction, in lengths of `answer`'s: a part that is nearly 0 points
       * where noise points. Null for `random`.
       */
      length: z.number().nullable(),
      alpha: z.number(),
      /** Which half of the scenes the numbers are of. */
      half: z.enum(['picking', 'reported']),
      /** Share of items whose margin changes sign when pushed against the model's own answer. */
      flipped: estimateSchema,
      /** Mean change of the margin in the direction of the push, in logits. */
      push: estimateSchema,
    }),
  ),
  /** (patched − corrupt) / (clean − corrupt) of the margins, by layer and token. */
  patching: z.array(z.object({ layer: z.string(), tokens: z.string(), restored: estimateSchema })),
  erasure: z.array(
    z.object({
      layer: z.string(),
      erased: z.enum(ERASED),
      /** How the direction was removed, e.g. `projection of the mean delta`, `LEACE`. */
      method: z.string(),
      cells: z.array(
        z.object({
          axis: z.enum(AXES),
          condition: z.enum(CONDITIONS),
          before: estimateSchema,
          after: estimateSchema,
          change: estimateSchema,
        }),
      ),
    }),
  ),
});
export type CauseResult = z.infer<typeof causeSchema>;
