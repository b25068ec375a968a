/** One picture and one question as the token ids that Hugging Face's LLaVA processor makes of them. */
import { messageOf, PlumblineError } from '../../core/errors.ts';
import type { PromptTools } from './tokenizer.ts';

export interface PromptMaker {
  readonly tools: PromptTools;
  /** Text and id of the token that stands for the picture. */
  readonly imageToken: string;
  readonly imageTokenId: number;
  /** How many times the image token is repeated: the rows that the vision encoder gives for a picture. */
  readonly imageTokens: number;
  /** Checkpoint folder, for errors. */
  readonly where: string;
}

export interface Prompt {
  readonly question: string;
  /** The rendered chat template, with the image token once. */
  readonly text: string;
  /** Token ids with the image token repeated. */
  readonly ids: readonly number[];
  /** Position of the first image token; the others follow. */
  readonly imageStart: number;
  /** Token ids with the image token once, which is at `imageStart`. */
  readonly shortIds: readonly number[];
}

/** Renders the chat template for one picture and one question, as the user's turn, up to where the answer begins. */
export function renderPrompt(maker: PromptMaker, question: string): string {
  const { template, specials } = maker.tools;
  const parts = [{ type: 'image' }, { type: 'text', text: question }];
  // Older templates take plain strings, in which the picture has to be written out.
  const contents = [parts, `${maker.imageToken}\n${question}`];
  let problem: unknown;
  for (const content of contents) {
    try {
      const text = template.render({ ...specials, messages: [{ role: 'user', content }], add_generation_prompt: true });
      if (text.split(maker.imageToken).length === 2 && text.includes(question)) return text;
    } catch (error) {
      problem ??= error;
    }
  }
  const reason = problem === undefined ? `it doesn't put the question and one \`${maker.imageToken}\` into the prompt` : messageOf(problem);
  throw new PlumblineError('invalid-chat-template', `the chat template can't render a picture and a question: ${reason}`, { where: maker.where, hint: 'compare chat_template.jinja with the original checkpoint', cause: problem });
}

/** Token ids of a rendered prompt; special tokens are added unless the text begins with the first one itself. */
export function encodePrompt(maker: PromptMaker, text: string): number[] {
  const { tokenizer, specials } = maker.tools;
  const begins = specials.bos_token !== null && text.startsWith(specials.bos_token);
  return [...tokenizer.encode(text, { add_special_tokens: !begins }).ids];
}

/** The whole prompt of a question. */
export function makePrompt(maker: PromptMaker, question: string): Prompt {
  const text = renderPrompt(maker, question);
  const shortIds = encodePrompt(maker, text);
  const imageStart = shortIds.indexOf(maker.imageTokenId);
  if (imageStart < 0 || shortIds.indexOf(maker.imageTokenId, imageStart + 1) >= 0)
    throw new PlumblineError('image-token', `the tokenizer doesn't turn \`${maker.imageToken}\` into the image token ${maker.imageTokenId} once`, { where: maker.where, hint: 'config.json and tokenizer.json do not belong together' });
  const ids = [...shortIds.slice(0, imageStart), ...new Array<number>(maker.imageTokens).fill(maker.imageTokenId), ...shortIds.slice(imageStart + 1)];
  return { question, text, ids, imageStart, shortIds };
}

/** Position in `ids` of a position in `shortIds` other than the image token's. */
export function longPosition(maker: PromptMaker, prompt: Prompt, position: number): number {
  return position < prompt.imageStart ? position : position + maker.imageTokens - 1;
}
