/** One analysis of one checkpoint on one set: from what lies in the run to its result file. */
import type { HiddenStates, ReadSelection } from '../../core/artifacts/hidden-states.ts';
import type { Provenance, Stamped } from '../../core/artifacts/results.ts';
import type { AnalysisContext, AnalysisInput, AnyAnalysis, CheckpointAccess } from '../../core/definitions/analysis.ts';
import { hashValue } from '../../core/formats/hash.ts';
import type { OnProgress } from '../../core/progress.ts';
import { VERSION } from '../../core/version.ts';
import { ANALYSES } from '../analyses.ts';
import { analysisKey } from '../analysis-key.ts';
import { defaultSelection, layersHolding } from '../cell-inputs.ts';
import type { AnalysisRequest } from '../request.ts';
import type { stored } from '../run-folder.ts';

export interface AnalysisJob {
  readonly request: AnalysisRequest;
  readonly input: AnalysisInput;
  readonly others: readonly AnalysisInput[];
  /** Results of the same cell that the analysis may use. */
  readonly results: readonly object[];
  /** The checkpoint, where the analysis asks it again; null where there is none. */
  readonly checkpoint: CheckpointAccess | null;
  readonly seed: number;
  /** What else the result depends on, e.g. the hash of ground truth beside the set. */
  readonly beside?: unknown;
  /** Where the result goes. */
  readonly file: string;
  /** How a result comes about: read where it is up to date, else computed and written; or computed and compared. */
  readonly keep: typeof stored;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs an analysis, or reads its result where nothing that it depends on has changed. Null where an optional one does
 * not apply.
 * @throws {PlumblineError} what the analysis throws
 */
export async function runAnalysis(job: AnalysisJob): Promise<Stamped<object> | null> {
  const { request, input, others, seed, file, keep, beside } = job;
  const definition = ANALYSES[request.name];
  const reading = readingOf(definition, request, input.states);
  const context = contextOf(job, reading);
  if (request.optional === true && !(reading.applies && definition.appliesTo(context, request.options as never)))
    return null;
  const { checkpoint, set } = input.states.header;
  const readsSelection = definition.reads === 'states' || definition.reads === 'several';
  const provenance: Provenance = {
    plumbline: VERSION,
    seed,
    checkpoint,
    set,
    key: analysisKey({
      definition,
      options: request.options,
      seed,
      selection: readsSelection ? context.selection : null,
      layers: context.layers ?? null,
      inputs: [
        ...[input, ...others].map(({ states, set: own, answers }) => [
          states.header.key,
          own.header.hash,
          answers === null ? null : hashValue(answers),
        ]),
        ...job.results.map(keyOf),
        ...(beside === undefined ? [] : [beside]),
      ],
    }),
  };
  return keep(file, definition.schema, provenance, () => definition.run(context, request.options as never));
}

/** Content key of another result, or of its content where it has none. */
const keyOf = (result: object): string => (result as Partial<Stamped<object>>).provenance?.key ?? hashValue(result);

interface ReadingOf {
  readonly selection: ReadSelection;
  readonly layers: readonly string[] | undefined;
  /** Whether any layer holds it. */
  readonly applies: boolean;
}

function readingOf(definition: AnyAnalysis, request: AnalysisRequest, states: HiddenStates): ReadingOf {
  const selection = request.selection ?? defaultSelection(states);
  if (definition.reads === 'answers') return { selection, layers: undefined, applies: true };
  const { parts, layers } = request;
  if (parts === undefined && request.optional !== true) return { selection, layers, applies: true };
  const held = layersHolding(states, selection).filter(
    (name) => parts?.includes(states.header.layers.find((layer) => layer.name === name)!.part) ?? true,
  );
  return { selection, layers: layers ?? held, applies: held.length > 0 };
}

function contextOf(job: AnalysisJob, { selection, layers }: ReadingOf): AnalysisContext {
  const { input, others, results, checkpoint, seed, onProgress, signal } = job;
  return { ...input, others, selection, layers, seed, results, checkpoint, onProgress, signal };
}
