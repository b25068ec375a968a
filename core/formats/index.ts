/** File formats: atomic writing, JSON, JSON lines, hashes, safetensors. */
export * from './atomic.ts';
export * from './file-errors.ts';
export * from './hash.ts';
export * from './json.ts';
export * from './jsonl.ts';
export * from './hidden-states.ts';
export * from './safetensors.ts';
