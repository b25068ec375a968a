/**
 * Generates the perspective set: scenes whose farther object is higher (consistent), lower (counter) or level
 * (ambiguous) in the picture.
 */
import type { z } from 'zod';
import type { ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { OnProgress } from '../../core/progress.ts';
import { buildSet, fromWorkers, type FinishedSet } from '../build.ts';
import { readContrastSet } from '../io.ts';
import { ALLOWED_DEPTH_CUES } from './nuisance.ts';
import { perspectiveParameters, type perspectiveParametersSchema } from './parameters.ts';
import { planScenes } from './plan.ts';

export const PERSPECTIVE = 'perspective';
/** Raised whenever the same seed and parameters give other pictures or pairs. */
export const PERSPECTIVE_VERSION = 3;

export type PerspectiveRequest = z.input<typeof perspectiveParametersSchema> & {
  /** Folder of the set; made when missing. */
  readonly directory: string;
  /** Defaults to 0. */
  readonly seed?: number;
  /** Threads that render; defaults to the processors there are, at most 8. */
  readonly workers?: number;
  readonly onProgress?: OnProgress;
  /** Ctrl-C: stops, removes what was written and throws the signal's reason. */
  readonly signal?: AbortSignal;
};

/**
 * Writes a perspective set, or returns the finished one if `directory` already holds the set of this seed and these
 * parameters. Six pairs a scene and four pictures: the scene, and one per axis in which the two targets have traded
 * places on it; each picture with its mask. Throws `set-exists` if the folder holds another set, `invalid-parameters`,
 * `scene-sampling-failed`, `disk-full`; then nothing is left that looks finished.
 */
export async function writePerspectiveSet({
  directory,
  seed = 0,
  workers,
  onProgress,
  signal,
  ...input
}: PerspectiveRequest): Promise<FinishedSet> {
  const parameters = perspectiveParameters(input);
  const specs = planScenes(seed, parameters);
  return buildSet(
    {
      directory,
      name: `perspective-${specs.length}`,
      generator: PERSPECTIVE,
      generatorVersion: PERSPECTIVE_VERSION,
      seed,
      parameters: { ...parameters },
      allowedDepthCues: ALLOWED_DEPTH_CUES,
      total: specs.length,
      onProgress,
      signal,
    },
    fromWorkers({ specs, base: import.meta.url, worker: './worker', data: { seed, parameters }, workers, signal }),
  );
}

/** `writePerspectiveSet`, then the set read into memory. */
export async function generatePerspectiveSet(request: PerspectiveRequest): Promise<ContrastSet> {
  const { directory } = await writePerspectiveSet(request);
  return readContrastSet(directory);
}
