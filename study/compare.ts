/** Compares runs and writes the result: `compare.json`; under `compare/` tables as CSV, Markdown and LaTeX, layer-by-layer differences and trends as results of their own, and figures. */
import { join, resolve } from 'node:path';
import { runComparisonSchema, type RunComparison } from '../core/artifacts/results/run-comparison.ts';
import { writeFileAtomic, writeJsonAtomic } from '../core/formats/atomic.ts';
import { readJson } from '../core/formats/json.ts';
import { toCsv, toLatex, toMarkdown } from '../reports/index.ts';
import { compare, type CompareOptions } from './compare/compare.ts';
import { comparisonTables } from './compare/tables.ts';
import { drawResults } from './figures.ts';

export const COMPARE_FILE = 'compare.json';
export { compare, type CompareOptions } from './compare/compare.ts';

/**
 * `compare`, written into a folder.
 * @param options `out`: defaults to *the first run's folder*; `figures`: draw what has changed and the series, defaults to *false*
 * @returns the comparison, and the paths of what was written
 */
export async function compareRuns({ out, figures = false, ...options }: CompareOptions & { readonly out?: string; readonly figures?: boolean }): Promise<{ comparison: RunComparison; files: string[] }> {
  const { onProgress, signal } = options;
  const context = { ...(onProgress && { onProgress }), ...(signal && { signal }) };
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
  const results: string[] = [];
  const write = async (name: string, result: object): Promise<void> => {
    const path = join(folder, 'compare', `${name.replaceAll(/[^\w.-]+/g, '-')}.json`);
    await writeJsonAtomic(path, result);
    results.push(path);
  };
  for (const own of comparison.comparisons) await write(`${own.a}-minus-${own.b}`, own);
  if (comparison.training !== null) await write('training', comparison.training);
  files.push(...results);
  if (figures && results.length > 0) files.push(...(await drawResults({ results, out: join(folder, 'compare', 'figures'), ...context })).flatMap((figure) => figure.files));
  return { comparison, files };
}

/** Reads what `compareRuns` wrote. */
export function readComparison(folder: string): Promise<RunComparison> {
  return readJson(join(folder, COMPARE_FILE), runComparisonSchema);
}
