import { isAxis, POLES, type Axis, type ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { MlpProbesResult } from '../core/artifacts/results/mlp-probes.ts';
import { pairedDifference } from '../core/statistics/paired-difference.ts';
import { accuracyByCondition } from './accuracy.ts';
import { answerRows, axesOf, planClasses, type ClassPlan, type ClassRows } from './class-rows.ts';
import { planControl, selectivity, type ControlPlan } from './control-task.ts';
import { FOLDS } from './folds.ts';
import type { HeldOutClasses } from './classify.ts';
import { differenceVarianceFactor } from './held-out-interval.ts';
import type { MlpPlan } from './mlp.ts';
import { overLayers, type OverLayersOptions } from './over-layers.ts';
import { cells } from './class-probes.ts';
import { probeRows, type ProbeRows } from './rows.ts';
import { mlpProbesSchema } from '../core/artifacts/results/mlp-probes.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { readingOf } from '../core/definitions/reading.ts';

export interface MlpProbesOptions extends OverLayersOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly seed: number;
  /** Default: every axis that the set asks about. */
  readonly axes?: readonly string[];
  /** Hidden units; default: *64*. */
  readonly hidden?: number;
  /**
   * Fit the type-level control task of spatial axes too: ten more label sets, eleven times the time; default: *true*.
   */
  readonly control?: boolean;
}

interface Prepared {
  readonly plan: MlpPlan;
  readonly rows: ProbeRows | null;
  readonly control: ControlPlan | { readonly refused: string };
}

/**
 * A shallow MLP by layer as the contrast to the linear probe: accuracy per condition, the type-level control and
 * selectivity, and its paired difference to the linear probe through the same folds. What only the MLP reads is not
 * linearly encoded; what its control also reaches is memory (Hewitt & Liang 2019).
 *
 * @throws {PlumblineError} `unknown-layer`, `no-selection`, `items-missing`, `not-finite`; the signal's reason when
 * aborted.
 */
export async function mlpProbes({
  set,
  seed,
  axes = axesOf(set),
  hidden = 64,
  control = true,
  ...options
}: MlpProbesOptions): Promise<MlpProbesResult> {
  if (!Number.isInteger(hidden) || hidden < 1) throw new RangeError(`hidden must be a whole number ≥ 1, got ${hidden}`);
  const prepared = axes.map((axis) => prepare(set, axis, { seed, hidden, control }));
  const usable = prepared.filter(({ plan }) => plan.refused === null);
  const layers: MlpProbesResult['layers'] = [];
  if (usable.length > 0) {
    const plans = usable.map(({ plan }) => plan);
    const linear = overLayers('classes', plans, ({ rows }) => rows.items, { ...options, onProgress: undefined });
    for await (const { layer, plan: p, result } of overLayers('mlp', plans, ({ rows }) => rows.items, options)) {
      const { plan, rows, control: controlPlan } = usable[p];
      const straight = (await linear.next()).value as { result: HeldOutClasses };
      const scored = plan.rows.conditions.flatMap((condition, i) => (condition === 'ambiguous' ? [] : [i]));
      const of = (right: ArrayLike<number>): number[] => scored.map((i) => right[i]);
      layers.push({
        layer,
        axis: plan.rows.name,
        accuracy: cells(accuracyByCondition(plan.rows, result.right, result.shared)),
        ...(rows === null || 'refused' in controlPlan
          ? {
              control: null,
              selectivity: null,
              ...(control && 'refused' in controlPlan ? { refused: controlPlan.refused } : {}),
            }
          : selectivity(rows, controlPlan, result, result.controlRight)),
        overLinear: pairedDifference(
          of(result.right),
          of(straight.result.right),
          scored.map((i) => plan.rows.groups[i]),
          { varianceFactor: differenceVarianceFactor(scored, result, straight.result) },
        ).estimate,
        steps: [...result.steps],
      });
    }
  }
  return {
    analysis: 'mlp-probes',
    version: 1,
    selection: options.selection,
    folds: FOLDS,
    hidden,
    axes: prepared.map(({ plan }) => ({
      axis: plan.rows.name,
      classes: [...plan.rows.classes],
      refused: plan.refused,
    })),
    layers,
  };
}

function prepare(
  set: Pick<ContrastSet, 'pairs'>,
  axis: string,
  { seed, hidden, control }: { seed: number; hidden: number; control: boolean },
): Prepared {
  const rows = isAxis(axis) ? probeRows(set, axis) : null;
  const classRows: ClassRows =
    rows === null || rows.items.length === 0 ? answerRows(set, axis) : spatialRows(rows, axis as Axis);
  const plan = planClasses(classRows, { seed });
  const own = plan.refused === null ? trainingWithoutStop(plan, plan.rows.labels) : null;
  const base: MlpPlan = { ...plan, refused: plan.refused ?? own, seed, hidden, control: [] };
  if (rows === null || rows.items.length === 0)
    return { plan: base, rows: null, control: { refused: 'the control task needs questions that name two objects' } };
  if (!control || base.refused !== null)
    return { plan: base, rows, control: { refused: base.refused ?? 'not asked for' } };
  const drawn = planControl(rows, plan.foldOf, plan.nested, seed);
  if ('refused' in drawn) return { plan: base, rows, control: drawn };
  const labels = drawn.labels.map((draw) => Int32Array.from(draw));
  const missing = labels.map((draw) => trainingWithoutStop(plan, draw)).find((reason) => reason !== null);
  if (missing !== undefined) return { plan: base, rows, control: { refused: `control labels: ${missing}` } };
  return { plan: { ...base, control: labels }, rows, control: drawn };
}

/** The binary rows of a spatial axis as classes, the canonical pole second. */
function spatialRows({ items, labels, groups, conditions }: ProbeRows, axis: Axis): ClassRows {
  const [canonical, other] = POLES[axis];
  return { name: axis, items, labels: Int32Array.from(labels), classes: [other, canonical], groups, conditions };
}

/** Why the rows left to train on beside the fold that training stops by lack a class, or null. */
function trainingWithoutStop({ nested, rows }: ClassPlan, labels: ArrayLike<number>): string | null {
  for (const { rows: training } of nested.pairs) {
    const present = new Set(training.map((i) => labels[i]));
    const missing = rows.classes.findIndex((_, k) => !present.has(k));
    if (missing >= 0)
      return `a training fold of ${training.length} rows holds no example of \`${rows.classes[missing]}\`; more scenes are needed`;
  }
  return null;
}

export const mlpProbesAnalysis = defineAnalysis({
  name: 'mlp-probes',
  version: 6,
  title: 'one hidden layer beside the linear probe, with selectivity',
  schema: mlpProbesSchema,
  run: (context) => mlpProbes(readingOf(context)),
});
