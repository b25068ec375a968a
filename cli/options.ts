/** Options that several commands take. */
import { DEVICES } from '../extractors/index.ts';

export const seedOption = {
  type: 'number',
  default: 0,
  describe: 'seed of everything random',
  coerce: (value: number): number => wholeNumber('--seed', value, 0),
} as const;

export const scenesOption = {
  type: 'number',
  default: 200,
  describe: 'consistent scenes, and as many counter-heuristic ones; a quarter as many ambiguous ones',
  coerce: (value: number): number => wholeNumber('--scenes', value, 8),
} as const;

export const jsonOption = { type: 'boolean', default: false, describe: 'one JSON object on stdout' } as const;

export const deviceOption = {
  choices: DEVICES,
  default: 'cpu' as const,
  describe: 'where the model runs; cuda needs ONNX Runtime’s CUDA libraries (docs/gpu.md)',
} as const;

export const modelOption = {
  type: 'string',
  describe: 'a plumbline.yaml that describes the .onnx file, when it lies elsewhere than beside it',
} as const;
export const tapsOption = {
  type: 'string',
  array: true,
  describe: 'names of tensors to read in the place of the layers found',
} as const;

export function wholeNumber(name: string, value: number, least: number): number {
  if (!Number.isSafeInteger(value) || value < least)
    throw new Error(`${name}: a whole number from ${least} up is needed, got ${value}`);
  return value;
}
