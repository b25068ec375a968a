/** Writes a report folder: page, figures, tables and an index of them. */
import { join } from 'node:path';
import { findingSchema } from '../core/artifacts/results/finding.ts';
import { PlumblineError } from '../core/errors.ts';
import { writeFileAtomic, writeJsonAtomic } from '../core/formats/atomic.ts';
import type { OnProgress } from '../core/progress.ts';
import { VERSION } from '../core/version.ts';
import type { ReportInput } from './input.ts';
import { reportKey, reusable } from './reuse.ts';
import { picturesBehind } from './page/pictures.ts';
import { reportPage } from './page/page.ts';
import { figuresOf, type FigureSet } from './report-figures.ts';
import {
  drawInto,
  figureEntry,
  figureFiles,
  removeOthers,
  tableEntry,
  tableFiles,
  writeTable,
} from './report-files.ts';
import { tablesOf, type Table } from './tables/index.ts';

export interface WriteReportOptions extends ReportInput {
  /** Report folder; made when missing. */
  readonly directory: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** Paths of what was written. */
export interface WrittenReport {
  readonly html: string;
  readonly figures: readonly string[];
  readonly tables: readonly string[];
}

/**
 * Writes `index.html`, `figures/NAME.{vl.json,svg,png,csv}`, `tables/NAME.{csv,tex,md}` and, last, `report.json`. The
 * same input gives the same bytes, and a folder that already holds them is left as it is. Figures and tables of an
 * earlier report in the folder that this one doesn't have are removed.
 * @throws PlumblineError `no-checkpoint`, `duplicate-checkpoint`, or when a file can't be written
 */
export async function writeReport(options: WriteReportOptions): Promise<WrittenReport> {
  const { directory, checkpoints, onProgress, signal } = options;
  const names = checkpoints.map(({ name }) => name);
  if (names.length === 0)
    throw new PlumblineError('no-checkpoint', 'a report needs at least one checkpoint', { where: directory });
  const twin = names.find((name, i) => names.indexOf(name) !== i);
  if (twin !== undefined)
    throw new PlumblineError('duplicate-checkpoint', `two checkpoints of the report are named \u201c${twin}\u201d`, {
      where: directory,
      hint: 'give each a name of its own',
    });

  const html = join(directory, 'index.html');
  const key = await reportKey(options);
  const before = await reusable(directory, key);
  if (before !== null)
    return {
      html,
      figures: before.figures.map((file) => join(directory, file)),
      tables: before.tables.map((file) => join(directory, file)),
    };

  const set = await figuresOf(options);
  const tables = tablesOf(checkpoints);
  const all = [...set.main, ...set.extra, ...set.further];
  const drawings = await drawInto(directory, all, { onProgress, signal });
  await Promise.all(tables.map((table) => writeTable(directory, table)));
  await writeFileAtomic(
    html,
    reportPage(options, {
      main: drawings.slice(0, set.main.length),
      extra: drawings.slice(set.main.length, set.main.length + set.extra.length),
      further: drawings.slice(set.main.length + set.extra.length),
      tables,
      tiles: set.tiles,
      missing: set.missing,
      behind: await picturesBehind(drawings, options.set),
    }),
  );
  await writeJsonAtomic(join(directory, 'report.json'), { ...indexOf(options, set, tables), key });
  onProgress?.({ stage: 'report', done: all.length, total: all.length, unit: 'figures' });
  await removeOthers(join(directory, 'figures'), figureFiles(all));
  await removeOthers(join(directory, 'tables'), tableFiles(tables));
  return {
    html,
    figures: figureFiles(all).map((file) => join(directory, 'figures', file)),
    tables: tableFiles(tables).map((file) => join(directory, 'tables', file)),
  };
}

/** `report.json`: the verdicts, and what each file shows. */
function indexOf(
  { title, command, checkpoints, set }: ReportInput,
  figures: FigureSet,
  tables: readonly Table[],
): object {
  return {
    format: 'plumbline-report',
    version: 2,
    plumbline: VERSION,
    title,
    command,
    set: { name: set.header.name, hash: set.header.hash },
    checkpoints: checkpoints.map(({ name, findings }) => ({
      name,
      findings: findings.map((finding) => findingSchema.parse(finding)),
    })),
    figures: [...figures.main, ...figures.extra, ...figures.further].map(figureEntry),
    tables: tables.map(tableEntry),
    missing: figures.missing,
  };
}
