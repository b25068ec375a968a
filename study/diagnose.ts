/** The main job: contrastive pairs, hidden states, analyses and a report, for any number of checkpoints. */
import { perspectiveCounts } from '../contrast-sets/index.ts';
import { findingSchema, type Finding } from '../core/artifacts/results/finding.ts';
import type { OnProgress } from '../core/progress.ts';
import { VERSION } from '../core/version.ts';
import type { Device } from '../extractors/index.ts';
import type { CheckpointReport } from '../reports/index.ts';
import { presetStudy } from './presets.ts';
import { perspectiveFolder } from './run-folder.ts';
import { runStudy } from './run-study.ts';

export interface DiagnoseOptions {
  /** Folders in the Hugging Face layout with `onnx/` inside. */
  readonly checkpoints: readonly string[];
  /** Run folder; what is already there is not done again. Defaults to *runs/diagnose*. */
  readonly out?: string;
  /** Seed of everything random; defaults to *0*. */
  readonly seed?: number;
  /**
   * Consistent scenes, and as many counter-heuristic ones; a quarter as many ambiguous ones. Defaults to *200*.
   */
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
  /** Per checkpoint, in the order given: findings and all other results. */
  readonly checkpoints: readonly CheckpointReport[];
  /** Path of the report's page. */
  readonly report: string;
}

/**
 * Diagnoses checkpoints on the default perspective set: every finding that the set has pairs for, first of all the
 * shortcut "higher in the picture means farther".
 *
 * Everything lands in the run folder, keyed by content: a second run redoes nothing, an interrupted one goes on where
 * it stopped.
 *
 * @throws {PlumblineError} that says which file of which checkpoint is missing, damaged or unsupported.
 */
export async function diagnose(options: DiagnoseOptions): Promise<Diagnosis> {
  const { checkpoints, out = 'runs/diagnose', seed = 0, scenes = 200, device, onProgress, signal } = options;
  const study = presetStudy({
    checkpoints,
    out,
    seed,
    sets: [{ name: perspectiveFolder(perspectiveCounts(scenes), seed), generator: 'perspective', scenes }],
    analyses: [{ name: 'diagnose' }],
  });
  const command = options.command ?? `diagnose(${JSON.stringify({ checkpoints, seed, scenes })})`;
  const { run, executed, diagnosed, reports } = await runStudy(study, {
    command,
    preset: 'diagnose',
    device,
    onProgress,
    signal,
  });
  return {
    summary: {
      plumbline: VERSION,
      run: run.path,
      checkpoints: diagnosed.map(({ results: { name, findings } }, i) => ({
        name,
        hash: executed.cells[i].checkpoint.hash,
        findings: findings.map((finding) => findingSchema.parse(finding)),
      })),
    },
    checkpoints: diagnosed.map(({ results }) => results),
    report: reports[0],
  };
}
