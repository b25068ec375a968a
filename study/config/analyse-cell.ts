/** The analyses of one checkpoint on one set of a study, out of its stored states and answers. */
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readContrastSet } from '../../contrast-sets/index.ts';
import { answerSchema } from '../../core/artifacts/answers.ts';
import type { HiddenStates } from '../../core/artifacts/hidden-states.ts';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { readJsonl } from '../../core/formats/jsonl.ts';
import type { OnProgress } from '../../core/progress.ts';
import { ANSWERS_FILE, openHiddenStates } from '../../extractors/index.ts';
import type { CheckpointReport } from '../../reports/index.ts';
import { ANALYSES } from '../analyses.ts';
import { analyseStates, defaultSelection } from '../analyse-states.ts';
import { analyse } from '../analyse.ts';
import type { RunCell, StudyRecord } from '../run-contents.ts';
import { stored, type RunFolder } from '../run-folder.ts';
import { analysesOn } from './read.ts';
import type { Study } from './schema.ts';

export interface AnalyseCellOptions {
  readonly run: RunFolder;
  readonly study: Study;
  readonly cell: RunCell;
  /** All cells of the study, for analyses that compare. */
  readonly cells: readonly RunCell[];
  readonly keep?: typeof stored;
  /** Told how long each took that was not read from earlier results. */
  readonly onTimed?: (timed: TimedAnalysis) => void;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An analysis whose results were all computed just now. */
export interface TimedAnalysis {
  readonly name: string;
  readonly seconds: number;
  readonly layers: HiddenStates['header']['layers'];
  readonly items: number;
}

export interface AnalysedCell {
  /** What a report needs; null when the cell isn't diagnosed. */
  readonly report: CheckpointReport | null;
  readonly skipped: StudyRecord['skipped'];
}

/** Results of a diagnosis. */
const DIAGNOSED = /^(behaviour|finding|pca|(geometry|probes)-.+)\.json$/;

/**
 * Runs every analysis of a cell but those that need the checkpoint. Named analyses lie under `SELECTION/NAME.json`. One
 * that can't be made of this set is skipped with its reason: a study names analyses for many sets at once.
 */
export async function analyseCell({
  run,
  study,
  cell,
  cells,
  keep = stored,
  onTimed,
  onProgress,
  signal,
}: AnalyseCellOptions): Promise<AnalysedCell> {
  const {
    checkpoint,
    set: { folder },
  } = cell;
  const { seed } = study;
  const directory = run.states(checkpoint.name, folder);
  const states = await openHiddenStates(directory);
  const skipped: AnalysedCell['skipped'][number][] = [];
  let report: CheckpointReport | null = null;
  for (const analysis of analysesOn(study, folder)) {
    signal?.throwIfAborted();
    const { name } = analysis;
    if (name === 'cause' || name === 'sweep') continue;
    const begin = Date.now();
    const timed = async (files: readonly string[], layers: TimedAnalysis['layers']): Promise<void> => {
      const seconds = (Date.now() - begin) / 1000;
      const written = await Promise.all(
        files.map((file) =>
          stat(file).then(
            ({ mtimeMs }) => mtimeMs,
            () => 0,
          ),
        ),
      );
      if (files.length > 0 && written.every((time) => time >= begin))
        onTimed?.({ name, seconds, layers, items: states.items.length });
    };
    try {
      if (name === 'diagnose') {
        const file = join(directory, ANSWERS_FILE);
        const answers = existsSync(file) ? await readJsonl(file, answerSchema) : [];
        const set = await readContrastSet(run.set(folder));
        report = await analyse({
          run,
          setFolder: folder,
          set,
          states,
          answers: answers.length === 0 ? null : answers,
          seed,
          keep,
          onProgress,
          signal,
        });
        const results = dirname(run.result(checkpoint.name, folder, 'finding'));
        await timed(
          (await readdir(results)).filter((own) => DIAGNOSED.test(own)).map((own) => join(results, own)),
          states.header.layers,
        );
        continue;
      }
      const { selection = defaultSelection(states), layers } = analysis as {
        selection?: ReturnType<typeof defaultSelection>;
        layers?: string[];
      };
      const others =
        ANALYSES[name].reads === 'several'
          ? cells.filter((other) => other !== cell && existsSync(run.states(other.checkpoint.name, other.set.folder)))
          : [];
      const { done } = await analyseStates({
        inputs: [cell, ...others].map((input) => ({
          states: run.states(input.checkpoint.name, input.set.folder),
          set: run.set(input.set.folder),
        })),
        names: [name],
        selection,
        layers,
        seed,
        out: join(run.path, 'results', checkpoint.name, folder, selection.replaceAll(':', '-')),
        keep,
        onProgress,
        signal,
      });
      const read = states.header.layers.filter(
        (layer) =>
          (layers?.includes(layer.name) ?? true) &&
          states.header.selections[layer.name].some((held) => held.startsWith(selection)),
      );
      await timed(
        done.map(({ file }) => file),
        read,
      );
    } catch (error) {
      if (!(error instanceof PlumblineError) || error.code === 'interrupted') throw error;
      skipped.push({ checkpoint: checkpoint.name, set: folder, analysis: name, reason: messageOf(error) });
    }
  }
  return { report, skipped };
}
