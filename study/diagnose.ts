/** The main job: contrastive pairs, hidden states, analyses and a report, for any number of checkpoints. */
import { generatePerspectiveSet, perspectiveCounts } from '../contrast-sets/index.ts';
import { findingSchema, type Finding } from '../core/artifacts/results/finding.ts';
import type { OnProgress } from '../core/progress.ts';
import { VERSION } from '../core/version.ts';
import type { Device } from '../extractors/index.ts';
import type { CheckpointReport } from '../reports/index.ts';
import { analyse } from './analyse.ts';
import { openCheckpoints } from './open-checkpoints.ts';
import { reportRun } from './report.ts';
import { hashesOf } from './run-contents.ts';
import { perspectiveFolder, RunFolder, type RunRecord } from './run-folder.ts';
import { timedExtraction } from './timed-extraction.ts';
import { mergedTimings, type Timing } from './timings.ts';

export interface DiagnoseOptions {
  /** Folders in the Hugging Face layout with `onnx/` inside. */
  readonly checkpoints: readonly string[];
  /** Run folder; what is already there is not done again. Defaults to *runs/diagnose*. */
  readonly out?: string;
  /** Seed of everything random; defaults to *0*. */
  readonly seed?: number;
  /** Consistent scenes, and as many counter-heuristic ones; a quarter as many ambiguous ones. Defaults to *200*. */
  readonly scenes?: number;
  /** Where the checkpoints run; defaults to *cpu*. */
  readonly device?: Device;
  /** Recorded in the run; defaults to a text that names the call. */
  readonly command?: string;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** What `--json` prints. */
export interface DiagnosisSummary {
  readonly plumbline: string;
  /** The run folder. */
  readonly run: string;
  readonly checkpoints: readonly {
    readonly name: string;
    readonly hash: string;
    readonly findings: readonly Finding[];
  }[];
}

export interface Diagnosis {
  readonly summary: DiagnosisSummary;
  /** In the order given: findings and all results. */
  readonly checkpoints: readonly CheckpointReport[];
  /** Path of the report's page. */
  readonly report: string;
}

/**
 * Diagnoses checkpoints for the shortcut "higher in the picture means farther" on the default perspective set.
 *
 * Everything lands in the run folder, keyed by content: a second run redoes nothing, an interrupted one goes on where
 * it stopped.
 *
 * @throws {PlumblineError} that says which file of which checkpoint is missing, damaged or unsupported.
 */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const { out = 'runs/diagnose', seed = 0, scenes = 200, device, onProgress, signal } = options;
  const started = new Date();
  const checkpoints = await openCheckpoints(options.checkpoints);
  const run = new RunFolder(out);

  const counts = perspectiveCounts(scenes);
  const setFolder = perspectiveFolder(counts, seed);
  const set = await generatePerspectiveSet({ directory: run.set(setFolder), seed, scenes: counts, onProgress, signal });

  const results: CheckpointReport[] = [];
  const hashes: string[] = [];
  const timings: Timing[] = [];
  for (const checkpoint of checkpoints) {
    const {
      states,
      answers,
      timings: own,
    } = await timedExtraction({
      checkpoint,
      set,
      directory: run.states(checkpoint.name, setFolder),
      device,
      onProgress,
      signal,
    });
    timings.push(...own);
    hashes.push(states.header.checkpoint.hash);
    results.push(
      await analyse({
        run,
        setFolder,
        set,
        states,
        answers: answers.length === 0 ? null : answers,
        seed,
        onProgress,
        signal,
      }),
    );
  }

  const before = await run.readRecord().catch(() => null);
  const command = options.command ?? `diagnose(${JSON.stringify({ checkpoints: options.checkpoints, seed, scenes })})`;
  const record: RunRecord = {
    format: 'plumbline-run',
    version: 1,
    plumbline: VERSION,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    command,
    seed,
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    set: { name: set.header.name, folder: setFolder, hash: set.header.hash },
    checkpoints: checkpoints.map(({ name, directory }, i) => ({ name, path: directory, hash: hashes[i] })),
    files: await hashesOf(
      run,
      results.map(({ name }, i) => ({
        checkpoint: { name, hash: hashes[i] },
        set: { name: set.header.name, folder: setFolder, hash: set.header.hash },
      })),
      signal,
    ),
    timings: mergedTimings(before?.timings ?? [], timings),
  };
  const report = await reportRun({ run, record, set, checkpoints: results, onProgress });
  await run.writeRecord(record);
  return {
    summary: {
      plumbline: VERSION,
      run: run.path,
      checkpoints: results.map(({ name, findings }, i) => ({
        name,
        hash: hashes[i],
        findings: findings.map((finding) => findingSchema.parse(finding)),
      })),
    },
    checkpoints: results,
    report,
  };
}
