/** Results over several checkpoints: what predicts robustness, which of two is worse, how a training run goes. */
import { z } from 'zod';
import { AXES, CONDITIONS, FLIPPING_KINDS } from '../contrast-set.ts';
import { estimateSchema } from '../results.ts';

/**
 * p-value of no difference or no relation, and the same adjusted by Holm over the family named; null where it could not
 * be computed.
 */
const tested = { p: z.number().nullable(), adjusted: z.number().nullable() };

export const robustnessSchema = z.object({
  analysis: z.literal('robustness'),
  version: z.literal(1),
  outcome: z.string(),
  measures: z.array(
    z.object({
      measure: z.string(),
      /** Spearman's ρ over checkpoints; `n` and `groups` are checkpoints. */
      correlation: estimateSchema,
      ...tested,
      points: z.array(z.object({ checkpoint: z.string(), x: estimateSchema, y: estimateSchema })),
    }),
  ),
});
export type RobustnessResult = z.infer<typeof robustnessSchema>;

export const COMPARED_MEASURES = ['coherence', 'height-share', 'VD-EI'] as const;

export const comparisonSchema = z.object({
  analysis: z.literal('comparison'),
  version: z.literal(1),
  /** Differences are `a` − `b`. */
  a: z.string(),
  b: z.string(),
  /** Accuracy on the same items; Holm over the cells. Empty without answers of both. */
  answers: z.array(
    z.object({ axis: z.enum(AXES), condition: z.enum(CONDITIONS), difference: estimateSchema, ...tested }),
  ),
  selection: z.string(),
  kind: z.enum(FLIPPING_KINDS),
  /** Layer by layer on the same scenes; Holm over the layers of one measure. Empty without states of both. */
  curves: z.array(
    z.object({
      measure: z.enum(COMPARED_MEASURES),
      axis: z.enum(AXES).nullable(),
      condition: z.enum([...CONDITIONS, 'all']),
      layers: z.array(
        z.object({
          layer: z.string(),
          a: z.number().nullable(),
          b: z.number().nullable(),
          difference: estimateSchema,
          ...tested,
        }),
      ),
    }),
  ),
  /** Layers that only one of the two holds. */
  unmatched: z.array(z.string()),
});
export type ComparisonResult = z.infer<typeof comparisonSchema>;

export const trainingSchema = z.object({
  analysis: z.literal('training'),
  version: z.literal(1),
  measures: z.array(
    z.object({
      measure: z.string(),
      /** Change per training step; `n` and `groups` are checkpoints. */
      slope: estimateSchema,
      /** Change from the first to the last checkpoint that the slope amounts to. */
      total: estimateSchema,
      ...tested,
      points: z.array(z.object({ checkpoint: z.string(), step: z.number(), value: estimateSchema })),
    }),
  ),
});
export type TrainingResult = z.infer<typeof trainingSchema>;
