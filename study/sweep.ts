/** Correspondence over checkpoints × layers × sets of views: dense states, analysis, one table of all. */
import { join } from 'node:path';
import type { OnProgress } from '../core/progress.ts';
import type { Device } from '../extractors/index.ts';
import { finishedSets, presetStudy } from './presets.ts';
import type { RunRecord } from './record.ts';
import { runStudy } from './run-study.ts';
import { bestOf, readSwept, SWEEP_TABLE, type BestOfSweep, type SweptResult } from './sweep-table.ts';

export interface SweepOptions {
  /** Folders in the Hugging Face layout with `onnx/` inside. */
  readonly checkpoints: readonly string[];
  /** Folders of sets with pairs of views; they are copied into the run. */
  readonly sets: readonly string[];
  /** Run folder; what is already there is not done again. Defaults to *runs/sweep*. */
  readonly out?: string;
  /** Names of layers; by default all before the text but the sums inside blocks. */
  readonly layers?: readonly string[] | undefined;
  /** Seed of everything random; defaults to *0*. */
  readonly seed?: number;
  /**
   * Keep the dense states (gigabytes for large encoders); by default they are removed once a set is analysed.
   */
  readonly keepStates?: boolean;
  /** Where the checkpoints run; defaults to *cpu*. */
  readonly device?: Device;
  /** Recorded in the run; defaults to a text that names the call. */
  readonly command?: string;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Sweep {
  /** The run folder. */
  readonly run: string;
  readonly record: RunRecord;
  readonly results: readonly SweptResult[];
  /** The best layer of each checkpoint on each set. */
  readonly best: readonly BestOfSweep[];
  /** Path of the table with every number. */
  readonly csv: string;
}

/**
 * Scores every layer of every checkpoint on every set of views (docs/methods.md §4). Everything lands in the run
 * folder, keyed by content: a second run redoes nothing, an interrupted one goes on where it stopped.
 * @throws PlumblineError that says which checkpoint, set or file is missing, damaged or unsupported
 */
export async function sweep(options: SweepOptions): Promise<Sweep> {
  const { checkpoints, out = 'runs/sweep', layers, seed = 0, keepStates = false, device, onProgress, signal } = options;
  const study = presetStudy({
    checkpoints,
    out,
    seed,
    sets: await finishedSets(options.sets),
    analyses: [{ name: 'correspondence', layers }],
    keepDense: keepStates,
    report: false,
  });
  const command = options.command ?? `sweep(${JSON.stringify({ checkpoints, sets: options.sets, seed })})`;
  const { run, record, executed } = await runStudy(study, {
    command,
    preset: 'sweep',
    strict: true,
    device,
    onProgress,
    signal,
  });
  const results = await readSwept(run, executed.cells);
  return {
    run: run.path,
    record,
    results,
    best: results.map(bestOf),
    csv: join(run.path, SWEEP_TABLE),
  };
}
