/** What can be run on one layer's features, on this thread or a worker: `(features, plan) → result`, all plain data. */
import type { Matrix } from '../core/matrix.ts';
import { heldOutClasses } from './classify.ts';
import { learningCurve } from './curve-steps.ts';
import { scoreProbes, type ProbePlan, type ProbeScores } from './linear.ts';
import { heldOutLowRank } from './low-rank.ts';
import { onlineCode } from './online-code.ts';
import { heldOutMlp } from './mlp.ts';
import { heldOutRidge } from './ridge.ts';
import { transferFrom } from './transfer-from.ts';

export const LAYER_TASKS = {
  linear: (x: Matrix, plan: ProbePlan, options: { signal?: AbortSignal } = {}): Promise<ProbeScores[]> =>
    scoreProbes(x, plan, { ...options, control: true }),
  classes: heldOutClasses,
  ridge: heldOutRidge,
  lowRank: heldOutLowRank,
  mlp: heldOutMlp,
  mdl: onlineCode,
  learningCurve,
  transfer: transferFrom,
} as const;

export type LayerTaskName = keyof typeof LAYER_TASKS;
export type PlanOf<K extends LayerTaskName> = Parameters<(typeof LAYER_TASKS)[K]>[1];
export type ResultOf<K extends LayerTaskName> = Awaited<ReturnType<(typeof LAYER_TASKS)[K]>>;
