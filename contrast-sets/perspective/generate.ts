/** Generates the perspective set: scenes whose farther object is higher (consistent), lower (counter) or level (ambiguous) in the picture. */
import { readdir, rm, rmdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { z } from 'zod';
import { AXES, type Axis, type ContrastSet, type Pair } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import { stableJson } from '../../core/formats/json.ts';
import type { OnProgress } from '../../core/progress.ts';
import { hasContrastSet, readContrastSet, readContrastSetHeader, writeContrastSet } from '../io.ts';
import { runJobs } from '../../core/worker-pool.ts';
import { ALLOWED_DEPTH_CUES, nuisanceOf } from './nuisance.ts';
import { imageFile, pairsOf, VIEWS } from './pairs.ts';
import { perspectiveParameters, type perspectiveParametersSchema } from './parameters.ts';
import { planScenes, type ScenePlan, type SceneSpec } from './plan.ts';
import type { RenderedScene, WorkerOptions } from './worker.ts';

export const PERSPECTIVE = 'perspective';
/** Raised whenever the same seed and parameters give other pictures or pairs. */
export const PERSPECTIVE_VERSION = 1;

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
 * Writes a perspective set, or returns the finished one if `directory` already holds the set of this seed and these parameters. Six pairs a scene and four pictures:
 * the scene, and one per axis in which the two targets have traded places on it.
 * Throws `set-exists` if the folder holds another set, `invalid-parameters`, `scene-sampling-failed`, `disk-full`; then nothing is left that looks finished.
 */
export async function generatePerspectiveSet({ directory, seed = 0, workers, onProgress, signal, ...input }: PerspectiveRequest): Promise<ContrastSet> {
  const parameters = perspectiveParameters(input);
  const recorded: Record<string, unknown> = { ...parameters };
  if (hasContrastSet(directory)) {
    const header = await readContrastSetHeader(directory);
    const key = (set: { generator: string; generatorVersion: number; seed: number; parameters: unknown }): string =>
      stableJson([set.generator, set.generatorVersion, set.seed, set.parameters]);
    if (key(header) !== key({ generator: PERSPECTIVE, generatorVersion: PERSPECTIVE_VERSION, seed, parameters: recorded })) {
      throw new PlumblineError('set-exists', `the folder holds another contrast set (${header.name}, seed ${header.seed})`, { where: directory, hint: 'give another folder, or delete this one' });
    }
    return readContrastSet(directory);
  }

  signal?.throwIfAborted();
  const specs = planScenes(seed, parameters);
  const pairs: Pair[] = [];
  const imageHashes: Record<string, string> = {};
  let example: ScenePlan | undefined;
  const data: WorkerOptions = { directory: resolve(directory), seed, parameters };
  const threads = Math.max(1, Math.min(workers ?? Math.min(availableParallelism(), 8), specs.length));
  const progress = (done: number): void => onProgress?.({ stage: 'generate', done, total: specs.length * VIEWS.length, unit: 'pictures' });
  try {
    progress(0);
    for await (const { plan, views, hashes } of runJobs<SceneSpec, RenderedScene>(specs, { base: import.meta.url, worker: './worker', workers: threads, data, signal })) {
      pairs.push(...pairsOf(plan, views));
      for (const view of VIEWS) imageHashes[imageFile(plan.id, view)] = hashes[view];
      example ??= plan;
      progress(Object.keys(imageHashes).length);
    }
    const factors = (axis: Axis): string[] => Object.keys(nuisanceOf(example!, axis));
    return await writeContrastSet(directory, {
      name: `perspective-${specs.length}`,
      generator: PERSPECTIVE,
      generatorVersion: PERSPECTIVE_VERSION,
      parameters: recorded,
      seed,
      nuisanceFactors: Object.fromEntries(AXES.map((axis) => [axis, factors(axis)])) as Record<Axis, string[]>,
      allowedDepthCues: [...ALLOWED_DEPTH_CUES],
      imageHashes,
    }, pairs);
  } catch (error) {
    await removeUnfinished(directory);
    throw error;
  }
}

/** Removes the pictures of a set that was not finished, and the folders if that leaves them empty. */
async function removeUnfinished(directory: string): Promise<void> {
  const images = join(directory, 'images');
  try {
    for (const file of await readdir(images)) if (/^\.?s\d{5,}[-a-z]*\.png(\.tmp)?$/.test(file)) await rm(join(images, file), { force: true });
    await rm(join(directory, 'pairs.jsonl'), { force: true });
    await rmdir(images);
    await rmdir(directory);
  } catch {
    // The folders were never made, or hold files that are not ours. The error that led here is the one to report.
  }
}
