/** How an option may be spelled as the answer's beginning, in tokens (methods §3). */
import { PlumblineError } from '../../core/errors.ts';
import type { Prompt, TextPart } from '../families/family.ts';

export interface OptionTokens {
  readonly option: string;
  /**
   * Token sequences of the spellings: with and without a leading space, as written and capitalised; no sequence twice.
   */
  readonly sequences: readonly (readonly number[])[];
}

/** What turns texts into tokens. */
export type OptionSource = Pick<TextPart, 'tools' | 'encode'>;

/** Token sequences of an option after the given prompt. */
export function optionTokens(part: OptionSource, prompt: Prompt, option: string): OptionTokens {
  const word = option.trim();
  const first = String.fromCodePoint(word.codePointAt(0) ?? 32);
  const capitalised = first.toUpperCase() + word.slice(first.length);
  const sequences: number[][] = [];
  for (const spelling of [` ${word}`, word, ` ${capitalised}`, capitalised]) {
    const sequence = continuation(part, prompt, spelling);
    if (sequence.length > 0 && !sequences.some((other) => other.join() === sequence.join())) sequences.push(sequence);
  }
  if (word === '' || sequences.length === 0)
    throw new PlumblineError('empty-option', `the option \`${option}\` has no tokens`, {
      where: prompt.question,
      hint: 'options must be words',
    });
  return { option, sequences };
}

/** Tokens that `text` adds to the prompt; on its own when it would change the prompt's last token. */
function continuation(part: OptionSource, prompt: Prompt, text: string): number[] {
  const ids = part.encode(prompt.text + text);
  if (prompt.shortIds.every((id, i) => ids[i] === id)) return ids.slice(prompt.shortIds.length);
  return [...part.tools.tokenizer.encode(text, { add_special_tokens: false }).ids];
}

/** How the options of one question are told apart. */
export type Scoring =
  | {
      readonly kind: 'first-token';
      /** Tokens of each option; no token belongs to two options. */ readonly tokens: readonly (readonly number[])[];
    }
  | { readonly kind: 'sequence'; readonly sequences: readonly (readonly (readonly number[])[])[] };

/**
 * First tokens where they tell the options apart, else whole sequences. A first token that two options share says
 * nothing between them and is left out; when an option has no other, all options are scored by sequence.
 */
export function chooseScoring(options: readonly OptionTokens[]): Scoring {
  const firsts = options.map(({ sequences }) => new Set(sequences.map((sequence) => sequence[0])));
  const own = firsts.map((set, i) =>
    [...set].filter((token) => firsts.every((other, j) => j === i || !other.has(token))),
  );
  if (own.every((tokens) => tokens.length > 0)) return { kind: 'first-token', tokens: own };
  return { kind: 'sequence', sequences: options.map(({ sequences }) => sequences) };
}
