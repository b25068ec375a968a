/** Held-out answers of a shallow MLP (`core/numerics/mlp.ts`) through the folds of the linear probe. */
import { row, type Matrix } from '../core/matrix.ts';
import { fitMlp } from '../core/numerics/mlp.ts';
import { columnMoments, requireFinite, standardise } from '../core/numerics/standardise.ts';
import { Random } from '../core/random.ts';
import type { ClassPlan } from './class-rows.ts';
import { predicted, type HeldOutClasses } from './classify.ts';

/** Share of the folds training a probe whose own probe is trained on its fold. */
const MUTUAL = 2 / 3;

export interface MlpPlan extends ClassPlan {
  readonly seed: number;
  readonly hidden: number;
  /** Label sets of the control task, by draw; scored like the task. Empty where the control is refused. */
  readonly control: readonly Int32Array[];
}

export interface HeldOutMlp extends Omit<HeldOutClasses, 'C'> {
  /** Held-out 0/1 of each control draw. */
  readonly controlRight: readonly Uint8Array[];
  /** Steps that early stopping kept, by fold. */
  readonly steps: readonly number[];
}

/**
 * Each outer fold's probe trains on all its training folds but one and stops by that one (fold f + 1, cyclically): no
 * row of fold f is looked at before it is scored. No inner fits measure what folds share, so intervals take all of a
 * margin's variance as chance in training; two thirds of it is shared, for of the three folds that train fold f's probe
 * one, f − 1, is stopped by f and not trained on it.
 */
export async function heldOutMlp(
  x: Matrix<Float32Array>,
  plan: MlpPlan,
  { signal }: { signal?: AbortSignal } = {},
): Promise<HeldOutMlp> {
  requireFinite(x, 'the features');
  const { rows, nested } = plan;
  const task = await fitFolds(x, plan, rows.labels, 'task', signal);
  const controlRight: Uint8Array[] = [];
  for (const [draw, labels] of plan.control.entries())
    controlRight.push((await fitFolds(x, plan, labels, draw, signal)).right);
  return {
    ...task,
    controlRight,
    shared: { trainable: nested.inside.flat().sort((a, b) => a - b), noiseShare: MUTUAL },
  };
}

async function fitFolds(
  x: Matrix<Float32Array>,
  { rows, foldOf, nested, seed, hidden }: MlpPlan,
  labels: Int32Array,
  name: string | number,
  signal?: AbortSignal,
): Promise<{ right: Uint8Array; logits: Matrix<Float32Array>; steps: number[] }> {
  const classes = rows.classes.length;
  const logits = { data: new Float32Array(x.rows * classes), rows: x.rows, cols: classes };
  const steps: number[] = [];
  for (let f = 0; f < nested.folds; f++) {
    const moments = columnMoments(x, nested.outer[f]);
    const z = { data: Float32Array.from(standardise(x, moments).data), rows: x.rows, cols: x.cols };
    for (let i = 0; i < z.data.length; i++) if (moments.sd[i % z.cols] === 0) z.data[i] = 0;
    const stop = (f + 1) % nested.folds;
    const train = nested.outer[f].filter((i) => foldOf[i] !== stop);
    const fit = await fitMlp(
      z,
      labels,
      { classes, train, validate: nested.inside[stop] },
      { hidden, random: new Random(seed, 'mlp', rows.name, name, f), signal },
    );
    steps.push(fit.steps);
    for (let i = 0; i < x.rows; i++) if (foldOf[i] === f) row(logits, i).set(row(fit.logits, i));
  }
  return {
    right: Uint8Array.from({ length: x.rows }, (_, i) => (predicted(logits, i) === labels[i] ? 1 : 0)),
    logits,
    steps,
  };
}
