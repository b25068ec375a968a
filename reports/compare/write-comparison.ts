/** Writes the report of a comparison: page, figures, tables and an index of them. */
import { join } from 'node:path';
import { writeFileAtomic, writeJsonAtomic } from '../../core/formats/atomic.ts';
import type { OnProgress } from '../../core/progress.ts';
import { VERSION } from '../../core/version.ts';
import { comparisonFigures } from '../figures/run-comparison.ts';
import {
  drawInto,
  figureEntry,
  figureFiles,
  removeOthers,
  tableEntry,
  tableFiles,
  writeTable,
} from '../report-files.ts';
import { contentKey, reusable } from '../reuse.ts';
import type { WrittenReport } from '../write-report.ts';
import type { ComparisonInput } from './input.ts';
import { comparisonPage, comparisonTitle } from './page.ts';
import { rankingSentence, worseSentences } from './words.ts';

export interface WriteComparisonOptions extends ComparisonInput {
  /** Report folder; made when missing. */
  readonly directory: string;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * As `writeReport`, for a comparison: the same input gives the same bytes, and a folder that already holds them is left
 * as it is.
 */
export async function writeComparison({
  directory,
  onProgress,
  signal,
  ...input
}: WriteComparisonOptions): Promise<WrittenReport> {
  const html = join(directory, 'index.html');
  const key = await contentKey(input);
  const before = await reusable(directory, key);
  if (before !== null)
    return {
      html,
      figures: before.figures.map((file) => join(directory, file)),
      tables: before.tables.map((file) => join(directory, file)),
    };

  const { tables } = input;
  const { changes, sideBySide, series, layers } = comparisonFigures(input.comparison);
  const all = [...changes, ...sideBySide, ...series, ...layers];
  const drawings = await drawInto(directory, all, { onProgress, signal });
  const of = (figures: readonly (typeof all)[number][]): typeof drawings =>
    drawings.filter(({ figure }) => figures.includes(figure));
  await Promise.all(tables.map((table) => writeTable(directory, table)));
  await writeFileAtomic(
    html,
    comparisonPage(input, { changes: of(changes), sideBySide: of(sideBySide), series: of(series), layers: of(layers) }),
  );
  await writeJsonAtomic(join(directory, 'report.json'), {
    format: 'plumbline-comparison-report',
    version: 1,
    plumbline: VERSION,
    title: comparisonTitle(input),
    command: input.command,
    ranking: rankingSentence(input.comparison),
    worse: worseSentences(input.comparison),
    figures: all.map(figureEntry),
    tables: tables.map(tableEntry),
    missing: [],
    key,
  });
  onProgress?.({ stage: 'report', done: all.length, total: all.length, unit: 'figures' });
  await removeOthers(join(directory, 'figures'), figureFiles(all));
  await removeOthers(join(directory, 'tables'), tableFiles(tables));
  return {
    html,
    figures: figureFiles(all).map((file) => join(directory, 'figures', file)),
    tables: tableFiles(tables).map((file) => join(directory, 'tables', file)),
  };
}
