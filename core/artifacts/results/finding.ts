/** Findings: what a report says first. One is self-contained, so that whoever prints it needs to know none by name. */
import { z } from 'zod';
import { AXES } from '../contrast-set.ts';
import { CUE_NAMES } from '../cues.ts';
import { estimateSchema } from '../results.ts';

export const VERDICTS = ['shortcut', 'biased', 'clear', 'inconclusive'] as const;
/** `reversed`: the cue is read the other way round, e.g. "lower is farther". */
export const DIRECTIONS = ['usual', 'reversed'] as const;

export const evidenceSchema = estimateSchema
  .omit({ intervalKind: true, groups: true, note: true })
  .extend({ measure: z.string(), layer: z.string().optional() });
export type Evidence = z.infer<typeof evidenceSchema>;

export const findingSchema = z.object({
  analysis: z.literal('finding'),
  version: z.literal(1),
  /** Name of its definition, e.g. `vertical-distance`. */
  id: z.string(),
  /** What was asked about, and what the answer may have been read off instead. */
  axis: z.enum(AXES),
  cue: z.enum(CUE_NAMES),
  /** e.g. `Is far up?`. */
  question: z.string(),
  verdict: z.enum(VERDICTS),
  direction: z.enum(DIRECTIONS).optional(),
  /** One sentence: the clause of the rule that decided, with its numbers. */
  reason: z.string(),
  /** The verdict in one sentence without a full stop, with the numbers that it rests on. */
  sentence: z.string(),
  /** The rule in words. */
  caption: z.string(),
  evidence: z.array(evidenceSchema),
});
export type Finding = z.infer<typeof findingSchema>;
