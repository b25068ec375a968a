import type { ContrastSet } from '../core/artifacts/contrast-set.ts';
import type { ClassProbesResult } from '../core/artifacts/results/class-probes.ts';
import { accuracyByCondition, type ConditionAccuracy } from './accuracy.ts';
import { answerRows, axesOf, planClasses, type ClassPlan } from './class-rows.ts';
import { FOLDS } from './folds.ts';
import type { SharedTraining } from './held-out-interval.ts';
import { overLayers, type OverLayersOptions } from './over-layers.ts';
import { classProbesSchema } from '../core/artifacts/results/class-probes.ts';
import { defineAnalysis } from '../core/definitions/analysis.ts';
import { readingOf } from '../core/definitions/reading.ts';

export interface ClassProbesOptions extends OverLayersOptions {
  readonly set: Pick<ContrastSet, 'pairs'>;
  readonly seed: number;
  /** Default: every axis that the set asks about, spatial or not. */
  readonly axes?: readonly string[];
}

/**
 * The layer sweep for axes with any number of answers (order, count, …): L2 logistic probes, binary or multinomial,
 * folds by scene, trained on a balanced mix of conditions where the set has them; with the majority class and chance.
 * Too few scenes is no error: that axis says why and has no numbers.
 *
 * @throws {PlumblineError} `unknown-layer`, `no-selection`, `items-missing`, `not-finite`; the signal's reason when
 * aborted.
 */
export async function classProbes({
  set,
  seed,
  axes = axesOf(set),
  ...options
}: ClassProbesOptions): Promise<ClassProbesResult> {
  const plans = axes.map((axis) => planClasses(answerRows(set, axis), { seed }));
  const usable = plans.filter(({ refused }) => refused === null);
  const layers: ClassProbesResult['layers'] = [];
  if (usable.length > 0) {
    for await (const { layer, plan, result } of overLayers('classes', usable, ({ rows }) => rows.items, options)) {
      const { rows } = usable[plan];
      layers.push({
        layer,
        axis: rows.name,
        accuracy: cells(accuracyByCondition(rows, result.right, result.shared)),
        C: [...result.C],
      });
    }
  }
  return {
    analysis: 'class-probes',
    version: 1,
    selection: options.selection,
    folds: FOLDS,
    axes: plans.map((plan) => ({
      axis: plan.rows.name,
      classes: [...plan.rows.classes],
      chance: plan.rows.classes.length > 0 ? 1 / plan.rows.classes.length : null,
      majority:
        plan.refused === null ? cells(accuracyByCondition(plan.rows, majorityRight(plan), majorityShared(plan))) : [],
      refused: plan.refused,
    })),
    layers,
  };
}

/** 1 where the most frequent class of the training rows (the first on a tie) is the row's. */
export function majorityRight({ rows, foldOf, nested }: ClassPlan): Uint8Array {
  const majority = nested.outer.map((training) => {
    const counts = new Array<number>(rows.classes.length).fill(0);
    for (const i of training) counts[rows.labels[i]]++;
    return counts.indexOf(Math.max(...counts));
  });
  return Uint8Array.from(rows.labels, (label, i) => (label === majority[foldOf[i]] ? 1 : 0));
}

/**
 * What the folds' majorities share. Where two classes are about as frequent, which one leads in training hangs on
 * chance, and runs against the fold held out: then all of it counts. Where one leads by more than chance moves (1.96
 * √(a + b) scenes), none.
 */
export function majorityShared({ rows, nested }: ClassPlan): SharedTraining {
  const trainable = nested.inside.flat();
  const scenes = rows.classes
    .map((_, k) => new Set(trainable.filter((i) => rows.labels[i] === k).map((i) => rows.groups[i])).size)
    .sort((a, b) => b - a);
  return { trainable, noiseShare: scenes[0] - scenes[1] > 1.96 * Math.sqrt(scenes[0] + scenes[1]) ? 0 : 1 };
}

/** Conditions that have rows. */
export function cells(accuracy: readonly ConditionAccuracy[]): ConditionAccuracy[] {
  return accuracy.filter(({ estimate }) => estimate.n > 0);
}

export const classProbesAnalysis = defineAnalysis({
  name: 'class-probes',
  version: 6,
  title: 'linear probes of every axis with any number of answers',
  schema: classProbesSchema,
  run: (context) => classProbes(readingOf(context)),
});
