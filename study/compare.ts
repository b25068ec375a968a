/**
 * Compares runs and writes the result: `compare.json`; under `compare/` a report (page, figures, tables), and
 * layer-by-layer differences and trends as results of their own.
 */
import { join, resolve } from 'node:path';
import { runComparisonSchema, type RunComparison } from '../core/artifacts/results/run-comparison.ts';
import { writeJsonAtomic } from '../core/formats/atomic.ts';
import { readJson } from '../core/formats/json.ts';
import { tableFiles, writeComparison, writeTable } from '../reports/index.ts';
import { compare, type CompareOptions } from './compare/compare.ts';
import { comparisonTables } from './compare/tables.ts';

export const COMPARE_FILE = 'compare.json';
export { compare, type CompareOptions } from './compare/compare.ts';

export interface CompareRunsOptions extends CompareOptions {
  /** Defaults to *the first run's folder*. */
  readonly out?: string;
  /** Draw the page and its figures; defaults to *true*. */
  readonly report?: boolean;
  /** Recorded in the report. */
  readonly command?: string;
}

export interface WrittenComparison {
  readonly comparison: RunComparison;
  /** Path of the page; null without a report. */
  readonly html: string | null;
  /** Paths of all that was written, `compare.json` first. */
  readonly files: readonly string[];
}

/** `compare`, written into a folder. */
export async function compareRuns({
  out,
  report = true,
  command,
  ...options
}: CompareRunsOptions): Promise<WrittenComparison> {
  const { onProgress, signal } = options;
  const comparison = await compare(options);
  const folder = resolve(out ?? options.runs[0]);
  const directory = join(folder, 'compare');
  const files = [join(folder, COMPARE_FILE)];
  await writeJsonAtomic(files[0], comparison);
  const write = async (name: string, result: object): Promise<void> => {
    const path = join(directory, `${name.replaceAll(/[^\w.-]+/g, '-')}.json`);
    await writeJsonAtomic(path, result);
    files.push(path);
  };
  for (const own of comparison.comparisons) await write(`${own.a}-minus-${own.b}`, own);
  if (comparison.training !== null) await write('training', comparison.training);
  const tables = comparisonTables(comparison);
  if (report) {
    const {
      html,
      figures,
      tables: written,
    } = await writeComparison({ directory, comparison, tables, command, onProgress, signal });
    return { comparison, html, files: [...files, html, ...figures, ...written] };
  }
  await Promise.all(tables.map((table) => writeTable(directory, table)));
  return {
    comparison,
    html: null,
    files: [...files, ...tableFiles(tables).map((file) => join(directory, 'tables', file))],
  };
}

/** Reads what `compareRuns` wrote. */
export function readComparison(folder: string): Promise<RunComparison> {
  return readJson(join(folder, COMPARE_FILE), runComparisonSchema);
}
