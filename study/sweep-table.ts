/** `sweep.csv`: every number of every correspondence of a run, and the best layer of each checkpoint on each set. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  correspondenceSchema,
  type CorrespondenceResult,
  type PckMeans,
} from '../core/artifacts/results/correspondence.ts';
import type { Estimate } from '../core/artifacts/results.ts';
import { writeFileAtomic } from '../core/formats/atomic.ts';
import { toCsv } from '../reports/tables/csv.ts';
import type { Cell, Column } from '../reports/tables/table.ts';
import type { RunCell } from './record.ts';
import { readResult, type RunFolder } from './run-folder.ts';

export const SWEEP_TABLE = 'sweep.csv';

/** One checkpoint on one set, the set by its folder. */
export interface SweptResult {
  readonly checkpoint: string;
  readonly set: string;
  readonly result: CorrespondenceResult;
}

/** The correspondences of some cells, as far as they are there. */
export async function readSwept(run: RunFolder, cells: readonly RunCell[]): Promise<SweptResult[]> {
  const found: SweptResult[] = [];
  for (const { checkpoint, set } of cells) {
    const file = run.result(checkpoint.name, set.folder, 'correspondence');
    if (!existsSync(file)) continue;
    found.push({ checkpoint: checkpoint.name, set: set.folder, result: await readResult(file, correspondenceSchema) });
  }
  return found;
}

export async function writeSweepTable(run: RunFolder, cells: readonly RunCell[]): Promise<void> {
  await writeFileAtomic(join(run.path, SWEEP_TABLE), sweepCsv(await readSwept(run, cells)));
}

/** The table with every number. */
export function sweepCsv(results: readonly SweptResult[]): string {
  return toCsv({ name: 'sweep', title: 'Correspondence', columns: COLUMNS, rows: results.flatMap(rowsOf) });
}

/** The best layer of one checkpoint on one set. */
export interface BestOfSweep {
  readonly checkpoint: string;
  readonly set: string;
  readonly layer: string;
  readonly measure: string;
  readonly perPoint: Estimate;
  readonly perImage: Estimate;
  readonly chance: number | null;
  readonly samePosition: Estimate;
  readonly rawRgb: Estimate | null;
  readonly planted: Estimate;
  readonly confidence: Estimate;
  readonly f1: Estimate;
  readonly chanceF1: Estimate;
}

const wholeOf = (means: readonly PckMeans[], threshold: string): PckMeans =>
  means.find((entry) => entry.threshold === threshold && entry.bin === 'all')!;

/** The best layer, picked on one half of the scenes and scored on the other, beside chance and baselines. */
export function bestOf({ checkpoint, set, result }: SweptResult): BestOfSweep {
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
