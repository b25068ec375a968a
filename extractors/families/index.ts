/** The families of checkpoints, by config.json's `model_type`. */
import type { Family } from './family.ts';
import { gemma3 } from './gemma3.ts';
import { idefics3 } from './idefics3.ts';
import { internvl } from './internvl.ts';
import { llavaOnevision } from './llava-onevision.ts';
import { llava } from './llava.ts';
import { paligemma } from './paligemma.ts';
import { qwenVl } from './qwen-vl.ts';

/** Vision-language models. */
export const FAMILIES: readonly Family[] = [llava, llavaOnevision, qwenVl, idefics3, paligemma, gemma3, internvl];

export function familyOf(modelType: string): Family | undefined {
  return FAMILIES.find(({ modelTypes }) => modelTypes.includes(modelType));
}
