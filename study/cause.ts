/**
 * Is what was found also used? Steering, patching and erasure (methods §6) on one checkpoint: analyses write
 * interventions, extraction applies them, analyses compare the runs. Directions and the layer come from one half of the
 * scenes; what is reported comes from the other.
 */
import { join } from 'node:path';
import { CAUSE_ALPHAS, causeAnalysis, causeLayers, causeResult, type AnswersUnder } from '../analysis/index.ts';
import type { Axis, ContrastSet } from '../core/artifacts/contrast-set.ts';
import { writeIntervention, type Intervention } from '../core/artifacts/intervention.ts';
import { causeSchema, type CauseResult } from '../core/artifacts/results/cause.ts';
import type { Provenance, Stamped } from '../core/artifacts/results.ts';
import { PlumblineError } from '../core/errors.ts';
import { hashValue } from '../core/formats/hash.ts';
import type { OnProgress } from '../core/progress.ts';
import { VERSION } from '../core/version.ts';
import { type Device, extract, type Extraction, type ExtractOptions, openCheckpoint } from '../extractors/index.ts';
import { stored, type RunFolder } from './run-folder.ts';

/** Raised when a number would come out differently. */
const CAUSE_VERSION = causeAnalysis.version;

export interface CauseOptions {
  readonly run: RunFolder;
  /** Name of the set's folder in the run. */
  readonly setFolder: string;
  readonly set: ContrastSet;
  /** Folder of a checkpoint with a language side. */
  readonly checkpoint: string;
  /** Axis that is asked about; defaults to *distance*. */
  readonly axis?: Axis;
  /** Strengths α of α·‖h‖·v̂; defaults to *.25, .5, 1, 2*. */
  readonly alphas?: readonly number[];
  /** Layers; defaults to *all outputs of blocks that the states hold*. */
  readonly layers?: readonly string[];
  /** How the run's hidden states are read, where not by default: the same states serve. */
  readonly extraction?: Pick<ExtractOptions, 'layers' | 'selections' | 'dtype'>;
  readonly seed?: number;
  /** Where the checkpoint runs; defaults to *cpu*. */
  readonly device?: Device;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

const TOKENS = 'last';

/**
 * Steers, patches and erases, or reads the stored result of the same inputs.
 * @throws {PlumblineError} `no-language-side`, and as `extract` and the analyses
 */
export async function causeStudy(options: CauseOptions): Promise<Stamped<CauseResult>> {
  const { run, setFolder, axis = 'distance', seed = 0, signal } = options;
  const checkpoint = await openCheckpoint(options.checkpoint);
  if (checkpoint.text === null)
    throw new PlumblineError('no-language-side', 'this checkpoint gives no answers that could be moved', {
      where: checkpoint.directory,
      hint: 'steer a vision-language model or a decoder',
    });
  const set = swapsOf(options.set);
  const alphas = options.alphas ?? CAUSE_ALPHAS;
  const whole = await extract({
    checkpoint,
    set: options.set,
    directory: run.states(checkpoint.name, setFolder),
    ...options.extraction,
    ...runningOf(options),
    signal,
  });
  const layers = options.layers ?? causeLayers(checkpoint.layers, whole.states);
  const { header } = whole.states;
  const provenance: Provenance = {
    plumbline: VERSION,
    seed,
    checkpoint: header.checkpoint,
    set: { name: set.header.name, hash: set.header.hash },
    key: causeKey({ seed, states: header.key, axis, alphas, layers }),
  };
  const answersUnder: AnswersUnder = async (intervention, pairs) => {
    const { name } = intervention.header;
    await writeIntervention(interventionFile(run, checkpoint.name, setFolder, name), intervention);
    return (
      await extractUnder({
        checkpoint,
        set: { ...set, pairs },
        intervention,
        directory: run.states(checkpoint.name, join(setFolder, name)),
        ...runningOf(options),
        signal,
      })
    ).answers;
  };
  const compute = (): Promise<CauseResult> =>
    causeResult({ set, states: whole.states, answers: whole.answers, axis, alphas, layers, seed, answersUnder });
  return stored(run.result(checkpoint.name, setFolder, `cause-${axis}`), causeSchema, provenance, compute);
}

/** The pictures as they are, in both question orders: 6 items a scene. */
const swapsOf = (set: ContrastSet): ContrastSet => ({
  ...set,
  pairs: set.pairs.filter((pair) => pair.kind === 'question-swap'),
});

/** Content key of a result. */
export function causeKey({
  seed,
  states,
  axis,
  alphas,
  layers,
}: {
  seed: number;
  states: string;
  axis: Axis;
  alphas: readonly number[];
  layers: readonly string[];
}): string {
  return hashValue({ plumbline: VERSION, version: CAUSE_VERSION, seed, states, axis, alphas, layers });
}

/** Where a run keeps an intervention; the answers under it lie under `states/CHECKPOINT/SET/NAME/`. */
export function interventionFile(run: RunFolder, checkpoint: string, setFolder: string, name: string): string {
  return join(run.path, 'interventions', checkpoint, setFolder, `${name}.json`);
}

/** Runs a changed checkpoint; of its states only the last layer is kept, the answers are what counts. */
export function extractUnder({
  checkpoint,
  signal,
  ...options
}: Pick<ExtractOptions, 'checkpoint' | 'set' | 'directory' | 'device' | 'onProgress'> & {
  intervention: Intervention;
  signal?: AbortSignal | undefined;
}): Promise<Extraction> {
  const last = checkpoint.layers.filter(({ part }) => part === 'text').at(-1)!.name;
  return extract({ checkpoint, ...options, layers: [last], selections: [TOKENS], signal });
}

/** How `extract` is run. */
const runningOf = ({
  onProgress,
  device,
}: Pick<CauseOptions, 'onProgress' | 'device'>): Pick<CauseOptions, 'onProgress' | 'device'> => ({
  onProgress,
  device,
});
