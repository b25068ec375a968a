import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { LearningCurveResult } from '../core/artifacts/results/learning-curve.ts';
import { accuracyByCondition } from './accuracy.ts';
import { answerRows, axesOf, planClasses } from './class-rows.ts';
import { FOLDS } from './folds.ts';
import { CURVE_ORDERS, planCurve } from './curve-steps.ts';
import { overLayers, type OverLayersOptions } from './over-layers.ts';
import { cells } from './class-probes.ts';
import { learningCurveSchema } from '../core/artifacts/results/learning-curve.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { readingOf } from '../core/definitions/reading.ts';

export interface ProbeLearningCurveOptions extends OverLayersOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly seed: number;
  /** Default: every axis that the set asks about. */
  readonly axes?: readonly string[];
  /** Numbers of training scenes; default: seven from 10 to all, evenly spaced in log. */
  readonly sizes?: readonly number[];
  /** Orders of the training scenes; default: *5*. */
  readonly orders?: number;
}

/**
 * Accuracy per condition over the number of training scenes, by layer (`curve-steps.ts`): does the probe lack
 * scenes, or the layer the answer? Accuracies are means over orders.
 *
 * @throws {PlumblineError} `unknown-layer`, `no-selection`, `items-missing`, `not-finite`; the signal's reason when
 * aborted.
 */
export async function probeLearningCurve({
  set,
  seed,
  axes = axesOf(set),
  sizes,
  orders = CURVE_ORDERS,
  ...options
}: ProbeLearningCurveOptions): Promise<LearningCurveResult> {
  for (const size of sizes ?? [])
    if (!Number.isInteger(size) || size < 2) throw new RangeError(`sizes must be whole numbers ≥ 2, got ${size}`);
  if (!Number.isInteger(orders) || orders < 2) throw new RangeError(`orders must be a whole number ≥ 2, got ${orders}`);
  const plans = axes.map((axis) => planCurve(planClasses(answerRows(set, axis), { seed }), { seed, sizes, orders }));
  const usable = plans.filter(({ refused }) => refused === null);
  const layers: LearningCurveResult['layers'] = [];
  if (usable.length > 0) {
    for await (const { layer, plan, result } of overLayers(
      'learningCurve',
      usable,
      ({ rows }) => rows.items,
      options,
    )) {
      const { rows, nested, sizes: own, prefixes } = usable[plan];
      const trainable = nested.inside.flat();
      own.forEach((scenes, s) => {
        // Two rows train each other's probe only where both lie in the other's prefix.
        const noiseShare = scenes / Math.max(...prefixes[0].map((fold) => fold.length));
        layers.push({
          layer,
          axis: rows.name,
          scenes,
          accuracy: cells(accuracyByCondition(rows, result[s], { trainable, noiseShare })),
        });
      });
    }
  }
  return {
    analysis: 'learning-curve',
    version: 1,
    selection: options.selection,
    folds: FOLDS,
    orders,
    axes: plans.map(({ rows, refused }) => ({
      axis: rows.name,
      classes: [...rows.classes],
      chance: rows.classes.length > 0 ? 1 / rows.classes.length : null,
      refused,
    })),
    layers,
  };
}

export const learningCurveAnalysis = defineAnalysis({
  name: 'learning-curve',
  version: 6,
  title: 'accuracy over the number of training scenes',
  schema: learningCurveSchema,
  run: (context) => probeLearningCurve(readingOf(context)),
});
