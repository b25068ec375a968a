/** Behavioural lenses (methods §3): each reads a set made for one question and the answers to it. */
export { abstentionLens, type AbstentionOptions } from './abstention.ts';
export { calibrationLens, type CalibrationOptions } from './calibration.ts';
export { circularityLens } from './circularity.ts';
export { degradationLens } from './degradation.ts';
export { difficultyLens, type DifficultyOptions } from './difficulty.ts';
export { framesLens } from './frames.ts';
export { repeatsLens } from './repeats.ts';
export { sensitivityLens } from './sensitivity.ts';
export { tunnelLens } from './tunnel.ts';
export { judge, type Judged, type LensInput } from './score.ts';
