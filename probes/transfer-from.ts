/**
 * One row of a transfer matrix: a probe trained on one set, scored on the others at the same layer; on its own set by
 * cross-validation.
 */
import { row, takeRows, type Matrix } from '../core/matrix.ts';
import { prepareLogisticFeatures } from '../core/numerics/logistic-batch.ts';
import { fitClasses, heldOutClasses, predicted, type HeldOutClasses } from './classify.ts';
import type { ClassPlan } from './class-rows.ts';
import { C_GRID } from './cross-validate.ts';

export interface TransferPlan extends ClassPlan {
  /** Rows of the other sets, which follow the training set's in x. */
  readonly otherLabels: Int32Array;
}

export interface TransferScores {
  /** The training set's own rows, held out by scene. */
  readonly own: HeldOutClasses;
  /** 1 where the probe of the whole training set is right, by row of the other sets. */
  readonly right: Uint8Array;
  /** The C of that probe: the most held-out rows right over the folds, the smallest on a tie. */
  readonly C: number;
}

/** @param x rows of the training set as in the plan, then those of the other sets. */
export async function transferFrom(
  x: Matrix<Float32Array>,
  plan: TransferPlan,
  { signal }: { signal?: AbortSignal } = {},
): Promise<TransferScores> {
  const { rows, nested, otherLabels } = plan;
  const n = rows.items.length;
  const classes = rows.classes.length;
  const training = nested.inside.flat().sort((a, b) => a - b);
  const own = await heldOutClasses(takeRows(x, [...rows.items.keys()]), plan, { signal });
  const features = await prepareLogisticFeatures(x, training);
  const fits = await fitClasses(
    features,
    nested.outer.flatMap((outer) => C_GRID.map((C) => ({ rows: outer, labels: rows.labels, C }))),
    classes,
    signal,
  );
  const correct = C_GRID.map((_, c) =>
    nested.inside.reduce(
      (sum, inside, f) =>
        sum + inside.filter((i) => predicted(fits[f * C_GRID.length + c], i) === rows.labels[i]).length,
      0,
    ),
  );
  const C = C_GRID[correct.indexOf(Math.max(...correct))];
  const [whole] = await fitClasses(features, [{ rows: training, labels: rows.labels, C }], classes, signal);
  return { own, right: Uint8Array.from(otherLabels, (label, i) => (predicted(whole, n + i) === label ? 1 : 0)), C };
}

/** Rows of several matrices of one width, one after the other. */
export function stackRows(parts: readonly Matrix<Float32Array>[]): Matrix<Float32Array> {
  const cols = parts[0].cols;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const out = { data: new Float32Array(rows * cols), rows, cols };
  let at = 0;
  for (const part of parts) for (let i = 0; i < part.rows; i++) row(out, at++).set(row(part, i));
  return out;
}
