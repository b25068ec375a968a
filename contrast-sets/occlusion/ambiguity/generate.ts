/**
 * Generates the ambiguity set: which of two objects is closer, from where it can't be told and from farther and farther
 * aside.
 */
import type { z } from 'zod';
import { buildSet, fromWorkers, type FinishedSet } from '../../build.ts';
import type { GenerateOptions } from '../../generator.ts';
import { planAmbiguities } from './design.ts';
import type { ambiguityParametersSchema } from './parameters.ts';

export const AMBIGUITY = 'ambiguity';
/** Raised whenever the same seed and parameters give other pictures or pairs. */
export const AMBIGUITY_VERSION = 1;

/**
 * Writes an ambiguity set, or returns the finished one that is there; throws `set-exists`, `scene-sampling-failed`,
 * `disk-full`.
 */
export async function writeAmbiguitySet(
  parameters: z.output<typeof ambiguityParametersSchema>,
  { directory, seed = 0, workers, onProgress, signal }: GenerateOptions,
): Promise<FinishedSet> {
  const specs = planAmbiguities(seed, parameters.scenes);
  return buildSet(
    {
      directory,
      name: `ambiguity-${specs.length}`,
      generator: AMBIGUITY,
      generatorVersion: AMBIGUITY_VERSION,
      seed,
      parameters: { ...parameters },
      allowedDepthCues: ['ground contact', 'shading and haze'],
      total: specs.length,
      onProgress,
      signal,
    },
    fromWorkers({ specs, base: import.meta.url, worker: './worker', data: { seed, parameters }, workers, signal }),
  );
}
