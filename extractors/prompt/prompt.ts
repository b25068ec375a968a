/** Pictures and a question as the token ids that Hugging Face's processors make of them. */
import { messageOf, PlumblineError } from '../../core/errors.ts';
import type { Prompt } from '../families/family.ts';
import type { PromptTools } from './tokenizer.ts';

export interface RenderOptions {
  readonly tools: PromptTools;
  readonly question: string;
  /**
   * Kinds of the visuals that come before the question, e.g. `image`, `video`: the types of the template's content
   * parts.
   */
  readonly visuals: readonly string[];
  /** Text that the template writes for each visual. */
  readonly token: string;
  /** Checkpoint folder, for errors. */
  readonly where: string;
}

/**
 * Renders the chat template for some pictures and one question, as the user's turn, up to where the answer begins.
 * @throws PlumblineError `invalid-chat-template`
 */
export function renderPrompt({ tools, question, visuals, token, where }: RenderOptions): string {
  const { template, specials } = tools;
  if (template === null)
    throw new PlumblineError('no-chat-template', 'the checkpoint has no chat template', {
      where,
      hint: 'put the prompt format into chat_template.jinja beside tokenizer.json',
    });
  const parts = [...visuals.map((type) => ({ type })), { type: 'text', text: question }];
  // Older templates take plain strings, in which the pictures have to be written out.
  const plain = `${visuals.map(() => `${token}\n`).join('')}${question}`;
  const contents = visuals.length === 0 ? [plain, parts] : [parts, plain];
  let problem: unknown;
  for (const content of contents) {
    try {
      const text = template.render({ ...specials, messages: [{ role: 'user', content }], add_generation_prompt: true });
      if ((token === '' || text.split(token).length === visuals.length + 1) && text.includes(question)) return text;
    } catch (error) {
      problem ??= error;
    }
  }
  const pictures = visuals.length === 1 ? `one \`${token}\`` : `${visuals.length} \`${token}\``;
  const reason =
    problem === undefined ? `it doesn't put the question and ${pictures} into the prompt` : messageOf(problem);
  throw new PlumblineError(
    'invalid-chat-template',
    `the chat template can't render ${visuals.length === 1 ? 'a picture' : `${visuals.length} pictures`} and a question: ${reason}`,
    { where, hint: 'compare chat_template.jinja with the original checkpoint', cause: problem },
  );
}

/** Token ids of a rendered prompt; special tokens are added unless the text begins with the first one itself. */
export function encodePrompt({ tokenizer, specials }: PromptTools, text: string): number[] {
  const begins = specials.bos_token !== null && text.startsWith(specials.bos_token);
  return [...tokenizer.encode(text, { add_special_tokens: !begins }).ids];
}

/**
 * Where image tokens are and what each stands for: repeated in the ids, or there already as often as features have
 * rows.
 */
export interface ImageTokens {
  readonly id: number;
  /** Rows of each visual's features. */
  readonly counts: readonly number[];
  readonly token: string;
  readonly where: string;
}

/**
 * A prompt whose ids hold one image token a visual, each of which is repeated for the rows of its features.
 * @throws PlumblineError `image-token`
 */
export function expandPrompt(
  question: string,
  text: string,
  shortIds: readonly number[],
  { id, counts, token, where }: ImageTokens,
): Prompt {
  const found = shortIds.filter((one) => one === id).length;
  if (found !== counts.length)
    throw new PlumblineError(
      'image-token',
      `the tokenizer doesn't turn \`${token}\` into the image token ${id} ${counts.length === 1 ? 'once' : `${counts.length} times`}`,
      { where, hint: 'config.json and tokenizer.json do not belong together' },
    );
  const ids: number[] = [];
  const images: number[][] = [];
  const positions = shortIds.map((one) => {
    const position = ids.length;
    if (one !== id) ids.push(one);
    else {
      const count = counts[images.length];
      images.push(Array.from({ length: count }, (_, i) => position + i));
      for (let i = 0; i < count; i++) ids.push(id);
    }
    return position;
  });
  return { question, text, shortIds, ids, positions, images };
}

/**
 * A prompt whose text holds every image token already (processors that repeat them in the text, with row and tile marks
 * between them).
 * @throws PlumblineError `image-token`
 */
export function locatedPrompt(
  question: string,
  text: string,
  ids: readonly number[],
  { id, counts, token, where }: ImageTokens,
): Prompt {
  const at = ids.flatMap((one, position) => (one === id ? [position] : []));
  const wanted = counts.reduce((sum, n) => sum + n, 0);
  if (at.length !== wanted)
    throw new PlumblineError(
      'image-token',
      `the prompt holds ${at.length} tokens \`${token}\` (${id}), its pictures have ${wanted} rows of features`,
      { where, hint: 'config.json, the processor and tokenizer.json do not belong together' },
    );
  let from = 0;
  const images = counts.map((n) => at.slice(from, (from += n)));
  return { question, text, shortIds: ids, ids, positions: ids.map((_, i) => i), images };
}
