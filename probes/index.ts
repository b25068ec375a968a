/** Probes: what a linear reader finds in hidden states, with controls and baselines (methods §5). */
import type { AnyAnalysis } from '../core/definitions/analysis.ts';
import { classProbesAnalysis } from './class-probes.ts';
import { controlProbesAnalysis } from './control-probes.ts';
import { erasureAnalysis } from './erasure/erasure.ts';
import { learningCurveAnalysis } from './learning-curve.ts';
import { lowRankProbesAnalysis } from './low-rank-probes.ts';
import { mdlAnalysis } from './mdl.ts';
import { mlpProbesAnalysis } from './mlp-probes.ts';
import { nuisanceProbesAnalysis } from './nuisance-probes.ts';
import { probesAnalysis } from './probes.ts';
import { ridgeProbesAnalysis } from './ridge-probes.ts';
import { transferAnalysis } from './transfer.ts';

/** Every probe by definition; a new one is its own file and its place here. */
export const PROBE_ANALYSES: readonly AnyAnalysis[] = [
  probesAnalysis,
  classProbesAnalysis,
  ridgeProbesAnalysis,
  nuisanceProbesAnalysis,
  lowRankProbesAnalysis,
  mlpProbesAnalysis,
  controlProbesAnalysis,
  mdlAnalysis,
  learningCurveAnalysis,
  erasureAnalysis,
  transferAnalysis,
];

export { accuracyByCondition, type ConditionAccuracy } from './accuracy.ts';
export { balancedRows } from './balanced.ts';
export { boxHeightBaseline } from './box-height.ts';
export { consistentRows, readConsistentOnly, type ConsistentOnlyReading } from './consistent-only.ts';
export { answerRows, axesOf, planClasses, type ClassPlan, type ClassRows } from './class-rows.ts';
export { heldOutClasses, type HeldOutClasses } from './classify.ts';
export { CONTROL_DRAWS, planControl, SCENES_PER_TYPE, selectivity, type ControlPlan } from './control-task.ts';
export { C_GRID, chooseWithFits, nestedFolds, type ChosenC, type NestedFolds } from './cross-validate.ts';
export { PROBE_SELECTIONS, type ProbeSelection } from './features.ts';
export { FOLDS, foldsByScene } from './folds.ts';
export { planProbes, scoreProbes, type ProbePlan, type ProbeScores, type ProbeTraining } from './linear.ts';
export { heldOutProportion, trainingNoiseShare, type SharedTraining } from './held-out-interval.ts';
export { majorityBaseline } from './majority.ts';
export { massMean, massMeanProbabilities, whitenedMassMean, type MassMeanDirection } from './mass-mean.ts';
export { classProbes, type ClassProbesOptions } from './class-probes.ts';
export { probeLayers, type ProbeLayersOptions } from './probes.ts';
export { probeRows, type ProbeRows } from './rows.ts';
export { numericTargets, OBJECT_TARGETS } from './numeric-rows.ts';
export { PROBE_CONTROLS, controlProbes, type ProbeControl, type ControlProbesOptions } from './control-probes.ts';
export { probeLearningCurve, type ProbeLearningCurveOptions } from './learning-curve.ts';
export { lowRankProbes, type LowRankProbesOptions } from './low-rank-probes.ts';
export { probeMdl, type ProbeMdlOptions } from './mdl.ts';
export { mlpProbes, type MlpProbesOptions } from './mlp-probes.ts';
export { factorsOf, nuisanceProbes, type NuisanceProbesOptions } from './nuisance-probes.ts';
export { ridgeProbes, type RidgeProbesOptions } from './ridge-probes.ts';
export { probeTransfer, type ProbeTransferOptions, type TransferSet } from './transfer.ts';
export { ALPHA_GRID } from './ridge.ts';
export { erase, ERASURE_METHODS, type Eraser, type ErasureMethod } from './erasure/eraser.ts';
export { ERASURE_CONTROL_DRAWS, erasureLayers, type ErasureLayersOptions } from './erasure/erasure.ts';
export { fitInlp, type InlpOptions } from './erasure/inlp.ts';
export { fitLeace, LeaceFitter, oneHot, SVD_TOLERANCE, type LeaceOptions } from './erasure/leace.ts';
export { randomEraser } from './erasure/random-directions.ts';
export type { LogisticFeatures } from '../core/numerics/logistic-batch.ts';
export type { ClassPlanOptions } from './class-rows.ts';
export type { FeatureSelection } from './features.ts';
