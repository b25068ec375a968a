/**
 * Generates the frames set: short clips in order, reversed, shuffled, repeated and unseen, with questions that need the
 * order, the content, or nothing.
 */
import type { z } from 'zod';
import { buildSet, fromWorkers, type FinishedSet } from '../build.ts';
import type { GenerateOptions } from '../generator.ts';
import type { framesParametersSchema } from './parameters.ts';
import { planClips } from './plan.ts';

export const FRAMES = 'frames';
/** Raised whenever the same seed and parameters give other pictures or pairs. */
export const FRAMES_VERSION = 1;

/**
 * Writes a frames set, or returns the finished one that is there; throws `set-exists`, `disk-full`. Frames of a clip
 * are stored once, however often items show them.
 */
export async function writeFramesSet(
  parameters: z.output<typeof framesParametersSchema>,
  { directory, seed = 0, workers, onProgress, signal }: GenerateOptions,
): Promise<FinishedSet> {
  const specs = planClips(seed, parameters);
  return buildSet(
    {
      directory,
      name: `frames-${specs.length}`,
      generator: FRAMES,
      generatorVersion: FRAMES_VERSION,
      seed,
      parameters: { ...parameters },
      total: specs.length,
      onProgress,
      signal,
    },
    fromWorkers({ specs, base: import.meta.url, worker: './worker', data: { seed, parameters }, workers, signal }),
  );
}
