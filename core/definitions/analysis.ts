/**
 * What an analysis is. One file defines one; its name is its name everywhere: on the command line, in `study.yaml`, of
 * the result file, of its figures and tables, of its page in docs/measures, and in the gate's measures.
 */
import { z } from 'zod';
import type { Answer } from '../artifacts/answers.ts';
import type { ContrastSet } from '../artifacts/contrast-set.ts';
import type { DensePatches } from '../artifacts/dense-patches.ts';
import type { HiddenStates, Layer, ReadSelection } from '../artifacts/hidden-states.ts';
import type { Intervention } from '../artifacts/intervention.ts';
import type { OnProgress } from '../progress.ts';

/** One checkpoint's states and answers on one set. */
export interface AnalysisInput {
  readonly set: ContrastSet;
  readonly states: HiddenStates;
  /** Null when there are none. */
  readonly answers: readonly Answer[] | null;
}

/** What an analysis may ask of the checkpoint itself, where it needs more than its stored states and answers. */
export interface CheckpointAccess {
  readonly layers: readonly Layer[];
  /** What the checkpoint answers under an intervention to the questions of some pairs. */
  answersUnder(intervention: Intervention, pairs: ContrastSet['pairs']): Promise<readonly Answer[]>;
  /** States of every patch of every picture; by default of all layers before the text. */
  densePatches(layers?: readonly string[]): Promise<DensePatches>;
}

export interface AnalysisContext extends AnalysisInput {
  /** Further inputs: other checkpoints on the same set, or the same checkpoint on other sets. */
  readonly others: readonly AnalysisInput[];
  /** Token position; `words` and `patches` are the two objects' rows. */
  readonly selection: ReadSelection;
  /** Layers to read; by default all that hold the selection. */
  readonly layers?: readonly string[] | undefined;
  readonly seed: number;
  /** Results of the same checkpoint on the same set that the analysis `uses`, as far as there are any. */
  readonly results: readonly object[];
  /** Null where no checkpoint is at hand; analyses that read it are not run then. */
  readonly checkpoint: CheckpointAccess | null;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What an analysis is computed from.
 * - `states`: hidden states at a token position;
 * - `answers`: answers alone;
 * - `several`: states of several inputs;
 * - `checkpoint`: states, and the checkpoint run again under interventions;
 * - `patches`: the state of every patch, which the checkpoint gives.
 */
export type Reads = 'states' | 'answers' | 'several' | 'checkpoint' | 'patches';

export interface AnalysisDefinition<R extends object = object, O extends object = object> {
  readonly name: string;
  /**
   * Raised by one when any number of the result would come out differently on the same input, whether the change is in
   * this file or in what it calls: the version is part of the cache key, so results of an earlier one are computed
   * again. tests/analysis-goldens.test.ts notices numbers that changed without it. All began at 6, above the versions
   * that whole folders of results carried before, so that none of those results is taken for one of these.
   */
  readonly version: number;
  /** One line for a list. */
  readonly title: string;
  readonly reads: Reads;
  /** What it gives, as it is written; the result's field `analysis` is the name. */
  readonly schema: z.ZodType<R>;
  /** Options beside selection, layers and seed: an object whose fields all have defaults. */
  readonly options: z.ZodType<O>;
  /** Names of analyses whose results on the same cell it looks at. */
  readonly uses: readonly string[];
  /** Whether it can be made of this input at all; asked when no analysis is named. */
  appliesTo(context: AnalysisContext, options: O): boolean;
  run(context: AnalysisContext, options: O): R | Promise<R>;
}

/** Any analysis, whatever its result and options. */
export type AnyAnalysis = Omit<AnalysisDefinition, 'run' | 'appliesTo'> & {
  appliesTo(context: AnalysisContext, options: never): boolean;
  run(context: AnalysisContext, options: never): object | Promise<object>;
};

type Defined<R extends object, O extends object> = Omit<
  AnalysisDefinition<R, O>,
  'reads' | 'uses' | 'options' | 'appliesTo'
> &
  Partial<Pick<AnalysisDefinition<R, O>, 'reads' | 'uses' | 'appliesTo'>>;

/**
 * Defines an analysis; `reads` defaults to *states*, `uses` to *nothing*, `appliesTo` to *always*, `options` to *none*.
 * @example
 * export const mdl = defineAnalysis({
 *   name: 'mdl',
 *   version: 2,
 *   title: 'minimum description length of the answers, in bits',
 *   schema: mdlSchema,
 *   run: (context) => probeMdl(readingOf(context)),
 * });
 */
export function defineAnalysis<R extends object, O extends object = object>(
  definition: Defined<R, O> & { readonly options?: z.ZodType<O> },
): AnalysisDefinition<R, O> {
  return {
    reads: 'states',
    uses: [],
    appliesTo: () => true,
    options: NO_OPTIONS as unknown as z.ZodType<O>,
    ...definition,
  };
}

const NO_OPTIONS = z.strictObject({});
