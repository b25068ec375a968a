/**
 * `answers.jsonl`: one line an item, the score of every option (methods §3: logsumexp of first-token logits, or
 * sequence log-probability).
 */
import { z } from 'zod';

export const answerSchema = z.object({
  item: z.string(),
  /** Option → score; only differences between options of one item mean anything. */
  scores: z.record(z.string(), z.number()),
});
export type Answer = z.infer<typeof answerSchema>;
