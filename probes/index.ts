/** Probes: what a linear reader finds in hidden states, with controls and baselines (methods §5). */
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
export { probeClasses, type ProbeClassesOptions } from './probe-classes.ts';
export { probeLayers, type ProbeLayersOptions } from './probe-layers.ts';
export { probeRows, type ProbeRows } from './rows.ts';
