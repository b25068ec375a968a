/** Parameters of a degradation set. */
import { z } from 'zod';
import { DEGRADATION_NAMES } from './kinds/index.ts';

export const degradationParametersSchema = z.strictObject({
  /** Folder of the set whose pictures are degraded. */
  source: z.string().min(1),
  /** Scenes of the source that are used, evenly over its file. */
  scenes: z.number().int().positive().default(40),
  kinds: z
    .array(z.enum(DEGRADATION_NAMES))
    .min(1)
    .default([...DEGRADATION_NAMES]),
  severities: z.array(z.number().int().min(1).max(5)).min(1).default([1, 2, 3, 4, 5]),
});
export type DegradationParameters = z.output<typeof degradationParametersSchema>;
