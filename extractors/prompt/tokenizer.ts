/** The checkpoint's tokenizer and chat template, and what they make of a text. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Template } from '@huggingface/jinja';
import { Tokenizer } from '@huggingface/tokenizers';
import { z } from 'zod';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import { readJson } from '../../core/formats/json.ts';
import { processorSchema, tokenizerConfigSchema, tokenText } from '../checkpoint/config.ts';
import type { Located } from '../checkpoint/locate.ts';

/** What is used of the tokenizer; the package's own declarations don't resolve under Node's module rules. */
export interface TextTokenizer {
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  decode(
    ids: readonly number[],
    options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean },
  ): string;
  token_to_id(token: string): number | undefined;
}
const TokenizerClass = Tokenizer as unknown as new (json: object, config: object) => TextTokenizer;

export interface PromptTools {
  readonly tokenizer: TextTokenizer;
  /** Null where the checkpoint has none and none is needed. */
  readonly template: Template | null;
  /** Names that templates may use. */
  readonly specials: Readonly<{
    bos_token: string | null;
    eos_token: string | null;
    pad_token: string | null;
    unk_token: string | null;
  }>;
  /** Files read, relative to the checkpoint's folder. */
  readonly files: readonly string[];
}

/**
 * Loads tokenizer and chat template.
 * @param templateNeeded whether a checkpoint without a template is an error; defaults to *true*
 * @throws PlumblineError `no-tokenizer`, `no-chat-template`, or what is wrong with one of the files
 */
export async function loadPromptTools(
  located: Located,
  { templateNeeded = true }: { templateNeeded?: boolean } = {},
): Promise<PromptTools> {
  const { directory } = located;
  if (!located.files.has('tokenizer.json')) {
    const others = ['tokenizer.model', 'vocab.json', 'spiece.model'].filter((name) => located.files.has(name));
    throw new PlumblineError(
      'no-tokenizer',
      `the checkpoint has no tokenizer.json${others.length > 0 ? ` (found ${others.join(', ')})` : ''}`,
      {
        where: directory,
        hint: 'save it with AutoTokenizer.from_pretrained(NAME, use_fast=True).save_pretrained(FOLDER)',
      },
    );
  }
  const json = await readJson(join(directory, 'tokenizer.json'), z.looseObject({ model: z.looseObject({}) }));
  const hasConfig = located.files.has('tokenizer_config.json');
  const config = hasConfig ? await readJson(join(directory, 'tokenizer_config.json'), tokenizerConfigSchema) : {};
  let tokenizer: TextTokenizer;
  try {
    tokenizer = new TokenizerClass(json, config);
  } catch (error) {
    throw new PlumblineError('invalid-tokenizer', `this tokenizer can't be used: ${messageOf(error)}`, {
      where: join(directory, 'tokenizer.json'),
      hint: 'save it again with a current version of transformers',
      cause: error,
    });
  }
  const found = await findTemplate(located);
  if (found === null && templateNeeded)
    throw new PlumblineError('no-chat-template', 'the checkpoint has no chat template', {
      where: directory,
      hint: 'put the prompt format into chat_template.jinja beside tokenizer.json',
    });
  const template = found === null ? null : parseTemplate(found.text, join(directory, found.file));
  const specials = {
    bos_token: tokenText(config.bos_token),
    eos_token: tokenText(config.eos_token),
    pad_token: tokenText(config.pad_token),
    unk_token: tokenText(config.unk_token),
  };
  const files = [
    'tokenizer.json',
    ...(hasConfig ? ['tokenizer_config.json'] : []),
    ...(found === null ? [] : [found.file]),
  ];
  return { tokenizer, template, specials, files: [...new Set(files)] };
}

function parseTemplate(text: string, where: string): Template {
  try {
    return new Template(text);
  } catch (error) {
    throw new PlumblineError('invalid-chat-template', `the chat template can't be parsed: ${messageOf(error)}`, {
      where,
      hint: 'compare it with the original checkpoint',
      cause: error,
    });
  }
}

/** The chat template, in the order in which transformers looks for it; null where there is none. */
async function findTemplate(located: Located): Promise<{ text: string; file: string } | null> {
  const { directory, files } = located;
  if (files.has('chat_template.jinja')) {
    const path = join(directory, 'chat_template.jinja');
    try {
      return { text: await readFile(path, 'utf8'), file: 'chat_template.jinja' };
    } catch (error) {
      throw fileError(error, path);
    }
  }
  if (files.has('chat_template.json')) {
    const { chat_template } = await readJson(
      join(directory, 'chat_template.json'),
      z.looseObject({ chat_template: z.string() }),
    );
    return { text: chat_template, file: 'chat_template.json' };
  }
  if (files.has('processor_config.json')) {
    const { chat_template } = await readJson(join(directory, 'processor_config.json'), processorSchema);
    if (typeof chat_template === 'string') return { text: chat_template, file: 'processor_config.json' };
  }
  if (files.has('tokenizer_config.json')) {
    const { chat_template } = await readJson(join(directory, 'tokenizer_config.json'), tokenizerConfigSchema);
    if (typeof chat_template === 'string') return { text: chat_template, file: 'tokenizer_config.json' };
    const named = Array.isArray(chat_template)
      ? (chat_template.find(({ name }) => name === 'default') ?? chat_template[0])
      : undefined;
    if (named !== undefined) return { text: named.template, file: 'tokenizer_config.json' };
  }
  return null;
}
