/**
 * Named analyses over stored hidden states and answers, from an extraction or an import: one JSON file each, with its
 * tables as CSV beside it.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadSelection } from '../core/artifacts/hidden-states.ts';
import type { AnalysisContext, AnalysisInput, AnyAnalysis } from '../core/definitions/analysis.ts';
import { RENAMED } from '../core/definitions/renamed.ts';
import { closest } from '../core/closest.ts';
import { PlumblineError } from '../core/errors.ts';
import { writeFileAtomic } from '../core/formats/atomic.ts';
import type { OnProgress } from '../core/progress.ts';
import { toCsv } from '../reports/tables/csv.ts';
import { resultTables } from '../reports/tables/result-tables.ts';
import { ANALYSES } from './analyses.ts';
import { defaultSelection, openInput } from './cell-inputs.ts';
import { runAnalysis } from './execute/analysis.ts';
import { optionsOf } from './request.ts';
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
  readonly names?: readonly string[] | undefined;
  /** Options of the analyses named. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** Token position; defaults to the first of *last*, *patches*, *words* that the states hold. */
  readonly selection?: ReadSelection | undefined;
  readonly layers?: readonly string[] | undefined;
  readonly seed?: number;
  /** Folder for the results. */
  readonly out: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface AnalysedStates {
  readonly done: readonly { readonly name: string; readonly file: string; readonly result: object }[];
  /** Analyses that weren't named and can't be made of these inputs, with the reason. */
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
}

/** Analyses of what is stored: those that ask the checkpoint again are studies (`cause`, `sweep`). */
export const STORED_ANALYSES = Object.values(ANALYSES).filter(
  ({ reads }) => reads !== 'checkpoint' && reads !== 'patches',
);

/**
 * Runs analyses, or reads the results that are there already.
 * @throws {PlumblineError} `unknown-analysis`; what a *named* analysis throws
 */
export async function analyseStates(options: AnalyseStatesOptions): Promise<AnalysedStates> {
  const { out, names, seed = 0, layers, onProgress, signal } = options;
  if (options.inputs.length === 0)
    throw new PlumblineError('no-states', 'no hidden states given', {
      hint: 'give a folder that extract or import wrote',
    });
  names?.forEach(assertKnown);
  const [first, ...others] = await Promise.all(options.inputs.map(openInput));
  const selection = options.selection ?? defaultSelection(first.states);
  const context = { ...first, others, selection, layers, seed, results: [], checkpoint: null, signal };
  const done: AnalysedStates['done'][number][] = [];
  const skipped: AnalysedStates['skipped'][number][] = [];
  for (const definition of STORED_ANALYSES) {
    signal?.throwIfAborted();
    const { name } = definition;
    if (names === undefined ? !applies(definition, context, first) : !names.includes(name)) continue;
    const file = join(out, `${name}.json`);
    try {
      const result = await runAnalysis({
        request: { name, selection, layers, options: optionsOf(definition, options.options) },
        input: first,
        others,
        results: done.map((entry) => entry.result).filter((own) => definition.uses.includes(analysisOf(own))),
        checkpoint: null,
        seed,
        file,
        keep: stored,
        onProgress: onProgress && ((progress) => onProgress({ ...progress, stage: name })),
        signal,
      });
      await writeTables(out, name, result!);
      done.push({ name, file, result: result! });
    } catch (error) {
      if (names !== undefined || !(error instanceof PlumblineError) || error.code === 'interrupted') throw error;
      skipped.push({ name, reason: error.message });
    }
  }
  return { done, skipped };
}

function applies(definition: AnyAnalysis, context: AnalysisContext, { answers }: AnalysisInput): boolean {
  if (definition.reads === 'answers' && answers === null) return false;
  return definition.appliesTo(context, optionsOf(definition) as never);
}

const analysisOf = (result: object): string => (result as { readonly analysis: string }).analysis;

function assertKnown(name: string): void {
  if (STORED_ANALYSES.some((definition) => definition.name === name)) return;
  const known = STORED_ANALYSES.map((definition) => definition.name);
  const meant = Object.hasOwn(RENAMED, name) ? RENAMED[name] : closest(name, known);
  throw new PlumblineError(
    'unknown-analysis',
    `no analysis \`${name}\`${meant === null ? '' : Object.hasOwn(RENAMED, name) ? `: it is called \`${meant}\` now` : `; did you mean \`${meant}\`?`}`,
    { hint: `analyses are ${known.join(', ')}` },
  );
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
