/** Shared by all rooms: artifacts, array types, numerics, statistics, random numbers, errors. */
export * from './artifacts/answers.ts';
export * from './artifacts/contrast-set.ts';
export * from './artifacts/correspondences.ts';
export * from './artifacts/dense-patches.ts';
export * from './artifacts/hidden-states.ts';
export * from './artifacts/results.ts';
export * from './artifacts/results/checkpoints.ts';
export * from './artifacts/results/erasure.ts';
export * from './artifacts/results/representation.ts';
export * from './artifacts/results/similarity.ts';
export * from './errors.ts';
export * from './formats/index.ts';
export * from './matrix.ts';
export * from './progress.ts';
export * from './random.ts';
export * from './statistics/index.ts';
export * from './version.ts';
