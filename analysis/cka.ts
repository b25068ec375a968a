import { z } from 'zod';
import { similaritySchema } from '../core/artifacts/results/similarity.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { rowReadingOf } from '../core/definitions/reading.ts';
import { similarity } from './similarity/similarity.ts';

export const ckaAnalysis = defineAnalysis({
  name: 'cka',
  version: 6,
  title: 'debiased CKA between layers',
  schema: similaritySchema.extend({ analysis: z.literal('cka') }),
  run: async (context) => ({ ...(await similarity(rowReadingOf(context))), analysis: 'cka' as const }),
});
