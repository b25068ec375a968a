/** Parameters of a degradation set. */
import { z } from 'zod';
import { someOf } from '../fields.ts';
import { DEGRADATION_NAMES } from './kinds/index.ts';

export const degradationParametersSchema = z.strictObject({
  source: z.string().min(1).describe('folder of the set whose pictures are degraded'),
  scenes: z
    .number()
    .int()
    .positive()
    .default(40)
    .describe('scenes of the source that are used; answers stay balanced, and conditions take turns'),
  kinds: someOf(DEGRADATION_NAMES, 'kinds of degradation'),
  severities: z
    .array(z.number().int().min(1).max(5))
    .min(1)
    .default([1, 2, 3, 4, 5])
    .describe('severities, in the manner of ImageNet-C'),
});
export type DegradationParameters = z.output<typeof degradationParametersSchema>;
