/** What can be run on one layer's features, on this thread or a worker: `(features, plan) → result`, all plain data. */
import { heldOutClasses } from './classify.ts';

export const LAYER_TASKS = {
  classes: heldOutClasses,
} as const;

export type LayerTaskName = keyof typeof LAYER_TASKS;
export type PlanOf<K extends LayerTaskName> = Parameters<(typeof LAYER_TASKS)[K]>[1];
export type ResultOf<K extends LayerTaskName> = Awaited<ReturnType<(typeof LAYER_TASKS)[K]>>;
