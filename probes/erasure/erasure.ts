/**
 * What erasing one axis does to the others, by layer (methods §5 and §6): if the representation is disentangled, a
 * distance probe doesn't miss the vertical axis.
 *
 * The concept erased is the answer to the questions about an axis, on condition-balanced items of the training scenes
 * (over the mix height says nothing about depth, so erasing one doesn't erase the other for free). A fresh probe of
 * every axis is trained on the erased states of the training scenes and scored on held-out scenes, at the C that the
 * probe of the untouched states had chosen. The same with random directions of equal number is the amnesic control.
 */
import { AXES, type Axis, type ContrastSet } from '../../core/artifacts/contrast-set.ts';
import type { HiddenStates } from '../../core/artifacts/hidden-states.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import type { ErasureResult } from '../../core/artifacts/results/erasure.ts';
import { row, takeRows, type Matrix } from '../../core/matrix.ts';
import { fitLogisticBatch, prepareLogisticFeatures } from '../../core/numerics/logistic-batch.ts';
import type { OnProgress } from '../../core/progress.ts';
import { Random } from '../../core/random.ts';
import { pairedDifference } from '../../core/statistics/paired-difference.ts';
import { accuracyByCondition, type ConditionAccuracy } from '../accuracy.ts';
import { balancedRows } from '../balanced.ts';
import { chooseWithFits, isRight, nestedFolds, unusable, type NestedFolds } from '../cross-validate.ts';
import { layersWith, readFeatures, type FeatureSelection } from '../features.ts';
import { FOLDS, foldsByScene } from '../folds.ts';
import {
  differenceVarianceFactor,
  trainingNoiseShare,
  type HeldOutScores,
  type SharedTraining,
} from '../held-out-interval.ts';
import { probeRows, type ProbeRows } from '../rows.ts';
import { erase, type Eraser } from './eraser.ts';
import { fitInlp } from './inlp.ts';
import { fitLeace, SVD_TOLERANCE, type LeaceOptions } from './leace.ts';
import { randomEraser } from './random-directions.ts';
import { erasureSchema } from '../../core/artifacts/results/erasure.ts';
import { defineAnalysis } from '../../core/definitions/analysis.ts';
import { readingOf } from '../../core/definitions/reading.ts';
import { hasSpatialSwaps } from '../../core/definitions/sets.ts';

export interface ErasureLayersOptions extends LeaceOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly states: HiddenStates;
  readonly selection: FeatureSelection;
  /** Seeds the folds, the balance and the random directions. */
  readonly seed: number;
  /** How to erase; defaults to *leace*. */
  readonly method?: 'leace' | 'inlp';
  /** Defaults to every axis that the set asks question-swap pairs about. */
  readonly axes?: readonly Axis[];
  /** Defaults to every layer that holds the selection. */
  readonly layers?: readonly string[];
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export const ERASURE_CONTROL_DRAWS = 3;

interface AxisPlan {
  readonly rows: ProbeRows;
  readonly foldOf: Int32Array;
  readonly nested: NestedFolds;
}

/**
 * Probe accuracy of every axis before and after erasing every axis, at every layer.
 *
 * @throws {PlumblineError} as `probeLayers`. An axis with too few scenes is no error: it is named in `refused`.
 */
