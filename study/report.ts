/** A run's report: drawn from the results on disk or from those just computed, by the same code. */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { readContrastSet } from '../contrast-sets/index.ts';
import { answerSchema } from '../core/artifacts/answers.ts';
import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import { readJson } from '../core/formats/json.ts';
import { readJsonl } from '../core/formats/jsonl.ts';
import type { OnProgress } from '../core/progress.ts';
import { ANSWERS_FILE } from '../extractors/index.ts';
import type { AnyResult } from '../core/artifacts/results/types.ts';
import { drawableAnalysis, reportTitle, writeReport, type CheckpointReport } from '../reports/index.ts';
import { readAnalyses } from './analyse.ts';
import { RunFolder, type RunRecord } from './run-folder.ts';

/** Writes the report of a recorded run; returns the path of its page. */
export async function reportRun(options: {
  run: RunFolder;
  record: RunRecord;
  set: ContrastSet;
  checkpoints: readonly CheckpointReport[];
  onProgress?: OnProgress | undefined;
}): Promise<string> {
  const { run, record, set, onProgress } = options;
  const checkpoints = await withExtras(run, record.set.folder, options.checkpoints);
  const { html } = await writeReport({
    directory: run.report,
    ...reportTexts(record, checkpoints),
    checkpoints,
    set,
    onProgress,
  });
  return html;
}

/** Results that `readAnalyses` reads. */
const OWN = /^(behaviour|finding|pca|(geometry|probes)-.+)\.json$/;

/**
 * Adds what else lies in a run's results of a set, e.g. of `plumbline cause`: whatever a figure is known for, by file
 * name.
 */
export async function withExtras(
  run: RunFolder,
  setFolder: string,
  checkpoints: readonly CheckpointReport[],
): Promise<CheckpointReport[]> {
  return Promise.all(
    checkpoints.map(async (checkpoint) => {
      const folder = dirname(run.result(checkpoint.name, setFolder, 'behaviour'));
      const files = existsSync(folder)
        ? (await readdir(folder)).filter((file) => file.endsWith('.json') && !OWN.test(file)).sort()
        : [];
      const further = await Promise.all(files.map((file) => readJson(join(folder, file), z.looseObject({}))));
      const drawable = further.filter(
        (result): result is typeof result & AnyResult => drawableAnalysis(result) !== undefined,
      );
      return { ...checkpoint, results: [...checkpoint.results, ...drawable] };
    }),
  );
}

/** Title and command line of a run's report. */
export function reportTexts(
  { command }: Pick<RunRecord, 'command'>,
  checkpoints: readonly Pick<CheckpointReport, 'name' | 'findings'>[],
): { title: string; command: string } {
  return { title: reportTitle(checkpoints), command };
}

/**
 * Draws the report of a finished run again, from its results alone: no checkpoint is needed.
 *
 * @returns path of the page.
 * @throws {PlumblineError} `not-a-run`, or that names the damaged file.
 */
export async function rebuildReport(options: { run: string; onProgress?: OnProgress }): Promise<string> {
  const run = new RunFolder(options.run);
  const record = await run.readRecord();
  const set = await readContrastSet(run.set(record.set.folder));
  const checkpoints: CheckpointReport[] = [];
  for (const { name } of record.checkpoints) {
    const file = join(run.states(name, record.set.folder), ANSWERS_FILE);
    const answers = existsSync(file) ? await readJsonl(file, answerSchema) : null;
    checkpoints.push(await readAnalyses(run, record.set.folder, name, answers));
  }
  return reportRun({ run, record, set, checkpoints, onProgress: options.onProgress });
}
