/** The decoders and vision encoders that vision-language models are made of, by `model_type`. */
import { clipVision, siglipVision } from './clip.ts';
import { gemma, gemma2, gemma3 } from './gemma.ts';
import { llama, mistral, qwen2, qwen3 } from './llama.ts';
import { olmo2 } from './olmo2.ts';
import { phi3 } from './phi3.ts';
import { smollm3 } from './smollm3.ts';
import type { Settings, TextArchitecture, VisionArchitecture } from './architecture.ts';
import { unsupported } from './blocks.ts';

export const TEXT: readonly TextArchitecture[] = [
  llama,
  mistral,
  qwen2,
  qwen3,
  gemma,
  gemma2,
  gemma3,
  phi3,
  olmo2,
  smollm3,
];
export const VISION: readonly VisionArchitecture[] = [clipVision, siglipVision];

const typeOf = ({ model_type: type }: Settings): string => (typeof type === 'string' ? type : 'unknown');

function find<T extends { readonly modelTypes: readonly string[] }>(
  all: readonly T[],
  part: Settings,
  what: string,
): T {
  const type = typeOf(part);
  const found = all.find(({ modelTypes }) => modelTypes.includes(type));
  if (found !== undefined) return found;
  throw unsupported(
    `${what} of type \`${type}\` aren't read from weights; read are ${all.flatMap(({ modelTypes }) => modelTypes).join(', ')}`,
  );
}

/** @throws PlumblineError `unsupported-model` */
export const textArchitecture = (part: Settings): TextArchitecture => find(TEXT, part, 'decoders');
/** @throws PlumblineError `unsupported-model` */
export const visionArchitecture = (part: Settings): VisionArchitecture => find(VISION, part, 'vision encoders');
