/** The generators by name. A new one is its own folder plus a line here. */
import { degradation } from './degradation/generator.ts';
import type { Generator } from './generator.ts';
import { frames } from './frames/generator.ts';
import { occlusion } from './occlusion/generator.ts';
import { ambiguity } from './occlusion/ambiguity/generator.ts';
import { perspective } from './perspective/generator.ts';
import { prompt } from './prompt/generator.ts';
import { text } from './text/generator.ts';
import { tunnel } from './tunnel/generator.ts';
import { views } from './views/generator.ts';

export const GENERATORS = {
  ambiguity,
  degradation,
  frames,
  occlusion,
  perspective,
  prompt,
  text,
  tunnel,
  views,
} as const satisfies Record<string, Generator>;
export type GeneratorName = keyof typeof GENERATORS;