export async function erasureLayers(options: ErasureLayersOptions): Promise<ErasureResult> {
  const {
    set,
    states,
    selection,
    seed,
    method = 'leace',
    axes = AXES,
    shrinkage,
    svdTolerance = SVD_TOLERANCE,
    onProgress,
    signal,
  } = options;
  const layers = layersWith(states, selection, options.layers);
  const { plans, refused } = planAxes(set, axes, seed);
  const result: ErasureResult['layers'] = [];
  for (const layer of layers) {
    signal?.throwIfAborted();
    const features = await readFeatures(states, layer, selection);
    const x = plans.map(({ rows }) => features(rows.items));
    const fit = (a: number, training: readonly number[]): Eraser | Promise<Eraser> => {
      const own = takeRows(x[a], training);
      const labels = training.map((i) => plans[a].rows.labels[i]);
      return method === 'inlp'
        ? fitInlp(own, labels)
        : fitLeace(own, { data: Float64Array.from(labels), rows: labels.length, cols: 1 }, { shrinkage, svdTolerance });
    };
    result.push(await eraseLayer({ layer, plans, x, fit, seed, signal }));
    onProgress?.({ stage: `erasure (${selection})`, done: result.length, total: layers.length, unit: 'layers' });
  }
  return {
    analysis: 'erasure',
    version: 1,
    method,
    selection,
    folds: FOLDS,
    controlDraws: ERASURE_CONTROL_DRAWS,
    svdTolerance: method === 'leace' ? svdTolerance : null,
    axes: plans.map(({ rows }) => rows.axis),
    chance: 0.5,
    layers: result,
    refused,
  };
}

