/** The reports of a run: one for each set that a study judges, drawn from the results on disk. */
import { join } from 'node:path';
import { readContrastSet } from '../contrast-sets/index.ts';
import { PlumblineError } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { reportTitle, writeReport, type CheckpointReport } from '../reports/index.ts';
import type { Study } from './config/schema.ts';
import { readCell } from './execute/cell-results.ts';
import { openRun, type ExecutedStudy, type RunRecord } from './record.ts';
import type { RunFolder } from './run-folder.ts';
import { isDiagnosed, reportFolder } from './steps.ts';

export interface PlannedReport {
  readonly directory: string;
  readonly title: string;
  readonly command: string;
  readonly checkpoints: readonly CheckpointReport[];
}

/** Where a set's report lies and what it says. */
export function reportOf({
  study,
  folder,
  checkpoints,
  command,
  run,
}: {
  readonly study: Study;
  /** The set's folder in the run. */
  readonly folder: string;
  readonly checkpoints: readonly CheckpointReport[];
  readonly command: string;
  readonly run: RunFolder;
}): PlannedReport {
  const directory = join(run.path, reportFolder(study, folder));
  const title = (typeof study.report === 'object' ? study.report.title : undefined) ?? reportTitle(checkpoints);
  const several = directory !== run.report;
  return { directory, title: several ? `${title} (${folder})` : title, command, checkpoints };
}

/** A report of a run: what a study said of a set, and where. */
export interface RunReport {
  readonly executed: ExecutedStudy;
  /** The set's folder in the run. */
  readonly folder: string;
  readonly directory: string;
}

/** The reports of a run. Where several studies have drawn into one folder, the latest one's lies there. */
export function reportsOf(run: RunFolder, { studies }: Pick<RunRecord, 'studies'>): RunReport[] {
  const byDirectory = new Map<string, RunReport>();
  for (const executed of studies) {
    const { study } = executed;
    if (study.report === false) continue;
    for (const { name: folder } of study.sets.filter(({ name }) => isDiagnosed(study, name))) {
      const directory = join(run.path, reportFolder(study, folder));
      byDirectory.set(directory, { executed, folder, directory });
    }
  }
  return [...byDirectory.values()];
}

interface Context {
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Draws the report of a set from the results on disk.
 * @param of a study with all of its cells
 * @param folder the set's folder in the run
 * @returns path of the page
 */
export async function drawReport(
  run: RunFolder,
  of: Pick<ExecutedStudy, 'study' | 'command' | 'cells'>,
  folder: string,
  context: Context,
): Promise<string> {
  const { study, command } = of;
  const cells = of.cells.filter(({ set }) => set.folder === folder);
  const checkpoints = await Promise.all(cells.map((cell) => readCell(run, cell)));
  const set = await readContrastSet(run.set(folder));
  const planned = reportOf({ study, folder, checkpoints, command, run });
  return (await writeReport({ ...planned, set, ...context })).html;
}

/**
 * Draws the reports of a finished run again, from its results alone: no checkpoint is needed.
 * @returns paths of the pages
 * @throws {PlumblineError} `not-a-run`, `old-run`, `no-report` when nothing in the run was judged, or that names the
 * damaged file
 */
export async function rebuildReports({ run: path, ...context }: Context & { readonly run: string }): Promise<string[]> {
  const { run, record } = await openRun(path);
  const pages: string[] = [];
  for (const { executed, folder } of reportsOf(run, record))
    pages.push(await drawReport(run, executed, folder, context));
  if (pages.length === 0)
    throw new PlumblineError('no-report', 'no study of this run has a report', {
      where: run.path,
      hint: 'run `plumbline diagnose`, or a study with `diagnose` among its analyses',
    });
  return pages;
}
