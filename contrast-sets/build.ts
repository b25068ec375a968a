/**
 * How every generator and importer writes its set: scene by scene, in memory that doesn't grow with their number, into
 * a hidden folder from which all is moved into place at the end. So an interrupted or failed build leaves nothing that
 * looks like a set, and nobody else's files are touched.
 */
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { ContrastSetHeader, Pair } from '../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../core/errors.ts';
import { writeJsonAtomic } from '../core/formats/atomic.ts';
import { fileError } from '../core/formats/file-errors.ts';
import { stableJson } from '../core/formats/json.ts';
import type { OnProgress } from '../core/progress.ts';
import { runJobs } from '../core/worker-pool.ts';
import {
  hasContrastSet,
  HEADER_FILE,
  pairLine,
  PAIRS_FILE,
  readContrastSetHeader,
  SetCounts,
  SetHash,
  type SetDescription,
} from './io.ts';

/** A finished set whose pairs stay on disk. */
export interface FinishedSet {
  readonly directory: string;
  readonly header: ContrastSetHeader;
}

/**
 * What one scene (or one row of a benchmark) adds to a set. Its files have been written under the folder that the maker
 * was given.
 */
export interface SceneOutput {
  readonly pairs: readonly Pair[];
  /** Image file relative to the set → sha-256 of its pixels (`pixelHash`); only the files that this scene wrote. */
  readonly images: Readonly<Record<string, string>>;
}

export interface BuildOptions {
  /** Folder of the set; made when missing. */
  readonly directory: string;
  readonly name: string;
  readonly generator: string;
  readonly generatorVersion: number;
  /** Defaults to *generated*. */
  readonly origin?: ContrastSetHeader['origin'];
  readonly seed: number;
  /** All parameters with their defaults filled in. */
  readonly parameters: Record<string, unknown>;
  readonly allowedDepthCues?: readonly string[];
  /** Number of scenes, for the progress bar. */
  readonly total?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

const UNFINISHED = '.unfinished';

/**
 * Writes a set out of `scenes(folder)`, which yields the scenes in order and writes their files under `folder`. Returns
 * the finished set at once when `directory` already holds the one of this generator, version, seed and parameters. The
 * names of nuisance factors are those of the first pair of each axis.
 * @throws PlumblineError `set-exists` if the folder holds another set, `disk-full`, `no-pairs`, whatever `scenes`
 * throws, the signal's reason; then no set is left
 */
export async function buildSet(
  options: BuildOptions,
  scenes: (folder: string) => AsyncIterable<SceneOutput> | Iterable<SceneOutput>,
): Promise<FinishedSet> {
  const { directory, onProgress, signal, total } = options;
  const description: Omit<SetDescription, 'nuisanceFactors' | 'imageHashes'> = {
    name: options.name,
    generator: options.generator,
    generatorVersion: options.generatorVersion,
    origin: options.origin,
    parameters: options.parameters,
    seed: options.seed,
    allowedDepthCues: [...(options.allowedDepthCues ?? [])],
  };
  if (hasContrastSet(directory)) return { directory, header: await sameSet(directory, description) };
  signal?.throwIfAborted();
  const made = !existsSync(directory);
  const folder = join(resolve(directory), UNFINISHED);
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const imageHashes: Record<string, string> = {};
    const nuisanceFactors: Record<string, string[]> = {};
    const counts = new SetCounts();
    const hash = new SetHash();
    const file = await open(join(folder, PAIRS_FILE), 'wx');
    try {
      let done = 0;
      const progress = (): void => onProgress?.({ stage: 'generate', done, total: total ?? done, unit: 'scenes' });
      progress();
      for await (const { pairs, images } of scenes(folder)) {
        signal?.throwIfAborted();
        for (const pair of pairs) {
          counts.add(pair);
          hash.add(pair);
          nuisanceFactors[pair.axis] ??= Object.keys(pair.nuisance);
        }
        await file.write(pairs.map(pairLine).join(''));
        Object.assign(imageHashes, images);
        done++;
        progress();
      }
      await file.sync();
    } finally {
      await file.close();
    }
    const counted = counts.result(Object.keys(imageHashes).length);
    if (counted.pairs === 0)
      throw new PlumblineError('no-pairs', 'the set would hold no pair', {
        where: directory,
        hint: 'ask for at least one scene',
      });
    const header: ContrastSetHeader = {
      format: 'plumbline-contrast-set',
      version: 2,
      ...description,
      counts: counted,
      nuisanceFactors,
      imageHashes,
      hash: hash.digest(imageHashes),
    };
    await moveInto(folder, resolve(directory));
    await writeJsonAtomic(join(directory, HEADER_FILE), header);
    return { directory, header };
  } catch (error) {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    // Only when empty; somebody else's files stay.
    if (made) await rmdir(directory).catch(() => undefined);
    throw fileError(error, directory);
  }
}

async function sameSet(
  directory: string,
  wanted: Pick<ContrastSetHeader, 'generator' | 'generatorVersion' | 'seed' | 'parameters'>,
): Promise<ContrastSetHeader> {
  const header = await readContrastSetHeader(directory);
  const key = ({ generator, generatorVersion, seed, parameters }: typeof wanted): string =>
    stableJson([generator, generatorVersion, seed, parameters]);
  if (key(header) === key(wanted)) return header;
  throw new PlumblineError(
    'set-exists',
    `the folder holds another contrast set (${header.name}, seed ${header.seed})`,
    { where: directory, hint: 'give another folder, or delete this one' },
  );
}

/** Moves all files of a folder into another one, folder by folder. */
async function moveInto(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) {
    const target = join(to, name);
    const source = join(from, name);
    if (existsSync(target) && (await stat(source)).isDirectory()) await moveInto(source, target);
    else await rename(source, target);
  }
  await rmdir(from);
}

export interface WorkerSource<Spec> {
  /** One a scene, small enough to send to a thread. */
  readonly specs: Iterable<Spec>;
  /** `import.meta.url` of the caller, and the worker's path relative to it without extension. */
  readonly base: string;
  readonly worker: string;
  /** What every thread gets as `workerData`, beside `directory`, the folder to write to. */
  readonly data: object;
  /** Threads; defaults to the processors there are, at most 8. */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Scenes made by worker threads (`serveJobs` of `core/worker-pool.ts`, a spec in, a `SceneOutput` or what will become
 * one out), in the order of their specs; for `buildSet`.
 */
export function fromWorkers<Spec, Output = SceneOutput>({
  specs,
  base,
  worker,
  data,
  workers,
  signal,
}: WorkerSource<Spec>): (folder: string) => AsyncIterable<Output> {
  const threads = Math.max(1, workers ?? Math.min(availableParallelism(), 8));
  return (directory) =>
    runJobs<Spec, Output>(specs, { base, worker, workers: threads, data: { ...data, directory }, signal });
}
