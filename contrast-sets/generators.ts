/** The generators by name. A new one is its own folder or file plus a line here. */
import type { z } from 'zod';
import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { OnProgress } from '../core/progress.ts';
import { generatePerspectiveSet, PERSPECTIVE, PERSPECTIVE_VERSION } from './perspective/generate.ts';
import { perspectiveParametersSchema } from './perspective/parameters.ts';

export interface GenerateOptions {
  /** Folder of the set; made when missing. */
  readonly directory: string;
  readonly seed?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface Generator<S extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly version: number;
  /** One line for a list of generators. */
  readonly description: string;
  /** Parameters beside folder and seed; all have defaults. */
  readonly parameters: S;
  generate(options: GenerateOptions & z.input<S>): Promise<ContrastSet>;
}

const perspective: Generator<typeof perspectiveParametersSchema> = {
  name: PERSPECTIVE,
  version: PERSPECTIVE_VERSION,
  description: 'is "far" read off "higher in the picture"? Two objects whose depth and height agree, disagree or are unrelated',
  parameters: perspectiveParametersSchema,
  generate: generatePerspectiveSet,
};

export const GENERATORS = { perspective } as const;
export type GeneratorName = keyof typeof GENERATORS;
