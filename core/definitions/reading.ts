/** What analyses take from their context: the options that reading functions share, and what has to be there. */
import type { Answer } from '../artifacts/answers.ts';
import type { ReadSelection, Selection } from '../artifacts/hidden-states.ts';
import { PlumblineError } from '../errors.ts';
import type { AnalysisContext, AnalysisInput, CheckpointAccess } from './analysis.ts';

type Reading<S> = Pick<AnalysisContext, 'set' | 'states' | 'layers' | 'seed' | 'onProgress' | 'signal'> & {
  readonly selection: S;
};

/** Reads both objects' rows side by side where the selection is of both. */
export function readingOf(context: AnalysisContext): Reading<Exclude<ReadSelection, 'patches:asked'>> {
  return pick(context, withoutAsked(context.selection));
}

/** Reads one row an item: pairs of rows (`words`, `patches`) are read at the first object. */
export function rowReadingOf(context: AnalysisContext): Reading<Selection> {
  return pick(context, withoutAsked(atFirstObject(context.selection)));
}

/** Reads one row an item, which may be the patches of the object asked about. */
export function askedReadingOf(context: AnalysisContext): Reading<Selection | 'patches:asked'> {
  return pick(context, atFirstObject(context.selection));
}

function pick<S>({ set, states, layers, seed, onProgress, signal }: AnalysisContext, selection: S): Reading<S> {
  return { set, states, selection, layers, seed, onProgress, signal };
}

const atFirstObject = (selection: ReadSelection): Selection | 'patches:asked' =>
  selection === 'words' ? 'words:1' : selection === 'patches' ? 'patches:1' : selection;

function withoutAsked<S extends ReadSelection>(selection: S): Exclude<S, 'patches:asked'> {
  if (selection !== 'patches:asked') return selection as Exclude<S, 'patches:asked'>;
  throw new PlumblineError('no-selection', 'this analysis does not read patches:asked', {
    where: 'token position',
    hint: 'read patches, patches:1 or patches:2; patches:asked is for analyses of deltas: geometry, principal-angles, delta-pca',
  });
}

/** @throws {PlumblineError} `answers-missing` */
export function answersOf({ set, answers }: AnalysisContext): readonly Answer[] {
  if (answers !== null) return answers;
  throw new PlumblineError('answers-missing', 'this analysis reads answers, and there are none', {
    where: set.directory,
    hint: 'extract with a checkpoint that answers, or import --answers',
  });
}

/** @throws {PlumblineError} `input-missing` where no checkpoint is at hand */
export function checkpointOf({ checkpoint }: AnalysisContext, name: string): CheckpointAccess {
  if (checkpoint !== null) return checkpoint;
  throw new PlumblineError('input-missing', `${name} runs the checkpoint itself, stored states are not enough`, {
    hint: 'run it in a study, whose checkpoints are at hand',
  });
}

/** @throws {PlumblineError} `input-missing` when no further input is of the same set */
export function otherOnSameSet({ set, others }: AnalysisContext, name: string): AnalysisInput {
  return needed(
    others.find((other) => other.set.header.hash === set.header.hash),
    name,
    'states of another checkpoint on the same set',
  );
}

/** @throws {PlumblineError} `input-missing` */
export function needed<T>(value: T | undefined, name: string, what: string): T {
  if (value !== undefined) return value;
  throw new PlumblineError('input-missing', `${name} needs ${what}`, {
    hint: 'give further states folders, each with its set',
  });
}
