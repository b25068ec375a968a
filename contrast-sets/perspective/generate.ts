/** The perspective set with its parameters beside folder and seed: what most programs call. */
import type { z } from 'zod';
import type { ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { FinishedSet } from '../build.ts';
import type { GenerateOptions } from '../generator.ts';
import { readContrastSet } from '../io.ts';
import { perspective } from './generator.ts';
import type { perspectiveParametersSchema } from './parameters.ts';

export type PerspectiveRequest = z.input<typeof perspectiveParametersSchema> & GenerateOptions;

/**
 * Writes a perspective set, or returns the finished one if `directory` already holds the set of this seed and these
 * parameters. Throws `set-exists` if the folder holds another set, `invalid-parameters`, `scene-sampling-failed`,
 * `disk-full`; then nothing is left that looks finished.
 */
export function writePerspectiveSet({
  directory,
  seed,
  workers,
  onProgress,
  signal,
  ...parameters
}: PerspectiveRequest): Promise<FinishedSet> {
  return perspective.generate({ directory, seed, workers, onProgress, signal, parameters });
}

/** `writePerspectiveSet`, then the set read into memory. */
export async function generatePerspectiveSet(request: PerspectiveRequest): Promise<ContrastSet> {
  const { directory } = await writePerspectiveSet(request);
  return readContrastSet(directory);
}
