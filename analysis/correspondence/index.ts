/** Correspondence between views, from dense patch states (methods §4). */
export { correspondence, type CorrespondenceOptions } from './correspondence.ts';
export { patchTruth, type PatchTruth } from './ground-truth.ts';
export { matchPatches, TAU, type MatchOptions, type PatchMatches } from './match.ts';
export { layerMatcher, plantedCoordinates, samePosition, type Matcher, type Matches } from './matchers.ts';
export { temporalRobustness } from './temporal.ts';
export { chanceAt, DEFAULT_THRESHOLDS, isRight, thresholdLabel } from './thresholds.ts';
export { viewPairs, type ViewPair } from './view-pairs.ts';
export {
  chooseThreshold,
  f1,
  mutualMatches,
  wideMeans,
  wideSample,
  type MutualMatches,
  type WideSample,
} from './wide-baseline.ts';
