/** The reports of a run: one for each set that a study judges, drawn from the results on disk. */
import { join } from 'node:path';
import { readContrastSet } from '../contrast-sets/index.ts';
import { PlumblineError } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { writeReport, type CheckpointReport } from '../reports/index.ts';
import type { Study } from './config/schema.ts';
import { readCell } from './execute/cell-results.ts';
import { openRun, type ExecutedStudy } from './record.ts';
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
  const title = (typeof study.report === 'object' ? study.report.title : undefined) ?? titleOf(checkpoints);
  const several = directory !== run.report;
  return { directory, title: several ? `${title} (${folder})` : title, command, checkpoints };
}

/** The first question that was asked, and of which checkpoints. */
function titleOf(checkpoints: readonly CheckpointReport[]): string {
  const question = checkpoints.flatMap(({ findings }) => findings).map((finding) => finding.question)[0];
  const names = checkpoints.map(({ name }) => name).join(' and ');
  return question === undefined ? names : `${question} ${names}`;
}

/** Draws the reports of a study from the results on disk; returns the paths of the pages. */
export async function drawReports(
  run: RunFolder,
  { study, command, cells }: ExecutedStudy,
  context: { readonly onProgress?: OnProgress | undefined; readonly signal?: AbortSignal | undefined },
): Promise<string[]> {
  if (study.report === false) return [];
  const pages: string[] = [];
  for (const { name: folder } of study.sets.filter(({ name }) => isDiagnosed(study, name))) {
    const own = cells.filter(({ set }) => set.folder === folder);
    const checkpoints = await Promise.all(own.map((cell) => readCell(run, cell)));
    const set = await readContrastSet(run.set(folder));
    const planned = reportOf({ study, folder, checkpoints, command, run });
    pages.push((await writeReport({ ...planned, set, ...context })).html);
  }
  return pages;
}

/**
 * Draws the reports of a finished run again, from its results alone: no checkpoint is needed.
 * @returns paths of the pages
 * @throws {PlumblineError} `not-a-run`, `old-run`, `no-report` when nothing in the run was judged, or that names the
 * damaged file
 */
export async function rebuildReports(options: {
  readonly run: string;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}): Promise<string[]> {
  const { onProgress, signal } = options;
  const { run, record } = await openRun(options.run);
  const pages: string[] = [];
  for (const executed of record.studies) pages.push(...(await drawReports(run, executed, { onProgress, signal })));
  if (pages.length === 0)
    throw new PlumblineError('no-report', 'no study of this run has a report', {
      where: run.path,
      hint: 'run `plumbline diagnose`, or a study with `diagnose` among its analyses',
    });
  return pages;
}
