/** Several runs side by side: what `plumbline compare` writes as `compare.json`. */
import { z } from 'zod';
import { AXES, CONDITIONS } from '../contrast-set.ts';
import { estimateSchema } from '../results.ts';
import { comparisonSchema, trainingSchema } from './checkpoints.ts';
import { findingSchema } from './finding.ts';

/** Which way a measure is better; `zero`: the nearer to 0; null where neither way is. */
export const BETTER = ['higher', 'lower', 'zero'] as const;

export const runComparisonSchema = z.object({
  analysis: z.literal('run-comparison'),
  version: z.literal(2),
  plumbline: z.string(),
  /** Whether all read the same set, so that differences are taken item by item and scene by scene. */
  paired: z.boolean(),
  /** Why they aren't paired. */
  unpaired: z.string().nullable(),
  /** In the order given, or of their steps. */
  checkpoints: z.array(
    z.object({
      /** Unique within the comparison. */
      name: z.string(),
      run: z.string(),
      hash: z.string(),
      set: z.object({ name: z.string(), hash: z.string() }),
      /** Training step or data scale; null where none was given. */
      step: z.number().nullable(),
      findings: z.array(
        findingSchema.pick({ id: true, verdict: true, direction: true, sentence: true, caption: true }),
      ),
      /** Layer picked by the reading that the findings cite. */
      layer: z.string().nullable(),
    }),
  ),
  /** Where the numbers come from: one entry a run folder, in the order given. */
  runs: z.array(
    z.object({
      run: z.string(),
      plumbline: z.string(),
      platform: z.string(),
      command: z.string(),
      seed: z.number().int(),
      set: z.object({ name: z.string(), folder: z.string(), hash: z.string() }),
    }),
  ),
  measures: z.array(
    z.object({
      measure: z.string(),
      better: z.enum(BETTER).nullable(),
      values: z.array(z.object({ checkpoint: z.string(), value: estimateSchema })),
    }),
  ),
  /** Right answers of each checkpoint that gives some, by axis and condition. */
  answers: z.array(
    z.object({
      checkpoint: z.string(),
      cells: z.array(z.object({ axis: z.enum(AXES), condition: z.enum(CONDITIONS), accuracy: estimateSchema })),
    }),
  ),
  /** `b` − `a` of every measure; Holm over the measures with a p-value of one pair. */
  differences: z.array(
    z.object({
      measure: z.string(),
      a: z.string(),
      b: z.string(),
      difference: estimateSchema,
      /** Item by item or scene by scene; else from the two intervals as if they were independent. */
      paired: z.boolean(),
      p: z.number().nullable(),
      adjusted: z.number().nullable(),
      /** Whether the interval lies wholly on one side of no change, and which. */
      change: z.enum(['better', 'worse', 'open', 'undirected']),
    }),
  ),
  /** Layer by layer, each checkpoint's own curve. */
  curves: z.array(
    z.object({
      measure: z.string(),
      axis: z.enum(AXES).nullable(),
      condition: z.enum([...CONDITIONS, 'all']),
      checkpoints: z.array(
        z.object({ checkpoint: z.string(), layers: z.array(z.object({ layer: z.string(), value: estimateSchema })) }),
      ),
    }),
  ),
  /** Layer-by-layer differences of pairs that share their set and hold states. */
  comparisons: z.array(comparisonSchema),
  ranking: z
    .object({
      measure: z.string(),
      /** Best first; `apart`: whether the difference to the one before is told from 0. */
      order: z.array(
        z.object({
          rank: z.number().int(),
          checkpoint: z.string(),
          value: estimateSchema,
          difference: estimateSchema.nullable(),
          apart: z.boolean().nullable(),
        }),
      ),
    })
    .nullable(),
  /** Trends over the steps; null without steps. */
  training: trainingSchema.nullable(),
  /** What got worse: from `from` to `to`, told from no change. */
  worse: z.array(z.object({ measure: z.string(), from: z.string(), to: z.string(), difference: estimateSchema })),
});
export type RunComparison = z.infer<typeof runComparisonSchema>;
