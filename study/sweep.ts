/** Correspondence over checkpoints × layers × sets of views: dense states, analysis, one table of all. */
import { rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { correspondence } from '../analysis/index.ts';
import { readContrastSet } from '../contrast-sets/index.ts';
import { itemsOf, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import {
  correspondenceSchema,
  type CorrespondenceResult,
  type PckMeans,
} from '../core/artifacts/results/correspondence.ts';
import { estimateSchema, type Estimate, type Stamped } from '../core/artifacts/results.ts';
import { PlumblineError } from '../core/errors.ts';
import { writeFileAtomic, writeJsonAtomic } from '../core/formats/atomic.ts';
import { hashFiles, hashValue } from '../core/formats/hash.ts';
import { readJson } from '../core/formats/json.ts';
import type { OnProgress } from '../core/progress.ts';
import { VERSION } from '../core/version.ts';
import { checkpointHash, type Device, extractDense, type Checkpoint } from '../extractors/index.ts';
import { toCsv } from '../reports/tables/csv.ts';
import type { Cell, Column } from '../reports/tables/table.ts';
import { openCheckpoints } from './open-checkpoints.ts';
import { RunFolder, stored } from './run-folder.ts';

/** Raised when a number would come out differently: results of an earlier version are computed again. */
const SWEEP_VERSION = 1;
export const SWEEP_FILE = 'sweep.json';
export const SWEEP_TABLE = 'sweep.csv';

export interface SweepOptions {
  /** Folders in the Hugging Face layout with `onnx/` inside. */
  readonly checkpoints: readonly string[];
  /** Folders of sets with pairs of views. */
  readonly sets: readonly string[];
  /** Run folder; what is already there is not done again. Defaults to *runs/sweep*. */
  readonly out?: string;
  /** Names of layers; by default all before the text but the sums inside blocks. */
  readonly layers?: readonly string[] | undefined;
  /** Seed of everything random; defaults to *0*. */
  readonly seed?: number;
  /** Keep the dense states (gigabytes for large encoders); by default they are removed once a set is analysed. */
  readonly keepStates?: boolean;
  /** Where the checkpoints run; defaults to *cpu*. */
  readonly device?: Device;
  /** Recorded in the run; defaults to a text that names the call. */
  readonly command?: string;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

const sweepSchema = z.object({
  format: z.literal('plumbline-sweep'),
  version: z.literal(1),
  plumbline: z.string(),
  node: z.string(),
  platform: z.string(),
  command: z.string(),
  seed: z.number().int(),
  started: z.string(),
  seconds: z.number(),
  checkpoints: z.array(z.object({ name: z.string(), path: z.string(), hash: z.string() })),
  sets: z.array(z.object({ name: z.string(), folder: z.string(), path: z.string(), hash: z.string() })),
  /**
   * The best layer of each checkpoint on each set, picked on one half of the scenes and scored on the other, beside
   * chance and baselines.
   */
  best: z.array(
    z.object({
      checkpoint: z.string(),
      set: z.string(),
      layer: z.string(),
      measure: z.string(),
      perPoint: estimateSchema,
      perImage: estimateSchema,
      chance: z.number().nullable(),
      samePosition: estimateSchema,
      rawRgb: estimateSchema.nullable(),
      planted: estimateSchema,
      confidence: estimateSchema,
      f1: estimateSchema,
      chanceF1: estimateSchema,
    }),
  ),
});
/** `sweep.json`. */
export type SweepRecord = z.infer<typeof sweepSchema>;

/** One checkpoint on one set, the set by its folder. */
export interface SweptResult {
  readonly checkpoint: string;
  readonly set: string;
  readonly result: Stamped<CorrespondenceResult>;
}

export interface Sweep {
  readonly record: SweepRecord;
  readonly results: readonly SweptResult[];
  /** Path of the table with every number. */
  readonly csv: string;
}

/**
 * Scores every layer of every checkpoint on every set of views (methods §4). Everything lands in the run folder, keyed
 * by content: a second run redoes nothing, an interrupted one goes on where it stopped.
 * @throws PlumblineError that says which checkpoint, set or file is missing, damaged or unsupported
 */
export async function sweep(options: SweepOptions): Promise<Sweep> {
  const { out = 'runs/sweep', layers, seed = 0, keepStates = false, device = 'cpu', onProgress, signal } = options;
  const started = new Date();
  const checkpoints = await openCheckpoints(options.checkpoints);
  const sets = await openSets(options.sets);
  const run = new RunFolder(out);
  const hashes: string[] = [];
  const results: SweptResult[] = [];
  for (const checkpoint of checkpoints) {
    const hash = await checkpointHash(checkpoint, signal);
    hashes.push(hash);
    for (const { folder, set, views } of sets) {
      const key = sweepKey({ checkpoint: hash, set: set.header.hash, views, layers: layers ?? null, seed, device });
      const provenance = {
        plumbline: VERSION,
        seed,
        checkpoint: { name: checkpoint.name, hash },
        set: { name: set.header.name, hash: set.header.hash },
        key,
      };
      const compute = (): Promise<CorrespondenceResult> =>
        analyse({ run, checkpoint, folder, set, layers, seed, keepStates, device, onProgress, signal });
      results.push({
        checkpoint: checkpoint.name,
        set: folder,
        result: await stored(
          run.result(checkpoint.name, folder, 'correspondence'),
          correspondenceSchema,
          provenance,
          compute,
        ),
      });
    }
  }
  const record: SweepRecord = {
    format: 'plumbline-sweep',
    version: 1,
    plumbline: VERSION,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    command:
      options.command ?? `sweep(${JSON.stringify({ checkpoints: options.checkpoints, sets: options.sets, seed })})`,
    seed,
    started: started.toISOString(),
    seconds: (Date.now() - started.getTime()) / 1000,
    checkpoints: checkpoints.map(({ name, directory }, i) => ({ name, path: directory, hash: hashes[i] })),
    sets: sets.map(({ folder, path, set }) => ({ name: set.header.name, folder, path, hash: set.header.hash })),
    best: results.map(bestOf),
  };
  const csv = join(run.path, SWEEP_TABLE);
  await writeFileAtomic(csv, sweepCsv(results));
  await writeJsonAtomic(join(run.path, SWEEP_FILE), record);
  return { record, results, csv };
}

/** Content key of a result; `views` is the hash of the ground truth. */
export function sweepKey({
  device,
  ...inputs
}: {
  checkpoint: string;
  set: string;
  views: string;
  layers: readonly string[] | null;
  seed: number;
  device: Device;
}): string {
  return hashValue({ plumbline: VERSION, version: SWEEP_VERSION, ...inputs, ...(device !== 'cpu' && { device }) });
}

/** The table with every number. */
export function sweepCsv(results: readonly SweptResult[]): string {
  return toCsv({ name: 'sweep', title: 'Correspondence', columns: COLUMNS, rows: results.flatMap(rowsOf) });
}

/** Reads the record of a finished sweep. */
export function readSweep(run: string): Promise<SweepRecord> {
  return readJson(join(run, SWEEP_FILE), sweepSchema);
}

/** sha-256 over the ground truth of a set, which the set's own hash doesn't cover. */
export function hashOfViews(set: ContrastSet): Promise<string> {
  return hashFiles(
    set.directory,
    itemsOf(set).flatMap(({ correspondences }) => (correspondences === undefined ? [] : [correspondences])),
  );
}

interface OpenedSet {
  /** Its folder's name in the run. */
  readonly folder: string;
  readonly path: string;
  readonly set: ContrastSet;
  /** sha-256 over the ground truth, which the set's own hash doesn't cover. */
  readonly views: string;
}

async function openSets(paths: readonly string[]): Promise<OpenedSet[]> {
  if (paths.length === 0)
    throw new PlumblineError('no-set', 'no set of views given', { hint: 'name at least one: --set FOLDER' });
  const opened: OpenedSet[] = [];
  for (const path of new Set(paths.map((given) => resolve(given)))) {
    const set = await readContrastSet(path);
    opened.push({ folder: basename(path), path, set, views: await hashOfViews(set) });
  }
  return opened.map((own) =>
    opened.filter(({ folder }) => folder === own.folder).length === 1
      ? own
      : { ...own, folder: `${own.folder}-${own.set.header.hash.slice(0, 8)}` },
  );
}

async function analyse(
  options: { run: RunFolder; checkpoint: Checkpoint; folder: string; set: ContrastSet } & Pick<
    SweepOptions,
    'layers' | 'keepStates' | 'device' | 'onProgress' | 'signal'
  > & { seed: number },
): Promise<CorrespondenceResult> {
  const { run, checkpoint, folder, set, layers, seed, keepStates, device, onProgress, signal } = options;
  const directory = denseFolder(run, checkpoint.name, folder);
  const patches = await extractDense({ checkpoint, set, directory, layers, device, onProgress, signal });
  const reports: OnProgress | undefined =
    onProgress && ((progress) => onProgress({ ...progress, stage: `${checkpoint.name}: ${progress.stage}` }));
  const result = await correspondence({ set, patches, seed, onProgress: reports, signal });
  if (keepStates !== true) await rm(directory, { recursive: true, force: true });
  return result;
}

/** Where a run keeps dense states, if it does. */
export function denseFolder(run: RunFolder, checkpoint: string, set: string): string {
  return join(run.states(checkpoint, set), 'dense');
}

const wholeOf = (means: readonly PckMeans[], threshold: string): PckMeans =>
  means.find((entry) => entry.threshold === threshold && entry.bin === 'all')!;

/** What `sweep.json` says of a result. */
export function bestOf({ checkpoint, set, result }: SweptResult): SweepRecord['best'][number] {
  const { choice, layers, baselines, chance } = result;
  const { threshold } = choice.reported;
  const baseline = (name: string): Estimate | null => {
    const found = baselines.find((candidate) => candidate.name === name);
    return found === undefined ? null : wholeOf(found.pck, threshold).perPoint;
  };
  const layer = layers.find((candidate) => candidate.layer === choice.layer)!;
  const oneToOne = (wide: (typeof layer)['wide']): Estimate =>
    wide.find(({ setting, stratum }) => setting === 'one-to-one' && stratum === 'all')!.f1;
  return {
    checkpoint,
    set,
    layer: choice.layer,
    measure: threshold,
    perPoint: choice.reported.perPoint,
    perImage: choice.reported.perImage,
    chance: chance.pck.find((entry) => entry.threshold === threshold && entry.bin === 'all')?.perPoint ?? null,
    samePosition: baseline('same position')!,
    rawRgb: baseline('raw RGB'),
    planted: baseline('planted coordinates')!,
    confidence: layer.confidence,
    f1: oneToOne(layer.wide),
    chanceF1: oneToOne(chance.wide),
  };
}

const COLUMNS: readonly Column[] = [
  ...['checkpoint', 'set', 'kind', 'layer', 'measure', 'bin', 'mean'].map((key): Column => ({
    key,
    label: key,
    type: 'text',
  })),
  { key: 'value', label: 'value', type: 'estimate' },
];

/** Every number of a result: PCK by layer, baseline, bin and mean; ρ; F1 by setting and stratum. */
function rowsOf({ checkpoint, set, result }: SweptResult): Cell[][] {
  const row = (kind: string, layer: string, measure: string, bin: string, mean: string, value: Cell): Cell[] => [
    checkpoint,
    set,
    kind,
    layer,
    measure,
    bin,
    mean,
    value,
  ];
  const pck = (kind: string, layer: string, means: readonly PckMeans[]): Cell[][] =>
    means.flatMap(({ threshold, bin, perPoint, perImage }) => [
      row(kind, layer, threshold, bin, 'per point', perPoint),
      row(kind, layer, threshold, bin, 'per image', perImage),
    ]);
  const wide = (kind: string, layer: string, means: CorrespondenceResult['layers'][number]['wide']): Cell[][] =>
    means.map(({ setting, stratum, f1 }) =>
      row(kind, layer, `F1, ${setting}`, `1 − overlap ${stratum}`, 'per image', f1),
    );
  const temporal = result.temporal?.curve.flatMap(({ interval, pck: value, robustness }) => [
    row('layer', result.choice.layer, 'PCK(Δt)', `Δt ${interval}`, 'per point', value),
    row('layer', result.choice.layer, 'Y(Δt)', `Δt ${interval}`, 'per point', robustness),
  ]);
  return [
    ...result.layers.flatMap((layer) => [
      ...pck('layer', layer.layer, layer.pck),
      row('layer', layer.layer, `ρ, τ ${result.tau}`, 'all', 'per point', layer.confidence),
      ...wide('layer', layer.layer, layer.wide),
    ]),
    ...result.baselines.flatMap(({ name, pck: means, wide: f1 }) => [
      ...pck('baseline', name, means),
      ...wide('baseline', name, f1),
    ]),
    ...result.chance.pck.flatMap(({ threshold, bin, perPoint, perImage }) => [
      row('chance', 'chance', threshold, bin, 'per point', perPoint),
      row('chance', 'chance', threshold, bin, 'per image', perImage),
    ]),
    ...wide('chance', 'chance', result.chance.wide),
    ...(temporal ?? []),
  ];
}
