/** A checkpoint as analyses ask it again: under interventions, and for the state of every patch. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContrastSet } from '../../core/artifacts/contrast-set.ts';
import { writeIntervention, type Intervention } from '../../core/artifacts/intervention.ts';
import type { CheckpointAccess } from '../../core/definitions/analysis.ts';
import type { OnProgress } from '../../core/progress.ts';
import {
  type Checkpoint,
  type Device,
  extract,
  extractDense,
  type Extraction,
  type ExtractOptions,
} from '../../extractors/index.ts';
import type { RunFolder } from '../run-folder.ts';

export interface AccessOptions {
  readonly run: RunFolder;
  readonly checkpoint: Checkpoint;
  readonly set: ContrastSet;
  /** Name of the set's folder in the run. */
  readonly setFolder: string;
  readonly device?: Device | undefined;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs the checkpoint; interventions, answers under them and dense states land in the run folder. */
export function checkpointAccess(options: AccessOptions): CheckpointAccess {
  const { run, checkpoint, set, setFolder, device, onProgress, signal } = options;
  return {
    layers: checkpoint.layers,
    async answersUnder(intervention, pairs) {
      const { name } = intervention.header;
      await writeIntervention(interventionFile(run, checkpoint.name, setFolder, name), intervention);
      const directory = run.states(checkpoint.name, join(setFolder, name));
      const under = { checkpoint, set: { ...set, pairs }, intervention, directory, device, onProgress, signal };
      return (await extractUnder(under)).answers;
    },
    densePatches: (layers) =>
      extractDense({
        checkpoint,
        set,
        directory: denseFolder(run, checkpoint.name, setFolder),
        layers,
        device,
        onProgress,
        signal,
      }),
  };
}

/** Where a run keeps an intervention; the answers under it lie under `states/CHECKPOINT/SET/NAME/`. */
export function interventionFile(run: RunFolder, checkpoint: string, setFolder: string, name: string): string {
  return join(run.path, 'interventions', checkpoint, setFolder, `${name}.json`);
}

/** Where a run keeps dense states, if it does. */
export function denseFolder(run: RunFolder, checkpoint: string, set: string): string {
  return join(run.states(checkpoint, set), 'dense');
}

export const removeDense = (run: RunFolder, checkpoint: string, set: string): Promise<void> =>
  rm(denseFolder(run, checkpoint, set), { recursive: true, force: true });

/** Runs a changed checkpoint; of its states only the last layer is kept, the answers are what counts. */
export function extractUnder(
  options: Pick<ExtractOptions, 'checkpoint' | 'set' | 'directory' | 'device' | 'onProgress' | 'signal'> & {
    readonly intervention: Intervention;
  },
): Promise<Extraction> {
  const last = options.checkpoint.layers.filter(({ part }) => part === 'text').at(-1)!.name;
  return extract({ ...options, layers: [last], selections: ['last'] });
}
