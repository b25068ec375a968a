/** The families of checkpoints, by config.json's `model_type`. */
import type { Family } from './family.ts';
import { llava } from './llava.ts';
import { qwenVl } from './qwen-vl.ts';

/** Vision-language models. */
export const FAMILIES: readonly Family[] = [llava, qwenVl];

export function familyOf(modelType: string): Family | undefined {
  return FAMILIES.find(({ modelTypes }) => modelTypes.includes(modelType));
}
