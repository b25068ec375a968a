import { z } from 'zod';
import { similaritySchema } from '../core/artifacts/results/similarity.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { otherOnSameSet, rowReadingOf } from '../core/definitions/reading.ts';
import { similarity } from './similarity/similarity.ts';

export const ckaBetweenAnalysis = defineAnalysis({
  name: 'cka-between',
  version: 6,
  title: 'debiased CKA between the layers of two checkpoints on one set',
  reads: 'several',
  schema: similaritySchema.extend({ analysis: z.literal('cka-between') }),
  appliesTo: ({ set, others }) => others.some((other) => other.set.header.hash === set.header.hash),
  run: async (context) => ({
    ...(await similarity({ ...rowReadingOf(context), other: otherOnSameSet(context, 'cka-between').states })),
    analysis: 'cka-between' as const,
  }),
});
