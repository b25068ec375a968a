/**
 * What the numbers say: behaviour and verdict, axis geometry, principal components, similarity (definitions: methods §2
 * and §3).
 */
import type { AnyAnalysis } from '../core/definitions/analysis.ts';
import { behaviourAnalysis } from './behaviour.ts';
import { causeAnalysis } from './cause/cause.ts';
import { comparisonAnalysis } from './checkpoints/comparison.ts';
import { ckaBetweenAnalysis } from './cka-between.ts';
import { ckaAnalysis } from './cka.ts';
import { correspondenceAnalysis } from './correspondence/correspondence.ts';
import { deltaPcaAnalysis } from './delta-pca.ts';
import { disentanglementAnalysis } from './disentanglement.ts';
import { geometryAnalysis } from './geometry.ts';
import { abstentionAnalysis } from './lenses/abstention.ts';
import { calibrationAnalysis } from './lenses/calibration.ts';
import { circularityAnalysis } from './lenses/circularity.ts';
import { degradationAnalysis } from './lenses/degradation.ts';
import { difficultyAnalysis } from './lenses/difficulty.ts';
import { framesAnalysis } from './lenses/frames.ts';
import { repeatsAnalysis } from './lenses/repeats.ts';
import { sensitivityAnalysis } from './lenses/sensitivity.ts';
import { tunnelAnalysis } from './lenses/tunnel.ts';
import { principalAnglesAnalysis } from './principal-angles.ts';
import { rsaAnalysis } from './rsa.ts';
import { statePcaAnalysis } from './state-pca.ts';

/** Every analysis by definition; a new one is its own file and its place here, after those it uses. */
export const ANALYSIS_ANALYSES: readonly AnyAnalysis[] = [
  geometryAnalysis,
  deltaPcaAnalysis,
  principalAnglesAnalysis,
  disentanglementAnalysis,
  ckaAnalysis,
  rsaAnalysis,
  statePcaAnalysis,
  behaviourAnalysis,
  calibrationAnalysis,
  sensitivityAnalysis,
  circularityAnalysis,
  degradationAnalysis,
  difficultyAnalysis,
  abstentionAnalysis,
  framesAnalysis,
  repeatsAnalysis,
  tunnelAnalysis,
  comparisonAnalysis,
  ckaBetweenAnalysis,
  causeAnalysis,
  correspondenceAnalysis,
];

export { behaviour, gapOf } from './behaviour.ts';
export { scoreItems, type ScoredItem } from './scored-items.ts';
export { causeAnalysis, causeLayers, causeResult, type AnswersUnder, type CauseInputs } from './cause/cause.ts';
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
export { cueParts } from './geometry/cue-share.ts';
export {
  chooseLayer,
  coherenceCurves,
  splitScenes,
  type CoherenceCurve,
  type LayerChoice,
} from './geometry/layer-choice.ts';
export { cueWeight, type CueWeight } from './cue-weight.ts';
export * from './lenses/index.ts';
export { deltaPca } from './delta-pca.ts';
export { principalComponents, type PrincipalComponents } from './principal-components.ts';
export { statePca } from './state-pca.ts';
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
