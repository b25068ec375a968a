/**
 * Named analyses over stored hidden states and answers, from an extraction or an import: one JSON file each, with its
 * tables as CSV beside it.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readContrastSet } from '../contrast-sets/index.ts';
import { answerSchema } from '../core/artifacts/answers.ts';
import type { HiddenStates } from '../core/artifacts/hidden-states.ts';
import type { Provenance } from '../core/artifacts/results.ts';
import { PlumblineError } from '../core/errors.ts';
import { writeFileAtomic } from '../core/formats/atomic.ts';
import { hashValue } from '../core/formats/hash.ts';
import { readJsonl } from '../core/formats/jsonl.ts';
import type { OnProgress } from '../core/progress.ts';
import { VERSION } from '../core/version.ts';
import { ANSWERS_FILE, openHiddenStates } from '../extractors/index.ts';
import type { ProbeSelection } from '../probes/index.ts';
import { resultTables } from '../reports/tables/result-tables.ts';
import { toCsv } from '../reports/tables/csv.ts';
import type { AnalysisContext, AnalysisInput } from '../core/definitions/analysis.ts';
import { ANALYSES } from './analyses.ts';
import { stored } from './run-folder.ts';

export interface AnalyseStatesOptions {
  /**
   * Folders of states, each with its set's folder. The first is analysed, the others serve comparisons, transfer and
   * controls.
   */
  readonly inputs: readonly { readonly states: string; readonly set: string }[];
  /**
   * Names of `ANALYSES`; by default all that apply but those that compare several inputs, which run when there are
   * several.
   */
  readonly names?: readonly string[];
  /** Token position; defaults to the first of *last*, *patches*, *words* that the states hold. */
  readonly selection?: ProbeSelection;
  readonly layers?: readonly string[];
  readonly seed?: number;
  /** Folder for the results. */
  readonly out: string;
  /**
   * How a result comes about; defaults to *`stored`*, with its tables as CSV beside it; another one writes no tables.
   */
  readonly keep?: typeof stored;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface AnalysedStates {
  readonly done: readonly { readonly name: string; readonly file: string; readonly result: object }[];
  /** Analyses that weren't named and can't be made of these inputs, with the reason. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/**
 * Runs analyses, or reads the results that are there already.
 * @throws {PlumblineError} `unknown-analysis`; what a *named* analysis throws
 */
export async function analyseStates(options: AnalyseStatesOptions): Promise<AnalysedStates> {
  const { out, seed = 0, layers, keep = stored, onProgress, signal } = options;
  if (options.inputs.length === 0)
    throw new PlumblineError('no-states', 'no hidden states given', {
      hint: 'give a folder that extract or import wrote',
    });
  const unknown = options.names?.find((name) => !Object.hasOwn(ANALYSES, name));
  if (unknown !== undefined)
    throw new PlumblineError('unknown-analysis', `no analysis \`${unknown}\``, {
      hint: `analyses are ${Object.keys(ANALYSES).join(', ')}`,
    });
  const [first, ...others] = await Promise.all(options.inputs.map(openInput));
  const selection = options.selection ?? defaultSelection(first.states);
  const context: AnalysisContext = { ...first, others, selection, layers, seed, results: [], checkpoint: null, signal };
  const done: AnalysedStates['done'][number][] = [];
  const skipped: AnalysedStates['skipped'][number][] = [];
  for (const [name, analysis] of Object.entries(ANALYSES)) {
    signal?.throwIfAborted();
    if (options.names === undefined ? !analysis.appliesTo(context) : !options.names.includes(name)) continue;
    const { header } = first.states;
    const provenance: Provenance = {
      plumbline: VERSION,
      seed,
      checkpoint: header.checkpoint,
      set: header.set,
      key: hashValue({
        version: analysis.version,
        plumbline: VERSION,
        name,
        seed,
        selection,
        layers: layers ?? null,
        inputs: [first, ...others].map(({ states, set, answers }) => [
          states.header.key,
          set.header.hash,
          answers === null ? null : hashValue(answers),
        ]),
      }),
    };
    const file = join(out, `${name}.json`);
    try {
      const result = await keep(file, analysis.schema, provenance, () =>
        analysis.run(
          {
            ...context,
            results: done.map(({ result: own }) => own),
            onProgress: onProgress && ((progress) => onProgress({ ...progress, stage: name })),
          },
          analysis.options.parse({}) as never,
        ),
      );
      if (keep === stored) await writeTables(out, name, result);
      done.push({ name, file, result });
    } catch (error) {
      if (options.names !== undefined || !(error instanceof PlumblineError) || error.code === 'interrupted')
        throw error;
      skipped.push({ name, reason: error.message });
    }
  }
  return { done, skipped };
}

/** The first of *last*, *patches*, *words* that the states hold. */
export function defaultSelection(states: HiddenStates): ProbeSelection {
  return (['last', 'patches', 'words'] as const).find((name) => holds(states, name)) ?? 'last';
}

/** Tables that are there already with the same content stay as they are. */
async function writeTables(out: string, name: string, result: object): Promise<void> {
  const tables = resultTables(result);
  for (const table of tables) {
    const path = join(out, tables.length === 1 ? `${name}.csv` : `${name}.${table.name}.csv`);
    const text = toCsv(table);
    if ((await readFile(path, 'utf8').catch(() => null)) !== text) await writeFileAtomic(path, text);
  }
}

const holds = (states: HiddenStates, selection: ProbeSelection): boolean =>
  states.header.layers.some(({ name }) =>
    selection === 'last' ? states.has(name, 'last') : states.has(name, `${selection}:1`),
  );

async function openInput({
  states: folder,
  set: setFolder,
}: {
  readonly states: string;
  readonly set: string;
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
  const file = join(folder, ANSWERS_FILE);
  const answers = existsSync(file) ? await readJsonl(file, answerSchema) : [];
  return { set, states, answers: answers.length === 0 ? null : answers };
}
