/** What a generator is: one folder defines one, and a line in `generators.ts` lists it. */
import type { z } from 'zod';
import type { ContrastSetHeader } from '../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../core/errors.ts';
import { issuesOf } from '../core/formats/json.ts';
import type { OnProgress } from '../core/progress.ts';
import { buildSet, fromWorkers, type FinishedSet, type SceneOutput, type WorkerSource } from './build.ts';

export interface GenerateOptions {
  /** Folder of the set; made when missing. */
  readonly directory: string;
  /** Defaults to *0*. */
  readonly seed?: number;
  /** Threads; defaults to the processors there are, at most 8. */
  readonly workers?: number;
  readonly onProgress?: OnProgress;
  /** Ctrl-C: stops, removes what was written and throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Scenes in threads, each of which gets seed, parameters and the folder to write to, unless `data` says otherwise. */
export type InThreads = <Spec, Output = SceneOutput>(
  source: Pick<WorkerSource<Spec>, 'specs' | 'base' | 'worker'> & { readonly data?: object },
) => (folder: string) => AsyncIterable<Output>;

/** What a generator builds from. */
export interface BuildContext<P> {
  readonly seed: number;
  /** With all defaults filled in. */
  readonly parameters: P;
  /** Folder of the set. */
  readonly directory: string;
  readonly inThreads: InThreads;
}

/** A set to be written. */
export interface Blueprint {
  /** Name of the set. */
  readonly name: string;
  /** Number of scenes, for the progress bar. */
  readonly total: number;
  /** Yields the scenes in order, and writes their files under `folder`. */
  readonly scenes: (folder: string) => AsyncIterable<SceneOutput> | Iterable<SceneOutput>;
  /** Cues from which a model may legitimately read depth; defaults to *none*. */
  readonly allowedDepthCues?: readonly string[];
  /** Defaults to *generated*. */
  readonly origin?: ContrastSetHeader['origin'];
  /** What `set.json` says of the parameters; defaults to *them*. */
  readonly recorded?: Record<string, unknown>;
}

export interface GeneratorDefinition<S extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  /** Raised whenever the same seed and parameters give other pictures or pairs. */
  readonly version: number;
  /** One line for a list of generators: the question that its sets put, and what is in them. */
  readonly title: string;
  /**
   * Parameters beside folder and seed: a strict object whose fields are described and, where they can, have defaults.
   * The command line, `study.yaml`'s schema and the page in docs/sets follow from it.
   */
  readonly parameters: S;
  /** What `--scenes` means and sets; defaults to the parameter `scenes`, which then is a number. */
  readonly scenes?: { readonly meaning: string; scaled(count: number): z.input<S> };
  readonly build: (context: BuildContext<z.output<S>>) => Blueprint | Promise<Blueprint>;
}

export interface Generator extends Omit<GeneratorDefinition, 'scenes' | 'build'> {
  /** What a number of scenes means. */
  readonly scenesMeaning: string;
  /** The parameters that make a set of about `count` scenes; what `--scenes` does. */
  readonly scaled: (count: number) => Record<string, unknown>;
  /**
   * Writes the set, or returns the finished one that is there.
   * @throws {PlumblineError} `invalid-parameters` naming the field, `set-exists`, `disk-full`, and what `build` throws;
   * then nothing is left that looks finished
   */
  generate(options: GenerateOptions & { readonly parameters?: unknown }): Promise<FinishedSet>;
}

/**
 * Defines a generator.
 * @example
 * export const views = defineGenerator({
 *   name: 'views',
 *   version: 1,
 *   title: 'is a place found again from the side? …',
 *   parameters: viewsParametersSchema,
 *   build({ seed, parameters, inThreads }) {
 *     const specs = planViews(seed, parameters);
 *     const scenes = inThreads<ViewsSpec>({ specs, base: import.meta.url, worker: './worker' });
 *     return { name: `views-${parameters.scenes}`, total: specs.length, scenes };
 *   },
 * });
 */
export function defineGenerator<S extends z.ZodObject>(definition: GeneratorDefinition<S>): Generator {
  const { name, version, title, parameters: schema, scenes, build } = definition;
  return {
    name,
    version,
    title,
    parameters: schema,
    scenesMeaning: scenes?.meaning ?? (schema.shape as Record<string, z.ZodType>).scenes?.description ?? '',
    scaled: (count) => scenes?.scaled(count) ?? { scenes: count },
    async generate({ directory, seed = 0, workers, onProgress, signal, parameters: input }) {
      const parameters = parametersOf(name, schema, input);
      const inThreads: InThreads = (source) => fromWorkers({ data: { seed, parameters }, ...source, workers, signal });
      const {
        recorded = { ...parameters },
        scenes: made,
        ...blueprint
      } = await build({
        seed,
        parameters,
        directory,
        inThreads,
      });
      return buildSet(
        {
          ...blueprint,
          directory,
          generator: name,
          generatorVersion: version,
          seed,
          parameters: recorded,
          onProgress,
          signal,
        },
        made,
      );
    },
  };
}

/** Fills in defaults; throws `invalid-parameters` naming the field. */
export function parametersOf<S extends z.ZodType>(generator: string, schema: S, input: unknown = {}): z.output<S> {
  const parsed = schema.safeParse(input);
  if (!parsed.success)
    throw new PlumblineError('invalid-parameters', issuesOf(parsed.error), {
      where: `${generator} set`,
      hint: `plumbline generate ${generator} --describe lists the parameters`,
    });
  return parsed.data;
}
