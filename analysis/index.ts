/**
 * What the numbers say: behaviour and verdict, axis geometry, principal components, similarity (definitions: methods §2
 * and §3).
 */
export { behaviour, gapOf } from './behaviour.ts';
export { scoreItems, type ScoredItem } from './scored-items.ts';
export { causeDirections, type CauseVector } from './cause/directions.ts';
export { erasingEffect, erasingIntervention, type EraserFactors } from './cause/erasing.ts';
export { PATCHED_TOKENS, patchingEffect, patchingIntervention } from './cause/patching.ts';
export { CAUSE_ALPHAS, steeringEffect, steeringIntervention } from './cause/steering.ts';
export { cka, ckaEstimate, ckaKernel, ckaOfKernels, type CkaEstimator, type CkaOptions } from './similarity/kernels.ts';
export { layersWith } from '../core/artifacts/hidden-states.ts';
export { correspondence, type CorrespondenceOptions } from './correspondence/index.ts';
export { geometry, layerGeometry, type GeometryOptions } from './geometry.ts';
export { cellSums, type CellSums, type Gram } from './geometry/cell-sums.ts';
export { coherence, coherenceTable, type Coherence, type CoherenceEntry } from './geometry/coherence.ts';
export { cosineEstimates, cosineMatrices } from './geometry/cosines.ts';
export { deltaDesign, rawDeltas, restrictDesign, signCorrected, type DeltaDesign } from './geometry/deltas.ts';
export { entanglement, paperIndex } from './geometry/entanglement.ts';
export { heightParts } from './geometry/height-share.ts';
export {
  chooseLayer,
  coherenceCurves,
  splitScenes,
  type CoherenceCurve,
  type LayerChoice,
} from './geometry/layer-choice.ts';
export { heightWeight, type HeightWeight } from './height-weight.ts';
export * from './lenses/index.ts';
export { deltaPca, statePca, principalComponents, type PrincipalComponents } from './pca.ts';
export { scenesToExceed, scenesToSettle, type ObservedCell } from './scenes-needed.ts';
export { verdictOf, ratesOf, rateOf, THRESHOLDS, type Rates, type Verdict } from './verdict-rule.ts';
export { VERTICAL_DISTANCE, verticalDistanceFinding, type VerdictInputs } from './verdict.ts';
export { compareCheckpoints, type ComparedCheckpoint, type ComparisonOptions } from './checkpoints/comparison.ts';
export { measuredCheckpoint, robustness, type MeasuredCheckpoint } from './checkpoints/robustness.ts';
export { trainingTrend, type TrainingPoint } from './checkpoints/training.ts';
export { ckaMatrix } from './similarity/cka-matrix.ts';
export { disentanglement, type DisentanglementOptions } from './disentanglement.ts';
export {
  BINS,
  disentanglementScores,
  IMPORTANCE,
  LASSO_ALPHA,
  type DisentanglementScores,
} from './disentanglement-scores.ts';
export { ASKED_PATCHES, layersToRead, readSelection, type GeometrySelection } from './geometry/asked-patches.ts';
export { principalAngles, principalAnglesOfAxes, type AnglesOptions } from './principal-angles.ts';
export {
  compareRdms,
  rdm,
  RSA_COMPARISONS,
  RSA_DISTANCES,
  rsaSide,
  type Rdm,
  type RsaComparison,
  type RsaDistance,
  type RsaSide,
} from './similarity/rdms.ts';
export { similarity, type SimilarityOptions } from './similarity/similarity.ts';
export type { DirectionOptions } from './cause/directions.ts';
export type { PatchingOptions } from './cause/patching.ts';
export type { SteeringOptions } from './cause/steering.ts';
export type { Kernel } from './similarity/kernels.ts';
