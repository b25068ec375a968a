/** Compares runs and writes the result: `compare.json`, and tables as CSV, Markdown and LaTeX under `compare/`. */
import { join, resolve } from 'node:path';
import { runComparisonSchema, type RunComparison } from '../core/artifacts/results/run-comparison.ts';
import { writeFileAtomic, writeJsonAtomic } from '../core/formats/atomic.ts';
import { readJson } from '../core/formats/json.ts';
import { toCsv, toLatex, toMarkdown } from '../reports/index.ts';
import { compare, type CompareOptions } from './compare/compare.ts';
import { comparisonTables } from './compare/tables.ts';

export const COMPARE_FILE = 'compare.json';
export { compare, type CompareOptions } from './compare/compare.ts';

/**
 * `compare`, written into a folder.
 * @param options `out`: defaults to *the first run's folder*
 * @returns the comparison, and the paths of what was written
 */
export async function compareRuns({ out, ...options }: CompareOptions & { readonly out?: string }): Promise<{ comparison: RunComparison; files: string[] }> {
  const comparison = await compare(options);
  const folder = resolve(out ?? options.runs[0]);
  const files = [join(folder, COMPARE_FILE)];
  await writeJsonAtomic(files[0], comparison);
  for (const table of comparisonTables(comparison)) {
    for (const [ending, write] of [['csv', toCsv], ['md', toMarkdown], ['tex', toLatex]] as const) {
      const path = join(folder, 'compare', `${table.name}.${ending}`);
      await writeFileAtomic(path, write(table));
      files.push(path);
    }
  }
  return { comparison, files };
}

/** Reads what `compareRuns` wrote. */
export function readComparison(folder: string): Promise<RunComparison> {
  return readJson(join(folder, COMPARE_FILE), runComparisonSchema);
}
