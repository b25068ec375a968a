/** What opening a vision-language checkpoint has in common: graphs, tokenizer, processor files, the image token. */
import { join } from 'node:path';
import { z } from 'zod';
import { PlumblineError } from '../../core/errors.ts';
import { readJson } from '../../core/formats/json.ts';
import type { Config } from '../checkpoint/config.ts';
import { openDecoder, requireGraph } from '../checkpoint/decoder.ts';
import { realInputs } from '../checkpoint/graph-file.ts';
import type { Located } from '../checkpoint/locate.ts';
import { openVisionGraph, type VisionGraph } from '../checkpoint/vision-graph.ts';
import { encodePrompt, expandPrompt, locatedPrompt, renderPrompt } from '../prompt/prompt.ts';
import { loadPromptTools, type PromptTools } from '../prompt/tokenizer.ts';
import type { TextPart, Visual } from './family.ts';

/** `processor_config.json` of the families here. */
const processorSchema = z.looseObject({
  image_token: z.string().optional(),
  vision_feature_select_strategy: z.enum(['default', 'full']).nullish(),
  image_seq_len: z.number().int().positive().optional(),
  image_seq_length: z.number().int().positive().optional(),
  vision_aspect_ratio: z.string().optional(),
});

export interface OpenedVlm {
  readonly located: Located;
  readonly opened: VisionGraph;
  readonly decoder: ReturnType<typeof openDecoder>;
  readonly tools: PromptTools;
  readonly processor: z.infer<typeof processorSchema>;
  /** The token that stands for a picture's features. */
  readonly image: { readonly token: string; readonly id: number };
  readonly files: readonly string[];
  /** Checkpoint folder, for errors. */
  readonly where: string;
}

/**
 * Opens what every vision-language checkpoint has.
 * @param token text of the image token, where processor_config.json names none
 * @param options.templateNeeded whether the family's prompts come from a chat template
 */
export async function openVlm(
  located: Located,
  config: Config,
  token: string,
  options: { templateNeeded?: boolean } = {},
): Promise<OpenedVlm> {
  const { directory, files } = located;
  const opened = openVisionGraph(located, requireGraph(located, 'vision_encoder'));
  const decoder = openDecoder(located);
  const hasProcessor = files.has('processor_config.json');
  const processor = hasProcessor ? await readJson(join(directory, 'processor_config.json'), processorSchema) : {};
  const tools = await loadPromptTools(located, options);
  const text = processor.image_token ?? token;
  const id = config.image_token_id ?? config.image_token_index ?? tools.tokenizer.token_to_id(text);
  if (id === undefined)
    throw new PlumblineError('image-token', `no token \`${text}\` in the vocabulary`, {
      where: join(directory, 'config.json'),
      hint: 'config.json must name image_token_id',
    });
  return {
    located,
    opened,
    decoder,
    tools,
    processor,
    image: { token: text, id },
    files: ['preprocessor_config.json', ...(hasProcessor ? ['processor_config.json'] : [])],
    where: directory,
  };
}

/** Reads the checkpoint's preprocessor_config.json by the family's own schema. */
export async function readPreprocessor<T>(located: Located, schema: z.ZodType<T>): Promise<T> {
  if (!located.files.has('preprocessor_config.json'))
    throw new PlumblineError('no-preprocessor', 'the checkpoint has no preprocessor_config.json', {
      where: located.directory,
      hint: 'save it with AutoImageProcessor.from_pretrained(NAME).save_pretrained(FOLDER)',
    });
  return readJson(join(located.directory, 'preprocessor_config.json'), schema);
}

/** The edge of a patch: config.json's, in pixels. */
export function patchEdge(config: Config, where: string): number {
  const size = (config.vision_config ?? config).patch_size;
  const edge = typeof size === 'number' ? size : size?.[0];
  if (edge === undefined)
    throw new PlumblineError('no-patch-size', 'config.json names no patch_size for the vision encoder', {
      where: join(where, 'config.json'),
      hint: 'compare it with the original checkpoint',
    });
  return edge;
}

/** The name of the graph's input among `names`, which must be there. */
export function inputNamed({ graph }: VisionGraph, names: readonly string[]): string {
  const found = realInputs(graph).find(({ name }) => names.includes(name));
  if (found !== undefined) return found.name;
  throw new PlumblineError(
    'missing-input',
    `the graph has no input ${names.map((name) => `\`${name}\``).join(' or ')}`,
    { where: graph.path, hint: 'export the vision encoder with the inputs that its processor gives' },
  );
}

export interface LanguageOptions {
  /** Writes the prompt of a question about some visuals. */
  readonly text: (question: string, visuals: readonly Visual[]) => string;
  /**
   * Whether the text holds every image token, or one a visual, which is repeated in the ids for the rows of its
   * features.
   */
  readonly spelledOut: boolean;
  /**
   * Token ids of a prompt; by default with the tokenizer's special tokens, unless the text begins with the first
   * itself.
   */
  readonly encode?: (text: string) => number[];
}

/** The language side of a checkpoint whose prompts are one text. */
export function languagePart(
  vlm: OpenedVlm,
  { text: write, spelledOut, encode = (text) => encodePrompt(vlm.tools, text) }: LanguageOptions,
): TextPart {
  const { decoder, tools, image, where } = vlm;
  return {
    ...decoder,
    tools,
    encode,
    prompt({ question }, visuals) {
      const text = write(question, visuals);
      return (spelledOut ? locatedPrompt : expandPrompt)(question, text, encode(text), {
        ...image,
        counts: visuals.map(({ features }) => features!.length),
        where,
      });
    },
  };
}

/** The chat template's text for pictures and a question, with `token` where each picture goes. */
export function pictureTemplate({ tools, where }: OpenedVlm, question: string, count: number, token: string): string {
  return renderPrompt({ tools, question, visuals: new Array<string>(count).fill('image'), token, where });
}
