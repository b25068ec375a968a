/** Results on one representation: principal angles, components of states, disentanglement scores. */
import { z } from 'zod';
import { AXES, CONDITIONS, FLIPPING_KINDS } from '../contrast-set.ts';
import { entangledAxesSchema, estimateSchema } from '../results.ts';

const axis = z.enum(AXES);
const condition = z.enum([...CONDITIONS, 'all']);

export const anglesSchema = z.object({
  analysis: z.literal('principal-angles'),
  version: z.literal(3),
  selection: z.string(),
  kind: z.enum(FLIPPING_KINDS),
  /** Dimensions of each subspace. */
  k: z.number().int(),
  layers: z.array(
    z.object({
      layer: z.string(),
      pairs: z.array(
        z.object({
          axes: entangledAxesSchema,
          condition,
          /** Degrees, smallest (order 1) first. */
          angles: z.array(z.object({ order: z.number().int(), angle: estimateSchema })),
          /** The same between random subspaces: 5 % and 95 % points of each angle. */
          chance: z.array(z.tuple([z.number(), z.number()])),
          /** Each axis against itself, from two halves of its scenes: angles that noise alone makes. */
          floor: z.tuple([z.array(z.number()), z.array(z.number())]),
          /** Leading directions of either axis that its scenes tell from noise. */
          determined: z.tuple([z.number().int(), z.number().int()]),
          /** Deltas of either axis, and scenes. */
          n: z.tuple([z.number().int(), z.number().int()]),
          groups: z.tuple([z.number().int(), z.number().int()]),
        }),
      ),
    }),
  ),
});
export type AnglesResult = z.infer<typeof anglesSchema>;

export const statePcaSchema = z.object({
  analysis: z.literal('state-pca'),
  version: z.literal(1),
  selection: z.string(),
  layer: z.string(),
  /** Share of variance of the first three components. */
  explainedVariance: z.array(z.number()),
  n: z.number().int(),
  groups: z.number().int(),
  /** The states, about their mean, on the first three components. */
  points: z.array(
    z.object({
      item: z.string(),
      axis,
      condition: z.enum(CONDITIONS),
      answer: z.string(),
      x: z.number(),
      y: z.number(),
      z: z.number(),
    }),
  ),
});
export type StatePcaResult = z.infer<typeof statePcaSchema>;

export const disentanglementSchema = z.object({
  analysis: z.literal('disentanglement'),
  version: z.literal(1),
  selection: z.string(),
  /** What the codes are: the leading principal components, or one direction an axis. */
  codes: z.enum(['components', 'directions']),
  k: z.number().int(),
  factors: z.array(z.string()),
  /** How DCI weighs a code for a factor. */
  importance: z.string(),
  n: z.number().int(),
  groups: z.number().int(),
  layers: z.array(
    z.object({
      layer: z.string(),
      disentanglement: estimateSchema,
      completeness: estimateSchema,
      informativeness: estimateSchema,
      mig: estimateSchema,
      sap: estimateSchema,
      /** codes × factors. */
      importances: z.array(z.array(z.number())),
      mutualInformation: z.array(z.array(z.number())),
    }),
  ),
});
export type DisentanglementResult = z.infer<typeof disentanglementSchema>;
