/** File formats: atomic writing, JSON, JSON lines, hashes, safetensors, npy, npz. */
export * from './atomic.ts';
export * from './dense-patches.ts';
export * from './file-errors.ts';
export * from './hash.ts';
export * from './json.ts';
export * from './jsonl.ts';
export * from './hidden-states.ts';
export * from './safetensors.ts';
export * from './npy.ts';
export * from './npz.ts';
export { floatToHalf, HALF_MAX, halfToFloat } from './half.ts';
export type { StoredArray } from './stored-array.ts';
export * from './csv.ts';
export { checkPixels, hashPixels } from './pixel-hash.ts';
