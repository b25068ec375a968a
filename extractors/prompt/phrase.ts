/** Finds the tokens that name the objects of a question. */
import { PlumblineError } from '../../core/errors.ts';
import type { Prompt } from '../families/family.ts';
import type { PromptTools } from './tokenizer.ts';

/**
 * Position, in the full prompt, of the last token of each phrase. The phrases are looked for in the decoded prompt,
 * from the start of the question on, whole words only, each after the one before, since objects are listed in the order
 * in which the question names them.
 * @throws PlumblineError `phrase-not-found`
 */
export function phrasePositions({ tokenizer }: PromptTools, prompt: Prompt, phrases: readonly string[]): number[] {
  const decode = (count: number): string =>
    tokenizer.decode(prompt.shortIds.slice(0, count), {
      skip_special_tokens: false,
      clean_up_tokenization_spaces: false,
    });
  const text = decode(prompt.shortIds.length);
  // A scene told in words stands before the question, set off by an empty line, and names the same objects; tokenizers
  // may change case.
  const asked = prompt.question.slice(prompt.question.lastIndexOf('\n\n') + 1).trim();
  let from = Math.max(text.toLowerCase().lastIndexOf(asked.toLowerCase()), 0);
  return phrases.map((phrase) => {
    const match = findWords(text, phrase, from);
    if (match === null)
      throw new PlumblineError('phrase-not-found', `the prompt doesn't name \`${phrase}\` where it should`, {
        where: prompt.question,
        hint: 'objects must be listed in the order in which the question names them, with the words it uses',
      });
    from = match.end;
    // The decoded length grows with the number of tokens, so the token that completes the phrase is found by bisection.
    let low = 1;
    let high = prompt.shortIds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (decode(middle).length >= match.end) high = middle;
      else low = middle + 1;
    }
    return prompt.positions[low - 1];
  });
}

function findWords(text: string, phrase: string, from: number): { end: number } | null {
  const escaped = phrase.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  for (const flags of ['gu', 'giu']) {
    const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, flags);
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (match !== null) return { end: match.index + match[0].length };
  }
  return null;
}
