/** What a decoder runs and what it gives: batches of prompts, and beginnings that they share. */
import type { PromptInput } from '../families/family.ts';
import type { EditedTokens } from '../interventions/apply.ts';
import type { Prefix } from './cache.ts';

/**
 * A prompt of a batch; all prompts of a batch have the same length, so none is padded. Positions are counted from the
 * prompt's beginning, also where that isn't run again.
 */
export interface TextExample extends PromptInput {
  /** Image features [rows, width] of each visual. */
  readonly features: readonly Float32Array[];
  /** Positions to average for each pooled row. */
  readonly pools: readonly (readonly number[])[];
  /** Positions whose next-token logits are wanted; the same number in all examples of a batch. */
  readonly heads: readonly number[];
  /** Where each edit of the intervention changes this prompt. */
  readonly edited?: readonly EditedTokens[];
}

export interface TextOutput {
  /** Layer → pooled rows [B, K, width], K being the most that an example asks for, and at least 1. */
  readonly pooled: ReadonlyMap<string, Float32Array>;
  /** Logits [B, heads, vocabulary.length] of the wanted tokens. */
  readonly logits: Float32Array;
  /** Logsumexp over the whole vocabulary, [B, heads]. */
  readonly normalisers: Float32Array;
}

/** The prefix that the prompts of a batch go on from, and each prompt's row of it. */
export interface SharedPrefix {
  readonly prefix: Prefix;
  readonly rows: readonly number[];
}

/** What runs batches of prompts, whole or from a shared prefix. */
export interface BatchRunner {
  /** Edits of the intervention that it applies. */
  readonly editCount: number;
  run(examples: readonly TextExample[], vocabulary: readonly number[], shared?: SharedPrefix): Promise<TextOutput>;
  runPrefix(
    examples: readonly TextExample[],
    length: number,
  ): Promise<{ readonly prefix: Prefix; readonly pooled: TextOutput['pooled'] }>;
}
