/**
 * Is what was found also used? Steering, patching and erasure (docs/methods.md §6) on the default perspective set: an
 * analysis writes interventions, extraction applies them, the analysis compares the answers.
 */
import { perspectiveCounts } from '../contrast-sets/index.ts';
import type { Axis } from '../core/artifacts/contrast-set.ts';
import { causeSchema, type CauseResult } from '../core/artifacts/results/cause.ts';
import type { Stamped } from '../core/artifacts/results.ts';
import type { OnProgress } from '../core/progress.ts';
import type { Device } from '../extractors/index.ts';
import { presetStudy } from './presets.ts';
import { resultName } from './request.ts';
import { perspectiveFolder, readResult } from './run-folder.ts';
import { runStudy } from './run-study.ts';
import { requestsOn } from './steps.ts';

export interface CauseOptions {
  /** Folders of checkpoints with a language side. */
  readonly checkpoints: readonly string[];
  /** Run folder; sets and states that `diagnose` left there are used. Defaults to *runs/diagnose*. */
  readonly out?: string;
  /** Axis that is asked about; defaults to *distance*. */
  readonly axis?: Axis;
  /** Strengths α of α·‖h‖·v̂; defaults to *.25, .5, 1, 2*. */
  readonly alphas?: readonly number[] | undefined;
  /** Layers; defaults to *all outputs of blocks that the states hold*. */
  readonly layers?: readonly string[] | undefined;
  readonly seed?: number;
  /** As in `diagnose`; defaults to *200*. */
  readonly scenes?: number;
  /** Where the checkpoints run; defaults to *cpu*. */
  readonly device?: Device;
  /** Recorded in the run; defaults to a text that names the call. */
  readonly command?: string;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Steers, patches and erases, or reads the stored results of the same inputs.
 * @throws {PlumblineError} `no-language-side`, and as `extract`
 */
export async function cause(options: CauseOptions): Promise<Stamped<CauseResult>[]> {
  const { checkpoints, out = 'runs/diagnose', axis = 'distance', alphas, layers, seed = 0, scenes = 200 } = options;
  const folder = perspectiveFolder(perspectiveCounts(scenes), seed);
  const study = presetStudy({
    checkpoints,
    out,
    seed,
    sets: [{ name: folder, generator: 'perspective', scenes }],
    analyses: [{ name: 'cause', axis, ...(alphas === undefined ? {} : { alphas: [...alphas] }), layers }],
    report: false,
  });
  const command = options.command ?? `cause(${JSON.stringify({ checkpoints, axis, seed, scenes })})`;
  const { device, onProgress, signal } = options;
  const { run, executed } = await runStudy(study, {
    command,
    preset: 'cause',
    strict: true,
    device,
    onProgress,
    signal,
  });
  const name = resultName(requestsOn(study, folder)[0]);
  return Promise.all(
    executed.cells.map(({ checkpoint }) => readResult(run.result(checkpoint.name, folder, name), causeSchema)),
  );
}
