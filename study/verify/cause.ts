/**
 * Steering, patching and erasure computed again from what a run keeps: hidden states, interventions, and the answers
 * under them.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CAUSE_ALPHAS } from '../../analysis/index.ts';
import type { Answer } from '../../core/artifacts/answers.ts';
import type { ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../../core/artifacts/hidden-states.ts';
import { readIntervention, type Intervention } from '../../core/artifacts/intervention.ts';
import type { CauseResult } from '../../core/artifacts/results/cause.ts';
import type { Stamped } from '../../core/artifacts/results.ts';
import { STATES_FILE } from '../../core/formats/hidden-states.ts';
import type { OnProgress } from '../../core/progress.ts';
import { VERSION } from '../../core/version.ts';
import { ANSWERS_FILE, openHiddenStates, type Checkpoint } from '../../extractors/index.ts';
import { causeResult, type AnswersUnder } from '../../analysis/index.ts';
import { causeKey, extractUnder, interventionFile } from '../cause.ts';
import type { RunCell } from '../run-contents.ts';
import type { RunFolder } from '../run-folder.ts';
import { NotKept } from './not-kept.ts';

export interface CauseToVerify {
  readonly run: RunFolder;
  readonly cell: RunCell;
  readonly set: ContrastSet;
  readonly states: HiddenStates;
  readonly answers: readonly Answer[];
  /** The result as it is stored: its axis, layers, strengths and seed say what was asked for. */
  readonly stored: Stamped<CauseResult>;
  /** Answers for what isn't kept. */
  readonly checkpoint: Checkpoint | null;
  /** Reads answers and compares them with the copy in their shards; null or undefined where they can't be read. */
  readonly readAnswers: (directory: string, states: HiddenStates) => Promise<readonly Answer[] | null | undefined>;
  /** Compares a kept value with the computed one. */
  readonly compare: (file: string, kept: object, computed: object) => void;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The same result from kept answers.
 * @throws {NotKept} when an intervention or its answers are gone and there is no checkpoint
 */
export async function recomputeCause(options: CauseToVerify): Promise<Stamped<CauseResult>> {
  const { cell, set, states, answers, stored } = options;
  const {
    axis,
    layers,
    choice,
    steering,
    provenance: { seed, key },
  } = stored;
  const reported = steering.filter(({ half }) => half === 'reported').map(({ alpha }) => alpha);
  const alphas = reported.length === 0 ? CAUSE_ALPHAS : [...new Set(reported)];
  const scratch = await mkdtemp(join(tmpdir(), 'plumbline-verify-cause-'));
  try {
    const result = await causeResult({
      set,
      states,
      answers,
      axis,
      alphas,
      layers,
      seed,
      answersUnder: answersUnder(options, scratch),
    });
    // Without a layer to report at, no strength was used, and none can be read off the result.
    const provenance = {
      plumbline: VERSION,
      seed,
      checkpoint: cell.checkpoint,
      set: { name: set.header.name, hash: set.header.hash },
      key: choice.layer === null ? key : causeKey({ seed, states: states.header.key, axis, alphas, layers }),
    };
    return { ...result, provenance };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function answersUnder(
  { run, cell, set, checkpoint, readAnswers, compare, onProgress, signal }: CauseToVerify,
  scratch: string,
): AnswersUnder {
  return async (intervention, pairs) => {
    signal?.throwIfAborted();
    const { name } = intervention.header;
    const directory = run.states(cell.checkpoint.name, join(cell.set.folder, name));
    const file = interventionFile(run, cell.checkpoint.name, cell.set.folder, name);
    const missing = [file, join(directory, STATES_FILE), join(directory, ANSWERS_FILE)].find(
      (path) => !existsSync(path),
    );
    if (missing !== undefined) {
      if (checkpoint === null)
        throw new NotKept(`${name}: ${missing === file ? 'the intervention is' : 'the answers under it are'} not kept`);
      return (
        await extractUnder({
          checkpoint,
          set: { ...set, pairs },
          intervention,
          directory: join(scratch, name),
          onProgress,
          signal,
        })
      ).answers;
    }
    const kept = await readIntervention(file);
    if (kept.hash !== intervention.hash) compare(file, plain(kept), plain(intervention));
    const states = await openHiddenStates(directory);
    const { header } = states;
    compare(
      join(directory, STATES_FILE),
      { checkpoint: header.checkpoint.hash, set: header.set.hash },
      { checkpoint: cell.checkpoint.hash, set: cell.set.hash },
    );
    const answers = await readAnswers(directory, states);
    if (!answers) throw new NotKept(`${name}: its answers can\u2019t be read`);
    return answers;
  };
}

/** An intervention as plain values; two that change the same have the same. */
function plain({ header: { edits, items }, tensors }: Intervention): object {
  return {
    edits,
    items,
    tensors: Object.fromEntries([...tensors].map(([name, { shape, data }]) => [name, { shape, data: [...data] }])),
  };
}
