import { z } from 'zod';
import { AXES, type Axis, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import { CUE_NAMES, type Cue } from '../core/artifacts/cues.ts';
import type { HiddenStates } from '../core/artifacts/hidden-states.ts';
import type { ProbesResult } from '../core/artifacts/results.ts';
import type { OnProgress } from '../core/progress.ts';
import { boxHeightBaseline } from './box-height.ts';
import type { FeatureSelection } from './features.ts';
import { FOLDS, foldsByScene } from './folds.ts';
import { planProbes, type ProbePlan } from './linear.ts';
import { majorityBaseline } from './majority.ts';
import { overLayers } from './over-layers.ts';
import { probeRows } from './rows.ts';
import { probesSchema } from '../core/artifacts/results.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { readingOf } from '../core/definitions/reading.ts';
import { hasSpatial } from '../core/definitions/sets.ts';

export interface ProbeLayersOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly states: HiddenStates;
  readonly selection: FeatureSelection;
  readonly seed: number;
  /** Whose conditions the protocols are about; defaults to *height*. */
  readonly cue?: Cue;
  /** Default: every axis that the set asks question-swap pairs about. */
  readonly axes?: readonly Axis[];
  /** Default: every layer that holds the selection. */
  readonly layers?: readonly string[];
  /** Worker threads; default: one a processor when there is enough to do. The result does not depend on it. */
  readonly workers?: number;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/**
 * Linear probes of every layer and axis by the protocols of methods §5: balanced training (accuracy per condition,
 * control task, selectivity), consistent-only training with its reading, and the box-height and majority baselines
 * through the same folds. The same seed gives the same result; the order of rows changes nothing.
 *
 * @throws {PlumblineError} `no-selection`, `unknown-layer`, `items-missing`, `not-finite`; the signal's reason when
 * aborted. Too few scenes is no error: those cells are null and say why.
 */
export async function probeLayers({
  set,
  states,
  selection,
  seed,
  cue = 'height',
  axes = AXES,
  layers: names,
  workers,
  onProgress,
  signal,
}: ProbeLayersOptions): Promise<ProbesResult> {
  const plans = planAxes(set, axes, seed, cue);
  const result: Pick<ProbesResult, 'layers' | 'baselines'> = { layers: [], baselines: [] };
  for (const plan of plans) {
    const { axis } = plan.rows;
    for (const scores of await boxHeightBaseline(plan, { signal }))
      result.baselines.push({ name: 'box-height', axis, ...scores });
    for (const scores of majorityBaseline(plan)) result.baselines.push({ name: 'majority', axis, ...scores });
  }
  const scored = overLayers('linear', plans, ({ rows }) => rows.items, {
    states,
    selection,
    layers: names,
    workers,
    onProgress,
    signal,
  });
  for await (const { layer, plan, result: probes } of scored)
    for (const scores of probes) result.layers.push({ layer, axis: plans[plan].rows.axis, ...scores });
  return { analysis: 'probes', version: 2, cue, selection, folds: FOLDS, ...result };
}

/** Folds are dealt once over all scenes, so that every axis shares them. */
function planAxes(set: Pick<ContrastSet, 'pairs'>, axes: readonly Axis[], seed: number, cue: Cue): ProbePlan[] {
  const byAxis = axes.map((axis) => probeRows(set, axis, cue)).filter((rows) => rows.items.length > 0);
  const groups = byAxis.flatMap((rows) => rows.groups);
  const folds = foldsByScene(
    groups,
    byAxis.flatMap((rows) => rows.conditions),
    { seed },
  );
  let offset = 0;
  return byAxis.map((rows) => planProbes(rows, folds.slice(offset, (offset += rows.items.length)), seed));
}

export const probesAnalysis = defineAnalysis({
  name: 'probes',
  version: 6,
  title: 'linear probes of the axes by condition, with control task and baselines',
  schema: probesSchema,
  options: z.strictObject({
    cue: z.enum(CUE_NAMES).default('height').describe('cue whose conditions are told apart'),
  }),
  appliesTo: ({ set }, { cue }) => hasSpatial(set, 'question-swap', cue),
  run: (context, { cue }) => probeLayers({ ...readingOf(context), cue }),
});
