import { z } from 'zod';
import { similaritySchema } from '../core/artifacts/results/similarity.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { rowReadingOf } from '../core/definitions/reading.ts';
import { similarity } from './similarity/similarity.ts';

export const rsaAnalysis = defineAnalysis({
  name: 'rsa',
  version: 6,
  title: 'representational similarity between layers',
  schema: similaritySchema.extend({ analysis: z.literal('rsa') }),
  run: async (context) => ({
    ...(await similarity({ ...rowReadingOf(context), measure: 'rsa' })),
    analysis: 'rsa' as const,
  }),
});
