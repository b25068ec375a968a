/**
 * A checkpoint as far as a run keeps what it gave: answers under interventions, and dense states. What isn't kept comes
 * from the checkpoint itself where it is at hand.
 */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContrastSet } from '../../core/artifacts/contrast-set.ts';
import { readIntervention, type Intervention } from '../../core/artifacts/intervention.ts';
import type { HiddenStates } from '../../core/artifacts/hidden-states.ts';
import type { CheckpointAccess } from '../../core/definitions/analysis.ts';
import { DENSE_FILE, openDensePatches } from '../../core/formats/dense-patches.ts';
import { STATES_FILE } from '../../core/formats/hidden-states.ts';
import type { OnProgress } from '../../core/progress.ts';
import { ANSWERS_FILE, extractDense, openHiddenStates, type Checkpoint } from '../../extractors/index.ts';
import { denseFolder, extractUnder, interventionFile } from '../execute/checkpoint-access.ts';
import type { RunCell } from '../record.ts';
import type { RunFolder } from '../run-folder.ts';
import { verifyAnswers } from './inputs.ts';
import type { Ledger } from './ledger.ts';
import { NotKept } from './not-kept.ts';

export interface KeptOptions {
  readonly run: RunFolder;
  readonly cell: RunCell;
  readonly set: ContrastSet;
  readonly states: HiddenStates;
  /** Gives what isn't kept; null where it isn't at hand. */
  readonly checkpoint: Checkpoint | null;
  readonly ledger: Ledger;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * What it reads is compared with what the run says it should be; what is neither kept nor at hand is thrown as
 * `NotKept`. The scratch folder is removed by `close`.
 */
export class KeptAccess implements CheckpointAccess {
  private readonly options: KeptOptions;
  private scratch: string | null = null;

  constructor(options: KeptOptions) {
    this.options = options;
  }

  get layers(): CheckpointAccess['layers'] {
    return this.options.states.header.layers;
  }

  async close(): Promise<void> {
    if (this.scratch !== null) await rm(this.scratch, { recursive: true, force: true });
  }

  private async folder(name: string): Promise<string> {
    this.scratch ??= await mkdtemp(join(tmpdir(), 'plumbline-verify-'));
    return join(this.scratch, name);
  }

  async answersUnder(
    intervention: Intervention,
    pairs: ContrastSet['pairs'],
  ): ReturnType<CheckpointAccess['answersUnder']> {
    const { run, cell, set, checkpoint, ledger, onProgress, signal } = this.options;
    signal?.throwIfAborted();
    const { name } = intervention.header;
    const directory = run.states(cell.checkpoint.name, join(cell.set.folder, name));
    const file = interventionFile(run, cell.checkpoint.name, cell.set.folder, name);
    const needed = [file, join(directory, STATES_FILE), join(directory, ANSWERS_FILE)];
    const missing = needed.find((path) => !existsSync(path));
    if (missing !== undefined) {
      if (checkpoint === null)
        throw new NotKept(`${name}: ${missing === file ? 'the intervention is' : 'the answers under it are'} not kept`);
      const under = { checkpoint, set: { ...set, pairs }, intervention, directory: await this.folder(name) };
      return (await extractUnder({ ...under, onProgress, signal })).answers;
    }
    const kept = await readIntervention(file);
    if (kept.hash !== intervention.hash) ledger.compare(file, '', plain(kept), plain(intervention), 'computed');
    const states = await openHiddenStates(directory);
    this.compareHashes(join(directory, STATES_FILE), states.header);
    const answers = await verifyAnswers(directory, states, ledger);
    if (!answers) throw new NotKept(`${name}: its answers can\u2019t be read`);
    return answers;
  }

  async densePatches(layers?: readonly string[]): ReturnType<CheckpointAccess['densePatches']> {
    const { run, cell, set, checkpoint, onProgress, signal } = this.options;
    const kept = denseFolder(run, cell.checkpoint.name, cell.set.folder);
    if (existsSync(join(kept, DENSE_FILE))) {
      const patches = await openDensePatches(kept);
      this.compareHashes(join(kept, DENSE_FILE), patches.header);
      return patches;
    }
    if (checkpoint === null) throw new NotKept('the dense states are not kept (sweep --keep-states keeps them)');
    const directory = await this.folder('dense');
    return extractDense({ checkpoint, set, directory, layers, onProgress, signal });
  }

  private compareHashes(
    file: string,
    header: { readonly checkpoint: { readonly hash: string }; readonly set: { readonly hash: string } },
  ): void {
    const { cell, ledger } = this.options;
    const found = { checkpoint: header.checkpoint.hash, set: header.set.hash };
    ledger.compare(file, '', found, { checkpoint: cell.checkpoint.hash, set: cell.set.hash }, 'computed');
  }
}

/** An intervention as plain values; two that change the same have the same. */
function plain({ header: { edits, items }, tensors }: Intervention): object {
  return {
    edits,
    items,
    tensors: Object.fromEntries([...tensors].map(([name, { shape, data }]) => [name, { shape, data: [...data] }])),
  };
}
