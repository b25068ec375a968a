/**
 * Held-out answers of L2 logistic probes with any number of classes: binary for two, the symmetric softmax beyond;
 * nested cross-validation as in `cross-validate.ts`.
 */
import { row, type Matrix } from '../core/matrix.ts';
import {
  fitLogisticBatch,
  prepareLogisticFeatures,
  type LogisticFeatures,
  type LogisticTask,
} from '../core/numerics/logistic-batch.ts';
import { fitSoftmaxBatch } from '../core/numerics/softmax-batch.ts';
import type { ClassPlan } from './class-rows.ts';
import { C_GRID } from './cross-validate.ts';
import { trainingNoiseShare, type SharedTraining } from './held-out-interval.ts';

/** Logits of every row of the features for each task, n × K. Two classes: 0 and the log-odds of the second. */
export async function fitClasses(
  features: LogisticFeatures,
  tasks: readonly LogisticTask[],
  classes: number,
  signal?: AbortSignal,
): Promise<Matrix<Float32Array>[]> {
  if (classes > 2) return fitSoftmaxBatch(features, tasks, classes, { signal });
  const { scores } = await fitLogisticBatch(features, tasks, { signal });
  return tasks.map((_, t) => {
    const own = row(scores, t);
    const data = new Float32Array(2 * own.length);
    own.forEach((score, i) => (data[2 * i + 1] = score));
    return { data, rows: own.length, cols: 2 };
  });
}

/** Class of the largest logit, the first on a tie. */
export function predicted(logits: Matrix, i: number): number {
  const values = row(logits, i);
  return values.indexOf(Math.max(...values));
}

/** Logit of the right class minus the largest other. */
export function margin(logits: Matrix, i: number, label: number): number {
  const values = row(logits, i);
  let other = -Infinity;
  for (let k = 0; k < values.length; k++) if (k !== label && values[k] > other) other = values[k];
  return values[label] - other;
}

/** −log₂ of the probability of `label`. */
export function bits(logits: Matrix, i: number, label: number): number {
  const values = row(logits, i);
  const top = Math.max(...values);
  let sum = 0;
  for (const v of values) sum += Math.exp(v - top);
  return (Math.log(sum) + top - values[label]) / Math.LN2;
}

export interface HeldOutClasses {
  /** 1 where the held-out prediction is right, by row. */
  readonly right: Uint8Array;
  /** Held-out logits, n × K: each row from the probe that did not train on its scene. */
  readonly logits: Matrix<Float32Array>;
  /** C chosen inside each fold. */
  readonly C: readonly number[];
  readonly shared: SharedTraining;
}

/** Fits and scores the plan's probe on `x` (rows as in the plan × d); `plan.refused` must be null. */
export async function heldOutClasses(
  x: Matrix,
  plan: ClassPlan,
  { labels = plan.rows.labels, signal }: { labels?: Int32Array; signal?: AbortSignal } = {},
): Promise<HeldOutClasses> {
  const { nested, foldOf, rows } = plan;
  const classes = rows.classes.length;
  const trainable = nested.inside.flat().sort((a, b) => a - b);
  const features = await prepareLogisticFeatures(x, trainable);
  const inner = await fitClasses(
    features,
    nested.pairs.flatMap(({ rows }) => C_GRID.map((C) => ({ rows, labels, C }))),
    classes,
    signal,
  );
  const correct = Array.from({ length: nested.folds }, () => new Array<number>(C_GRID.length).fill(0));
  nested.pairs.forEach(({ a, b }, pair) => {
    for (let c = 0; c < C_GRID.length; c++) {
      const logits = inner[pair * C_GRID.length + c];
      for (const i of nested.inside[b]) if (predicted(logits, i) === labels[i]) correct[a][c]++;
      for (const i of nested.inside[a]) if (predicted(logits, i) === labels[i]) correct[b][c]++;
    }
  });
  const chosen = correct.map((counts) => counts.indexOf(Math.max(...counts)));
  const fits = await fitClasses(
    features,
    nested.outer.map((rows, f) => ({ rows, labels, C: C_GRID[chosen[f]] })),
    classes,
    signal,
  );

  const logits = { data: new Float32Array(x.rows * classes), rows: x.rows, cols: classes };
  for (let i = 0; i < x.rows; i++) row(logits, i).set(row(fits[foldOf[i]], i));
  const margins = (fit: Matrix): Float64Array =>
    Float64Array.from({ length: x.rows }, (_, i) => margin(fit, i, labels[i]));
  const outerMargins = fits.map(margins);
  const innerMargins = (a: number, b: number): Float64Array => {
    const pair = nested.pairs.findIndex(
      (candidate) => candidate.a === Math.min(a, b) && candidate.b === Math.max(a, b),
    );
    return margins(inner[pair * C_GRID.length + chosen[a]]);
  };
  return {
    right: Uint8Array.from({ length: x.rows }, (_, i) => (predicted(logits, i) === labels[i] ? 1 : 0)),
    logits,
    C: chosen.map((c) => C_GRID[c]),
    shared: { trainable, noiseShare: trainingNoiseShare(nested, labels, (a) => outerMargins[a], innerMargins) },
  };
}
