/** What the numbers of a checkpoint on a set are computed from, as it lies on disk. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readContrastSet } from '../contrast-sets/index.ts';
import { answerSchema, type Answer } from '../core/artifacts/answers.ts';
import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import { partsOf, type HiddenStates, type ReadSelection } from '../core/artifacts/hidden-states.ts';
import type { AnalysisInput } from '../core/definitions/analysis.ts';
import { PlumblineError } from '../core/errors.ts';
import { STATES_FILE } from '../core/formats/hidden-states.ts';
import { readJsonl } from '../core/formats/jsonl.ts';
import { ANSWERS_FILE, openHiddenStates } from '../extractors/index.ts';
import type { RunFolder } from './run-folder.ts';

/** Answers beside states; null where there are none. */
export async function readAnswers(folder: string): Promise<readonly Answer[] | null> {
  const file = join(folder, ANSWERS_FILE);
  const answers = existsSync(file) ? await readJsonl(file, answerSchema) : [];
  return answers.length === 0 ? null : answers;
}

/**
 * Opens states, answers and set.
 * @throws {PlumblineError} `other-set` when the states were read from another set
 */
export async function openInput({
  states: folder,
  set: setFolder,
}: {
  states: string;
  set: string;
}): Promise<AnalysisInput> {
  const states = await openHiddenStates(folder);
  const set = await readContrastSet(setFolder);
  if (states.header.set.hash !== set.header.hash) {
    throw new PlumblineError(
      'other-set',
      `the states were read from the set \`${states.header.set.name}\`, this is another one or another version`,
      { where: setFolder, hint: 'give the set that the states were extracted from' },
    );
  }
  return { set, states, answers: await readAnswers(folder) };
}

export interface CellInputs {
  readonly set: ContrastSet;
  /** Null where they aren't kept. */
  readonly answers: readonly Answer[] | null;
  readonly states: HiddenStates | null;
}

/** As `openInput`, with what is left where some of it isn't kept. */
export async function openKept(run: RunFolder, checkpoint: string, set: string): Promise<CellInputs> {
  const folder = run.states(checkpoint, set);
  return {
    set: await readContrastSet(run.set(set)),
    answers: await readAnswers(folder),
    states: existsSync(join(folder, STATES_FILE)) ? await openHiddenStates(folder) : null,
  };
}

/** The first of *last*, *patches*, *words* that the states hold. */
export function defaultSelection(states: HiddenStates): ReadSelection {
  const held = (name: ReadSelection): boolean => layersHolding(states, name).length > 0;
  return (['last', 'patches', 'words'] as const).find(held) ?? 'last';
}

/** Layers, in order, that hold a reading. */
export function layersHolding(states: HiddenStates, selection: ReadSelection): string[] {
  return states.header.layers
    .filter(({ name }) => partsOf(selection).every((part) => states.has(name, part)))
    .map(({ name }) => name);
}
