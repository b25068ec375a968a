/** Results of a checkpoint on a set, read back from their files. */
import { existsSync } from 'node:fs';
import { z } from 'zod';
import { findingSchema, type Finding } from '../../core/artifacts/results/finding.ts';
import type { Stamped } from '../../core/artifacts/results.ts';
import { readJson } from '../../core/formats/json.ts';
import type { CheckpointReport } from '../../reports/index.ts';
import { ANALYSES } from '../analyses.ts';
import { readAnswers } from '../cell-inputs.ts';
import { resultNames, type RunCell } from '../record.ts';
import { DIAGNOSIS, resultName } from '../request.ts';
import { readResult, type RunFolder } from '../run-folder.ts';

const FINDING = 'finding-';
const named = z.looseObject({ analysis: z.string() });

/**
 * Everything that a report needs of a cell: findings, results in the order in which a diagnosis makes them and then by
 * name, and answers.
 * @throws {PlumblineError} that names a damaged file
 */
export async function readCell(run: RunFolder, cell: RunCell): Promise<CheckpointReport> {
  const [checkpoint, set] = [cell.checkpoint.name, cell.set.folder];
  const names = await resultNames(run, cell);
  const order = DIAGNOSIS.map(resultName);
  const place = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  const findings: Stamped<Finding>[] = [];
  const results: Stamped<{ readonly analysis: string }>[] = [];
  for (const name of names.sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1))) {
    const file = run.result(checkpoint, set, name);
    if (name.startsWith(FINDING)) findings.push(await readResult(file, findingSchema));
    else {
      const { analysis } = await readJson(file, named);
      if (Object.hasOwn(ANALYSES, analysis))
        results.push((await readResult(file, ANALYSES[analysis].schema)) as (typeof results)[number]);
    }
  }
  const answers = await readAnswers(run.states(checkpoint, set));
  return { name: checkpoint, findings, results, answers: answers ?? undefined };
}

/** Results that are there, of those named. */
export async function readResults(
  run: RunFolder,
  cell: RunCell,
  requests: readonly { readonly name: string; readonly file: string }[],
): Promise<Stamped<object>[]> {
  const there = requests
    .map(({ name, file }) => ({ name, path: run.result(cell.checkpoint.name, cell.set.folder, file) }))
    .filter(({ path }) => existsSync(path));
  return Promise.all(there.map(({ name, path }) => readResult(path, ANALYSES[name].schema)));
}
