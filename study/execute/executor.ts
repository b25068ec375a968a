/** Executes single steps of a study in a run folder. An engine decides which, and in which order. */
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readContrastSet } from '../../contrast-sets/index.ts';
import { itemsOf, type ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../../core/artifacts/hidden-states.ts';
import { findingSchema, type Finding } from '../../core/artifacts/results/finding.ts';
import type { Stamped } from '../../core/artifacts/results.ts';
import type { AnalysisInput } from '../../core/definitions/analysis.ts';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { writeJsonAtomic } from '../../core/formats/atomic.ts';
import { hashValue } from '../../core/formats/hash.ts';
import { readJson } from '../../core/formats/json.ts';
import type { OnProgress } from '../../core/progress.ts';
import { VERSION } from '../../core/version.ts';
import type { Checkpoint, Device } from '../../extractors/index.ts';
import { FINDINGS } from '../../findings/index.ts';
import { ANALYSES } from '../analyses.ts';
import { openInput } from '../cell-inputs.ts';
import type { Study } from '../config/schema.ts';
import { layersRead } from '../estimate/layers-read.ts';
import { MACHINE, sizeOfLayers, type Timing, timingSchema } from '../estimate/timings.ts';
import type { RunCell } from '../record.ts';
import { drawReport } from '../report.ts';
import { resultName } from '../request.ts';
import { type RunFolder, stored } from '../run-folder.ts';
import { extractionOf, requestsOn, type Step } from '../steps.ts';
import { writeSweepTable } from '../sweep-table.ts';
import { hashOfViews } from '../views-hash.ts';
import { runAnalysis } from './analysis.ts';
import { readResults } from './cell-results.ts';
import { checkpointAccess, removeDense } from './checkpoint-access.ts';
import { drawStudyFigures } from './figures.ts';
import { provideSet } from './set.ts';
import { timedExtraction } from './states.ts';

/** What became of a step: `steps/KEY.json`. */
export const outcomeSchema = z.object({
  key: z.string(),
  title: z.string(),
  status: z.enum(['done', 'skipped']),
  /** Why it was skipped; null for one of several readings that this checkpoint doesn't allow. */
  reason: z.string().nullable(),
  outputs: z.array(z.string()),
  /** How long it took when it was last really done. */
  timings: z.array(timingSchema),
});
export type StepOutcome = z.infer<typeof outcomeSchema>;

export interface ExecutorOptions {
  readonly study: Study;
  readonly run: RunFolder;
  /** Checkpoints on sets, in the order of the study. */
  readonly cells: () => Promise<readonly RunCell[]>;
  /** Opens a checkpoint by its name. */
  readonly checkpoint: (name: string) => Promise<Checkpoint>;
  /** Where checkpoints run; defaults to *cpu*. */
  readonly device?: Device | undefined;
  /** Recorded in reports. */
  readonly command: string;
  /** Whether an analysis that can't be made is an error, or skipped with its reason. */
  readonly strict: boolean;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

type Done = Pick<StepOutcome, 'status' | 'reason'> & { readonly timings?: readonly Timing[] };
const DONE: Done = { status: 'done', reason: null };

export class Executor {
  private readonly options: ExecutorOptions;
  private readonly sets = new Map<string, Promise<ContrastSet>>();
  private readonly inputs = new Map<string, Promise<AnalysisInput>>();

  constructor(options: ExecutorOptions) {
    this.options = options;
  }

  /**
   * Does a step, or what of it isn't there yet, and leaves `steps/KEY.json`.
   * @throws {PlumblineError} that says which checkpoint, set or file is missing, damaged or unsupported
   */
  async execute(step: Step): Promise<StepOutcome> {
    const { run, signal } = this.options;
    signal?.throwIfAborted();
    const { status, reason, timings = [] } = await this.do(step);
    const path = run.step(step.key);
    const before = await readOutcome(path);
    const outcome: StepOutcome = {
      key: step.key,
      title: step.title,
      status,
      reason,
      outputs: status === 'done' ? step.outputs.filter((output) => existsSync(join(run.path, output))) : [],
      timings: timings.length > 0 ? [...timings] : (before?.timings ?? []),
    };
    if (JSON.stringify(before) !== JSON.stringify(outcome)) await writeJsonAtomic(path, outcome);
    return outcome;
  }

  private async do(step: Step): Promise<Done> {
    const { study, run, onProgress, signal } = this.options;
    switch (step.kind) {
      case 'set':
        await provideSet(
          study.sets.find(({ name }) => name === step.set)!,
          run,
          study.seed,
          { onProgress, signal },
        );
        return DONE;
      case 'states':
        return this.states(step);
      case 'analysis':
        return this.analysis(step);
      case 'findings':
        return this.findings(step);
      case 'table':
        await writeSweepTable(run, await this.options.cells());
        return DONE;
      case 'figures':
        await drawStudyFigures(study, run, await this.options.cells(), { onProgress, signal });
        return DONE;
      case 'report':
        return this.report(step);
      case 'record':
        throw new Error('the record is written by the engine, which knows what became of the other steps');
    }
  }

  private set(name: string): Promise<ContrastSet> {
    let set = this.sets.get(name);
    if (set === undefined) this.sets.set(name, (set = readContrastSet(this.options.run.set(name))));
    return set;
  }

  private async cell({ checkpoint, set }: Pick<Step, 'checkpoint' | 'set'>): Promise<RunCell> {
    const cells = await this.options.cells();
    return cells.find((cell) => cell.checkpoint.name === checkpoint && cell.set.folder === set)!;
  }

  private async states({ checkpoint, set: name }: Step): Promise<Done> {
    const { study, run, device, onProgress, signal } = this.options;
    const { timings } = await timedExtraction({
      checkpoint: await this.options.checkpoint(checkpoint!),
      set: await this.set(name!),
      directory: run.states(checkpoint!, name!),
      ...extractionOf(study),
      device,
      onProgress,
      signal,
    });
    return { ...DONE, timings };
  }

  /** One checkpoint's states, answers and set; those of the cell at work stay open. */
  private input({ checkpoint, set }: RunCell): Promise<AnalysisInput> {
    const { run } = this.options;
    const key = `${checkpoint.name}/${set.folder}`;
    let input = this.inputs.get(key);
    if (input === undefined) {
      input = openInput({ states: run.states(checkpoint.name, set.folder), set: run.set(set.folder) });
      this.inputs.set(key, input);
    }
    return input;
  }

  private async analysis(step: Step): Promise<Done> {
    const { study, run, device, onProgress, signal } = this.options;
    const request = step.request!;
    const { reads, uses } = ANALYSES[request.name];
    const cell = await this.cell(step);
    const [checkpoint, folder] = [cell.checkpoint.name, cell.set.folder];
    const file = run.result(checkpoint, folder, resultName(request));
    const begin = Date.now();
    try {
      const patches = reads === 'patches';
      const set = await this.set(folder);
      const input = patches ? { set, states: noStates(cell), answers: null } : await this.input(cell);
      const others = reads === 'several' ? await this.others(cell) : [];
      const asks = patches || reads === 'checkpoint';
      const access = asks
        ? checkpointAccess({
            run,
            checkpoint: await this.options.checkpoint(checkpoint),
            set,
            setFolder: folder,
            device,
            onProgress,
            signal,
          })
        : null;
      const result = await runAnalysis({
        request,
        input,
        others,
        results: await resultsOn(study, run, cell, uses),
        checkpoint: access,
        seed: study.seed,
        beside: await besideOf(patches ? set : null, device),
        file,
        keep: stored,
        onProgress:
          onProgress && ((progress) => onProgress({ ...progress, stage: `${checkpoint}: ${progress.stage}` })),
        signal,
      });
      if (patches && !study.keepDense) await removeDense(run, checkpoint, folder);
      if (result === null) return { status: 'skipped', reason: null };
      const written = (await stat(file)).mtimeMs >= begin;
      return { ...DONE, timings: written ? [await this.timing(step, input, (Date.now() - begin) / 1000)] : [] };
    } catch (error) {
      if (!(error instanceof PlumblineError) || error.code === 'interrupted' || this.options.strict) throw error;
      return { status: 'skipped', reason: messageOf(error) };
    }
  }

  private async timing(step: Step, { set, states }: AnalysisInput, seconds: number): Promise<Timing> {
    const request = step.request!;
    return {
      step: 'analysis',
      name: resultName(request),
      checkpoint: (await this.cell(step)).checkpoint.hash,
      generator: set.header.generator,
      items: itemsOf(set).length,
      ...sizeOfLayers(layersRead(request, states.header)),
      seconds,
      machine: MACHINE,
    };
  }

  private async others(cell: RunCell): Promise<AnalysisInput[]> {
    const { run } = this.options;
    const cells = await this.options.cells();
    const having = cells.filter(
      (other) => other !== cell && existsSync(join(run.states(other.checkpoint.name, other.set.folder), 'states.json')),
    );
    return Promise.all(having.map((other) => this.input(other)));
  }

  private async findings(step: Step): Promise<Done> {
    const { run, study } = this.options;
    const cell = await this.cell(step);
    await judge(run, cell, await resultsOn(study, run, cell), stored);
    return DONE;
  }

  private async report(step: Step): Promise<Done> {
    const { study, run, command, onProgress, signal } = this.options;
    const cells = [...(await this.options.cells())];
    const begin = Date.now();
    const html = await drawReport(run, { study, command, cells }, step.set!, { onProgress, signal });
    const seconds = (Date.now() - begin) / 1000;
    const timing: Timing = {
      step: 'report',
      name: '',
      checkpoint: null,
      generator: '',
      items: cells.filter(({ set }) => set.folder === step.set).length,
      layers: 0,
      width: 0,
      seconds,
      machine: MACHINE,
    };
    return { ...DONE, timings: (await stat(html)).mtimeMs >= begin ? [timing] : [] };
  }
}

/** Judges all findings that apply to the results of a cell. */
export async function judge(
  run: RunFolder,
  { checkpoint, set }: RunCell,
  results: readonly Stamped<object>[],
  keep: typeof stored,
): Promise<Stamped<Finding>[]> {
  const judged: Stamped<Finding>[] = [];
  for (const finding of FINDINGS) {
    if (!finding.appliesTo(results)) continue;
    const keys = results.map(({ provenance }) => provenance.key);
    const key = hashValue({ plumbline: VERSION, finding: finding.id, version: finding.version, results: keys });
    const file = run.result(checkpoint.name, set.folder, `finding-${finding.id}`);
    const provenance = { ...results[0].provenance, key };
    judged.push(await keep(file, findingSchema, provenance, () => finding.judge({ results })));
  }
  return judged;
}

/** What `steps/KEY.json` says; null where there is none, or a damaged one. */
export function readOutcome(path: string): Promise<StepOutcome | null> {
  return readJson(path, outcomeSchema).catch(() => null);
}

/** The results of a study on a cell that are there, in its order; of some analyses, or of all. */
function resultsOn(study: Study, run: RunFolder, cell: RunCell, names?: readonly string[]): Promise<Stamped<object>[]> {
  const requests = requestsOn(study, cell.set.folder).filter(({ name }) => names?.includes(name) ?? true);
  return readResults(
    run,
    cell,
    requests.map((request) => ({ name: request.name, file: resultName(request) })),
  );
}

/** A correspondence depends on ground truth beside the set, and on the device where that isn't the processor. */
export async function besideOf(set: ContrastSet | null, device: Device | undefined): Promise<unknown> {
  if (set === null) return undefined;
  return { views: await hashOfViews(set), ...(device !== undefined && device !== 'cpu' ? { device } : {}) };
}

/** In the place of states, for analyses that read patches instead: they hold no layer. */
export function noStates({ checkpoint, set }: RunCell): HiddenStates {
  return {
    header: {
      format: 'plumbline-hidden-states',
      version: 1,
      key: hashValue({ checkpoint: checkpoint.hash, set: set.hash }),
      checkpoint,
      set: { name: set.name, hash: set.hash },
      dtype: 'float32',
      rows: 0,
      rowsPerShard: 1,
      layers: [],
      selections: {},
    },
    items: [],
    has: () => false,
    read: (layer) => Promise.reject(new Error(`no states of ${layer}`)),
  };
}
