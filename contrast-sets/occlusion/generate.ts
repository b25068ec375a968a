/**
 * Generates the occlusion set: a target that a panel covers step by step, down to where nothing is left to see and the
 * right answer is that it can't be told.
 */
import type { z } from 'zod';
import { buildSet, fromWorkers, type FinishedSet } from '../build.ts';
import type { GenerateOptions } from '../generator.ts';
import type { occlusionParametersSchema } from './parameters.ts';
import { planOcclusions } from './plan.ts';

export const OCCLUSION = 'occlusion';
/** Raised whenever the same seed and parameters give other pictures or pairs. */
export const OCCLUSION_VERSION = 1;

/**
 * Writes an occlusion set, or returns the finished one that is there; throws `set-exists`, `scene-sampling-failed`,
 * `disk-full`.
 */
export async function writeOcclusionSet(
  parameters: z.output<typeof occlusionParametersSchema>,
  { directory, seed = 0, workers, onProgress, signal }: GenerateOptions,
): Promise<FinishedSet> {
  const specs = planOcclusions(seed, parameters.scenes);
  return buildSet(
    {
      directory,
      name: `occlusion-${specs.length}`,
      generator: OCCLUSION,
      generatorVersion: OCCLUSION_VERSION,
      seed,
      parameters: { ...parameters },
      total: specs.length,
      onProgress,
      signal,
    },
    fromWorkers({ specs, base: import.meta.url, worker: './worker', data: { seed, parameters }, workers, signal }),
  );
}
