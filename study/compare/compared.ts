/** What a comparison reads of one checkpoint: its results, answers and states. */
import { basename, dirname, join } from 'node:path';
import type { Answer } from '../../core/artifacts/answers.ts';
import type { ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../../core/errors.ts';
import { citedGeometry } from '../../findings/index.ts';
import type { CheckpointReport } from '../../reports/index.ts';
import { openKept } from '../cell-inputs.ts';
import { readCell } from '../execute/cell-results.ts';
import { openRun, resultNames, type RunCell, type RunContents } from '../record.ts';

export interface Compared {
  /** Unique within the comparison. */
  readonly name: string;
  readonly contents: RunContents;
  readonly cell: RunCell;
  readonly step: number | null;
  readonly set: ContrastSet;
  readonly results: CheckpointReport;
  readonly answers: readonly Answer[] | null;
  readonly states: HiddenStates | null;
}

/**
 * Opens the checkpoints of some runs, each on one set, under names that tell them apart.
 * @param options `set`: folder of the set in the runs; defaults to *the first of each that was diagnosed*. `steps`: one
 * a checkpoint, by which they are ordered.
 * @throws {PlumblineError} `not-a-run`, `unknown-set`, `not-diagnosed`, `bad-option`, `too-few-checkpoints`
 */
export async function openCompared(
  runs: readonly string[],
  { set, steps }: { set?: string; steps?: readonly number[] },
): Promise<Compared[]> {
  const found: { contents: RunContents; cell: RunCell }[] = [];
  for (const path of runs) {
    const contents = await openRun(path);
    const diagnosed: RunCell[] = [];
    for (const cell of contents.cells)
      if ((await resultNames(contents.run, cell)).some((name) => name.startsWith('finding-'))) diagnosed.push(cell);
    const folder = set ?? diagnosed[0]?.set.folder;
    const cells = diagnosed.filter((cell) => cell.set.folder === folder);
    if (cells.length === 0) {
      const known = [...new Set(diagnosed.map((cell) => cell.set.folder))];
      throw new PlumblineError(
        set === undefined ? 'not-diagnosed' : 'unknown-set',
        set === undefined ? 'nothing in this run was diagnosed' : `nothing was diagnosed on a set \`${set}\``,
        {
          where: contents.run.path,
          hint: known.length > 0 ? `sets: ${known.join(', ')}` : 'give runs of diagnose, or studies that diagnose',
        },
      );
    }
    found.push(...cells.map((cell) => ({ contents, cell })));
  }
  if (found.length < 2)
    throw new PlumblineError('too-few-checkpoints', 'a comparison needs two checkpoints', {
      hint: 'give further run folders',
    });
  if (steps !== undefined && steps.length !== found.length) {
    throw new PlumblineError(
      'bad-option',
      `${steps.length} steps for ${found.length} checkpoints (${found.map(({ cell }) => cell.checkpoint.name).join(', ')})`,
      { hint: 'give one step for each, in this order' },
    );
  }
  if (steps !== undefined && new Set(steps).size !== steps.length)
    throw new PlumblineError('bad-option', 'two checkpoints have the same step', { hint: 'steps must differ' });
  const names = namesOf(
    found.map(({ contents, cell }) => ({ checkpoint: cell.checkpoint.name, run: contents.run.path })),
  );
  const opened: Compared[] = [];
  for (const [i, { contents, cell }] of found.entries()) {
    const { run } = contents;
    const inputs = await openKept(run, cell.checkpoint.name, cell.set.folder);
    opened.push({
      name: names[i],
      contents,
      cell,
      step: steps?.[i] ?? null,
      ...inputs,
      results: await readCell(run, cell),
    });
  }
  return steps === undefined ? opened : opened.sort((a, b) => a.step! - b.step!);
}

/** A checkpoint's own name where it is the only one, else with its run's, else with a number. */
function namesOf(found: readonly { readonly checkpoint: string; readonly run: string }[]): string[] {
  const unique = (names: readonly string[]): boolean => new Set(names).size === names.length;
  const own = found.map(({ checkpoint }) => checkpoint);
  if (unique(own)) return own;
  for (const prefix of [(run: string) => basename(run), (run: string) => join(basename(dirname(run)), basename(run))]) {
    const longer = found.map(({ checkpoint, run }) => `${prefix(run)}/${checkpoint}`);
    if (unique(longer)) return longer;
  }
  return own.map((name, i) => `${i + 1}: ${name}`);
}

/** Layer picked by the reading that the verdict cites. */
export const pickedLayer = ({ results }: Pick<Compared, 'results'>): string | null =>
  citedGeometry(results.results)?.choice.layer ?? null;
