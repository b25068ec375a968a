import { z } from 'zod';
import { estimateSchema } from '../results.ts';

export const SIMILARITY_MEASURES = ['cka', 'rsa'] as const;

export const SIMILARITIES = ['cka', 'rsa', 'cka-between'] as const;

/** How alike the layers of one checkpoint are (`cka`, `rsa`), or those of two (`cka-between`). */
export const similaritySchema = z.object({
  analysis: z.enum(SIMILARITIES),
  version: z.literal(1),
  measure: z.enum(SIMILARITY_MEASURES),
  /** CKA: `debiased` or `biased`. RSA: distance and comparison, e.g. `correlation distance, Spearman`. */
  estimator: z.string(),
  selection: z.string(),
  /** Layers down the side and along the top, each in order of depth. */
  rows: z.object({ checkpoint: z.string(), layers: z.array(z.string()) }),
  columns: z.object({ checkpoint: z.string(), layers: z.array(z.string()) }),
  /** rows × columns. */
  matrix: z.array(z.array(estimateSchema)),
  /** Items compared, and their scenes; all that both checkpoints hold, or a seeded sample of whole scenes. */
  n: z.number().int(),
  groups: z.number().int(),
  of: z.number().int(),
  /** Expected value for unrelated representations. */
  chance: z.number().nullable(),
});
export type SimilarityResult = z.infer<typeof similaritySchema>;