interface LayerInputs {
  readonly layer: string;
  readonly plans: readonly AxisPlan[];
  /** Features of each plan's rows. */
  readonly x: readonly Matrix<Float32Array>[];
  readonly fit: (axis: number, training: readonly number[]) => Eraser | Promise<Eraser>;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

/** Held-out scores of one axis' probes, and what they share. */
interface Scores {
  readonly right: Float64Array;
  readonly shared: SharedTraining;
}

async function eraseLayer({
  layer,
  plans,
  x,
  fit,
  seed,
  signal,
}: LayerInputs): Promise<ErasureResult['layers'][number]> {
  const before: Scores[] = [];
  const chosen: (readonly number[])[] = [];
  for (const [a, { rows, foldOf, nested }] of plans.entries()) {
    const features = await prepareLogisticFeatures(x[a], trainableOf(nested));
    const { C, inner } = await chooseWithFits(features, rows.labels, nested, signal);
    const { scores } = await fitLogisticBatch(
      features,
      nested.outer.map((training, f) => ({ rows: training, labels: rows.labels, C: C[f] })),
      { signal },
    );
    chosen.push(C);
    const noiseShare = trainingNoiseShare(nested, rows.labels, (f) => row(scores, f), inner);
    before.push({
      right: Float64Array.from(rows.items, (_, i) => isRight(row(scores, foldOf[i])[i], rows.labels[i])),
      shared: { trainable: trainableOf(nested), noiseShare },
    });
  }
  const erasers = plans.map(({ rows }) => ({ axis: rows.axis, ranks: [] as number[], shrinkage: [] as number[] }));
  const cells: ErasureResult['layers'][number]['cells'] = [];
  for (const [e, plan] of plans.entries()) {
    const byMethod: Eraser[] = [];
    for (const training of plan.nested.outer) byMethod.push(await fit(e, training));
    erasers[e].ranks.push(...byMethod.map(({ left }) => left.rows));
    erasers[e].shrinkage.push(...byMethod.flatMap(({ shrinkage }) => shrinkage ?? []));
    const draws = Array.from({ length: ERASURE_CONTROL_DRAWS }, (_, draw) =>
      byMethod.map(({ left }, fold) =>
        randomEraser(takeRows(x[e], plan.nested.outer[fold]), {
          rank: left.rows,
          random: new Random(seed, 'random directions', plan.rows.axis, fold, draw),
        }),
      ),
    );
    for (const [t, probed] of plans.entries()) {
      for (const by of ['method', 'random'] as const) {
        const runs: Scores[] = [];
        for (const perFold of by === 'method' ? [byMethod] : draws)
          runs.push(await scoreErased(x[t], probed, chosen[t], perFold, signal));
        const after = {
          right: probed.rows.items.map((_, i) => runs.reduce((sum, { right }) => sum + right[i], 0) / runs.length),
          shared: runs[0].shared,
        };
        cells.push({
          erased: plan.rows.axis,
          probed: probed.rows.axis,
          by,
          accuracy: accuracyByCondition(probed.rows, after.right, after.shared),
          change: changeOf(probed.rows, after, before[t]),
        });
      }
    }
  }
  const untouched = plans.map(({ rows }, t): { probed: Axis; accuracy: ConditionAccuracy[] } => ({
    probed: rows.axis,
    accuracy: accuracyByCondition(rows, before[t].right, before[t].shared),
  }));
  return { layer, before: untouched, cells, erasers };
}

/** Held-out scores of fresh probes of the erased states, one eraser a fold. */
async function scoreErased(
  x: Matrix<Float32Array>,
  { rows, foldOf, nested }: AxisPlan,
  C: readonly number[],
  erasers: readonly Eraser[],
  signal: AbortSignal | undefined,
): Promise<Scores> {
  const { labels } = rows;
  const full = new Float32Array(x.rows);
  /** At b, by row: decisions of the probe without the row's fold and fold b. */
  const part = erasers.map(() => new Float32Array(x.rows));
  for (const [fold, eraser] of erasers.entries()) {
    signal?.throwIfAborted();
    const erased = await erase(x, eraser);
    const training = nested.outer[fold];
    const others = [...erasers.keys()].filter((b) => b !== fold);
    const tasks = [training, ...others.map((b) => training.filter((i) => foldOf[i] !== b))].map((own) => ({
      rows: own,
      labels,
      C: C[fold],
    }));
    const { scores } = await fitLogisticBatch(await prepareLogisticFeatures(erased, training), tasks, { signal });
    for (let i = 0; i < x.rows; i++) {
      if (foldOf[i] !== fold) continue;
      full[i] = row(scores, 0)[i];
      others.forEach((b, k) => (part[b][i] = row(scores, k + 1)[i]));
    }
  }
  const noiseShare = trainingNoiseShare(
    nested,
    labels,
    () => full,
    (_, b) => part[b],
  );
  return {
    right: Float64Array.from(full, (decision, i) => isRight(decision, labels[i])),
    shared: { trainable: trainableOf(nested), noiseShare },
  };
}

function trainableOf({ inside }: NestedFolds): number[] {
  return inside.flat().sort((a, b) => a - b);
}

/** After − before on consistent and counter scenes. */
function changeOf({ conditions, groups }: ProbeRows, after: HeldOutScores, before: HeldOutScores): Estimate {
  const chosen = [...conditions.keys()].filter((i) => conditions[i] !== 'ambiguous');
  const [a, b] = [after, before].map(({ right }) => chosen.map((i) => right[i]));
  return pairedDifference(
    a,
    b,
    chosen.map((i) => groups[i]),
    { varianceFactor: differenceVarianceFactor(chosen, after, before) },
  ).estimate;
}

function planAxes(
  set: Pick<ContrastSet, 'pairs'>,
  axes: readonly Axis[],
  seed: number,
): { plans: AxisPlan[]; refused: ErasureResult['refused'] } {
  const byAxis = axes.map((axis) => probeRows(set, axis)).filter((rows) => rows.items.length > 0);
  const folds = foldsByScene(
    byAxis.flatMap((rows) => rows.groups),
    byAxis.flatMap((rows) => rows.conditions),
    { seed },
  );
  const plans: AxisPlan[] = [];
  const refused: ErasureResult['refused'] = [];
  let offset = 0;
  for (const rows of byAxis) {
    const foldOf = folds.slice(offset, (offset += rows.items.length));
    const nested = nestedFolds(balancedRows(rows, foldOf, seed), foldOf, FOLDS);
    const reason = unusable(nested, rows.labels);
    if (reason === null) plans.push({ rows, foldOf, nested });
    else refused.push({ axis: rows.axis, reason });
  }
  return { plans, refused };
}

export const erasureAnalysis = defineAnalysis({
  name: 'erasure',
  version: 6,
  title: 'what erasing one axis (LEACE) does to the probes of the others',
  schema: erasureSchema,
  appliesTo: ({ set }) => hasSpatialSwaps(set),
  run: (context) => erasureLayers(readingOf(context)),
});
