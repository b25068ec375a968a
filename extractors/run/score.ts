/** Option scores from logits (methods §3). */
import type { Item } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Prompt } from '../families/family.ts';
import { chooseScoring, type OptionSource, optionTokens, type Scoring } from '../prompt/options.ts';
import type { Prefix } from './cache.ts';
import type { TextRunner } from './text.ts';
import type { TextExample } from './text-batch.ts';

/** ln Σ exp(x), without overflow. */
export function logSumExp(values: readonly number[]): number {
  const top = Math.max(...values);
  if (!Number.isFinite(top)) return top;
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
}

/**
 * Scoring of each list of options; the tokens of an option are looked up once, after the first prompt that needs them.
 */
export class Scorer {
  private readonly part: OptionSource;
  private readonly known = new Map<string, Scoring>();

  constructor(part: OptionSource) {
    this.part = part;
  }

  scoring(item: Pick<Item, 'options'>, prompt: Prompt): Scoring {
    const key = JSON.stringify(item.options);
    let scoring = this.known.get(key);
    if (scoring === undefined) {
      scoring = chooseScoring(item.options.map((option) => optionTokens(this.part, prompt, option)));
      this.known.set(key, scoring);
    }
    return scoring;
  }
}

/** One prompt with a candidate answer's tokens after it. */
interface Candidate {
  readonly option: number;
  readonly sequence: readonly number[];
}

/**
 * Log-probability of each option, summed over its tokens and over its spellings, by running the prompt with each
 * spelling appended.
 * @param begun what the prompt begins with and needn't be run again
 * @returns a score for each option
 */
export async function scoreSequences(
  runner: TextRunner,
  example: Omit<TextExample, 'pools' | 'heads'>,
  options: readonly (readonly (readonly number[])[])[],
  where: string,
  begun?: { readonly prefix: Prefix; readonly row: number },
): Promise<number[]> {
  const candidates: Candidate[] = options.flatMap((sequences, option) =>
    sequences.map((sequence) => ({ option, sequence })),
  );
  if (runner.readsAhead && candidates.some(({ sequence }) => sequence.length > 1))
    throw new PlumblineError(
      'unsupported-scoring',
      "options of several tokens can't be scored: this decoder reads the whole sequence in both directions",
      { where, hint: 'use options whose first tokens differ, or export the decoder with token_type_ids' },
    );
  const scores = options.map((): number[] => []);
  for (const length of new Set(candidates.map(({ sequence }) => sequence.length))) {
    const batch = candidates.filter(({ sequence }) => sequence.length === length);
    const start = example.ids.length - 1;
    const heads = Array.from({ length }, (_, i) => start + i);
    const vocabulary = [...new Set(batch.flatMap(({ sequence }) => sequence))];
    const output = await runner.run(
      batch.map(({ sequence }) => ({ ...example, ids: [...example.ids, ...sequence.slice(0, -1)], pools: [], heads })),
      vocabulary,
      begun && { prefix: begun.prefix, rows: batch.map(() => begun.row) },
    );
    batch.forEach(({ option, sequence }, i) => {
      let score = 0;
      sequence.forEach((token, j) => {
        const at = i * length + j;
        score += output.logits[at * vocabulary.length + vocabulary.indexOf(token)] - output.normalisers[at];
      });
      if (!Number.isFinite(score)) throw notFinite('the logits', where);
      scores[option].push(score);
    });
  }
  return scores.map(logSumExp);
}

/** The error for NaN or an infinity in a layer or the logits. */
export function notFinite(what: string, where: string): PlumblineError {
  return new PlumblineError('not-finite', `${what} hold NaN or an infinity`, {
    where,
    hint: 'the checkpoint is damaged, or its numbers overflow in this precision',
  });
}
