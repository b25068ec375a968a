/**
 * The analyses by name, for `plumbline analyse`: what each reads and what it gives. A new one is its own file in
 * `probes/` or `analysis/` plus a line here.
 */
import type { z } from 'zod';
import * as analysis from '../analysis/index.ts';
import type { Answer } from '../core/artifacts/answers.ts';
import { isSpatial, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { HiddenStates, Selection } from '../core/artifacts/hidden-states.ts';
import { comparisonSchema } from '../core/artifacts/results/checkpoints.ts';
import { classProbesSchema } from '../core/artifacts/results/class-probes.ts';
import { controlProbesSchema } from '../core/artifacts/results/control-probes.ts';
import { erasureSchema } from '../core/artifacts/results/erasure.ts';
import { learningCurveSchema } from '../core/artifacts/results/learning-curve.ts';
import * as lenses from '../core/artifacts/results/lenses.ts';
import { lowRankProbesSchema } from '../core/artifacts/results/low-rank-probes.ts';
import { mdlSchema } from '../core/artifacts/results/mdl.ts';
import { mlpProbesSchema } from '../core/artifacts/results/mlp-probes.ts';
import { nuisanceProbesSchema } from '../core/artifacts/results/nuisance-probes.ts';
import { anglesSchema, disentanglementSchema, statePcaSchema } from '../core/artifacts/results/representation.ts';
import { ridgeProbesSchema } from '../core/artifacts/results/ridge-probes.ts';
import { similaritySchema } from '../core/artifacts/results/similarity.ts';
import { transferSchema } from '../core/artifacts/results/transfer.ts';
import { behaviourSchema, geometrySchema, probesSchema } from '../core/artifacts/results.ts';
import { PlumblineError } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import * as probes from '../probes/index.ts';

/** One checkpoint's states and answers on one set. */
export interface AnalysisInput {
  readonly set: ContrastSet;
  readonly states: HiddenStates;
  /** Null when there are none. */
  readonly answers: readonly Answer[] | null;
}

export interface AnalysisContext extends AnalysisInput {
  /** Further inputs: other checkpoints on the same set, or the same checkpoint on other sets. */
  readonly others: readonly AnalysisInput[];
  readonly selection: probes.ProbeSelection;
  readonly layers?: readonly string[];
  readonly seed: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface NamedAnalysis {
  /** One line for a list. */
  readonly description: string;
  readonly reads: 'states' | 'answers' | 'several';
  /** What it gives, as it is written. */
  readonly schema: z.ZodType<object>;
  /** Whether it can read this set at all; asked when no analysis is named. */
  readonly applies: (context: AnalysisContext) => boolean;
  readonly run: (context: AnalysisContext) => object | Promise<object>;
}

type StatesOptions = Pick<
  AnalysisContext,
  'set' | 'states' | 'selection' | 'layers' | 'seed' | 'onProgress' | 'signal'
>;

const options = ({ set, states, selection, layers, seed, onProgress, signal }: AnalysisContext): StatesOptions => ({
  set,
  states,
  selection,
  layers,
  seed,
  onProgress,
  signal,
});

/** A single token position: pairs of rows (`words`, `patches`) are read at the first object. */
const single = (selection: probes.ProbeSelection): Selection =>
  selection === 'words' ? 'words:1' : selection === 'patches' ? 'patches:1' : selection;

const spatialSwaps = ({ set }: AnalysisContext): boolean =>
  set.pairs.some((pair) => isSpatial(pair) && pair.kind === 'question-swap');
const always = (): boolean => true;

function ofStates(
  description: string,
  schema: z.ZodType<object>,
  run: (context: AnalysisContext) => object | Promise<object>,
  applies: (context: AnalysisContext) => boolean = always,
): NamedAnalysis {
  return { description, reads: 'states', schema, applies, run };
}

function ofAnswers(
  description: string,
  schema: z.ZodType<object>,
  run: (input: { set: ContrastSet; answers: readonly Answer[]; seed: number }) => object,
  applies: (context: AnalysisContext) => boolean,
): NamedAnalysis {
  return {
    description,
    reads: 'answers',
    schema,
    applies: (context) => context.answers !== null && applies(context),
    run({ set, answers, seed }) {
      if (answers === null)
        throw new PlumblineError('answers-missing', 'this analysis reads answers, and there are none', {
          where: set.directory,
          hint: 'extract with a checkpoint that answers, or import --answers',
        });
      return run({ set, answers, seed });
    },
  };
}

const variant =
  (name: string) =>
  ({ set }: AnalysisContext): boolean =>
    set.pairs.some(({ first, second }) => first.variant?.[name] !== undefined || second.variant?.[name] !== undefined);

export const ANALYSES: Readonly<Record<string, NamedAnalysis>> = {
  geometry: ofStates(
    'coherence, entanglement, height share and cosines of the axes, by layer',
    geometrySchema,
    (context) => analysis.geometry({ ...options(context), selection: single(context.selection) }),
    spatialSwaps,
  ),
  angles: ofStates(
    'principal angles between the axes’ subspaces',
    anglesSchema,
    (context) => analysis.principalAnglesOfAxes({ ...options(context), selection: single(context.selection) }),
    spatialSwaps,
  ),
  disentanglement: ofStates('DCI, MIG and SAP of the principal components', disentanglementSchema, (context) =>
    analysis.disentanglement({ ...options(context), selection: single(context.selection) }),
  ),
  cka: ofStates('debiased CKA between layers', similaritySchema, (context) =>
    analysis.similarity({ ...options(context), selection: single(context.selection) }),
  ),
  rsa: ofStates('representational similarity between layers', similaritySchema, (context) =>
    analysis.similarity({ ...options(context), measure: 'rsa', selection: single(context.selection) }),
  ),
  pca: ofStates(
    'principal components of the states at the last layer asked for',
    statePcaSchema,
    ({ set, states, selection, layers }) => {
      const held = analysis.layersWith(states, single(selection));
      return analysis.statePca({
        set,
        states,
        layer: layers?.at(-1) ?? held[held.length - 1],
        selection: single(selection),
      });
    },
  ),
  probes: ofStates(
    'linear probes of the axes by condition, with control task and baselines',
    probesSchema,
    (context) => probes.probeLayers(options(context)),
    spatialSwaps,
  ),
  classes: ofStates('linear probes of every axis with any number of answers', classProbesSchema, (context) =>
    probes.classProbes(options(context)),
  ),
  numbers: ofStates('ridge probes of depth, place, size and numeric facts', ridgeProbesSchema, (context) =>
    probes.ridgeProbes(options(context)),
  ),
  nuisance: ofStates('what else can be read: probes of the nuisance factors', nuisanceProbesSchema, (context) =>
    probes.nuisanceProbes(options(context)),
  ),
  'low-rank': ofStates('reduced-rank probes of the numeric targets', lowRankProbesSchema, (context) =>
    probes.lowRankProbes(options(context)),
  ),
  mlp: ofStates('one hidden layer beside the linear probe, with selectivity', mlpProbesSchema, (context) =>
    probes.mlpProbes(options(context)),
  ),
  controls: ofStates(
    'random features, shuffled examples, majority; with untrained states as second input',
    controlProbesSchema,
    (context) =>
      probes.controlProbes({ ...options(context), ...(context.others[0] && { untrained: context.others[0].states }) }),
  ),
  mdl: ofStates('minimum description length of the answers, in bits', mdlSchema, (context) =>
    probes.probeMdl(options(context)),
  ),
  'learning-curve': ofStates('accuracy over the number of training scenes', learningCurveSchema, (context) =>
    probes.probeLearningCurve(options(context)),
  ),
  erasure: ofStates(
    'what erasing one axis (LEACE) does to the probes of the others',
    erasureSchema,
    (context) => probes.erasureLayers(options(context)),
    spatialSwaps,
  ),
  behaviour: ofAnswers('accuracy by condition, gap, height weight', behaviourSchema, analysis.behaviour, spatialSwaps),
  calibration: ofAnswers(
    'is .8 right four times in five?',
    lenses.calibrationLensSchema,
    analysis.calibrationLens,
    always,
  ),
  sensitivity: ofAnswers(
    'which moves the answer more, words or pixels?',
    lenses.sensitivityLensSchema,
    analysis.sensitivityLens,
    ({ set }) => new Set(set.pairs.map(({ kind }) => kind)).size > 1,
  ),
  circularity: ofAnswers(
    'strict accuracies over options turned round, mirrored pictures, opposites',
    lenses.circularityLensSchema,
    analysis.circularityLens,
    variant('circular'),
  ),
  degradation: ofAnswers(
    'accuracy by kind and severity of degradation',
    lenses.degradationLensSchema,
    analysis.degradationLens,
    variant('degradation'),
  ),
  difficulty: ofAnswers('accuracy by difficulty', lenses.difficultyLensSchema, analysis.difficultyLens, ({ set }) =>
    set.pairs.some(({ first }) => first.difficulty !== undefined),
  ),
  abstention: ofAnswers(
    'accuracy on what can be answered, abstention on what can’t',
    lenses.abstentionLensSchema,
    analysis.abstentionLens,
    variant('answerable'),
  ),
  frames: ofAnswers(
    'does the answer need the order of the frames?',
    lenses.framesLensSchema,
    analysis.framesLens,
    variant('manipulation'),
  ),
  repeats: ofAnswers(
    'does the count move when the clip is repeated?',
    lenses.repeatsLensSchema,
    analysis.repeatsLens,
    ({ set }) =>
      set.pairs.some(({ second }) => second.variant?.manipulation === 'repeated' && second.program?.op === 'count'),
  ),
  tunnel: ofAnswers('SpatialTunnel’s map and Δ', lenses.tunnelLensSchema, analysis.tunnelLens, variant('angle1')),
  compare: {
    description: 'paired differences between two checkpoints on one set',
    reads: 'several',
    schema: comparisonSchema,
    applies: ({ set, states, others }) =>
      others.some(
        (other) =>
          other.set.header.hash === set.header.hash &&
          other.states.header.checkpoint.hash !== states.header.checkpoint.hash,
      ),
    run({ set, states, answers, others, selection, onProgress, signal }) {
      const other = needed(
        others.find((candidate) => candidate.set.header.hash === set.header.hash),
        'compare',
        'states of another checkpoint on the same set',
      );
      const side = (input: AnalysisInput): analysis.ComparedCheckpoint => ({
        name: input.states.header.checkpoint.name,
        states: input.states,
        answers: input.answers ?? undefined,
      });
      return analysis.compareCheckpoints({
        set,
        a: side({ set, states, answers }),
        b: side(other),
        selection: single(selection),
        onProgress,
        signal,
      });
    },
  },
  'cka-between': {
    description: 'debiased CKA between the layers of two checkpoints on one set',
    reads: 'several',
    schema: similaritySchema,
    applies: ({ set, others }) => others.some((other) => other.set.header.hash === set.header.hash),
    run: (context) =>
      analysis.similarity({
        ...options(context),
        selection: single(context.selection),
        other: needed(
          context.others.find((candidate) => candidate.set.header.hash === context.set.header.hash),
          'cka-between',
          'states of another checkpoint on the same set',
        ).states,
      }),
  },
  transfer: {
    description: 'train probes on one set, test on another: a matrix over sets, one checkpoint',
    reads: 'several',
    schema: transferSchema,
    applies: ({ set, states, others }) =>
      others.some(
        (other) =>
          other.set.header.hash !== set.header.hash &&
          other.states.header.checkpoint.hash === states.header.checkpoint.hash,
      ),
    run(context) {
      const sets = [context, ...context.others]
        .filter(({ states }) => states.header.checkpoint.hash === context.states.header.checkpoint.hash)
        .map(({ set, states }) => ({ name: `${set.header.name}, seed ${set.header.seed}`, set, states }));
      if (sets.length < 2) needed(undefined, 'transfer', 'states of the same checkpoint on another set');
      const { selection, layers, seed, onProgress, signal } = options(context);
      return probes.probeTransfer({ sets, axis: 'distance', selection, seed, layers, onProgress, signal });
    },
  },
};

function needed<T>(value: T | undefined, name: string, what: string): T {
  if (value !== undefined) return value;
  throw new PlumblineError('input-missing', `${name} needs ${what}`, {
    hint: 'give further states folders, each with its set',
  });
}
