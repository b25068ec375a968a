/** The reports of a study: one for each set that is diagnosed. */
import { join } from 'node:path';
import { reportTitle, type CheckpointReport } from '../../reports/index.ts';
import type { RunFolder } from '../run-folder.ts';
import { analysesOn } from './read.ts';
import type { Study } from './schema.ts';

export interface PlannedReport {
  readonly directory: string;
  readonly title: string;
  readonly command: string;
  readonly checkpoints: readonly CheckpointReport[];
}

/**
 * Where a set's report lies and what it says: `report/`, or `report/SET/` where several sets are diagnosed; null when
 * the study wants none.
 */
export function reportOf({
  study,
  folder,
  checkpoints,
  command,
  run,
}: {
  study: Study;
  folder: string;
  checkpoints: readonly CheckpointReport[];
  command: string;
  run: RunFolder;
}): PlannedReport | null {
  if (study.report === false || checkpoints.length === 0) return null;
  const diagnosed = study.sets.filter(({ name }) =>
    analysesOn(study, name).some((analysis) => analysis.name === 'diagnose'),
  );
  const title = (typeof study.report === 'object' ? study.report.title : undefined) ?? reportTitle(checkpoints);
  return {
    directory: diagnosed.length > 1 ? join(run.report, folder) : run.report,
    title: diagnosed.length > 1 ? `${title} (${folder})` : title,
    command,
    checkpoints,
  };
}
