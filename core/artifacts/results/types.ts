/** Which type the result of an analysis has, by the name that it carries. */
import type { BehaviourResult, GeometryResult, PcaResult, ProbesResult, Provenance } from '../results.ts';
import type { CauseResult } from './cause.ts';
import type { ComparisonResult, RobustnessResult, TrainingResult } from './checkpoints.ts';
import type { ClassProbesResult } from './class-probes.ts';
import type { ControlProbesResult } from './control-probes.ts';
import type { CorrespondenceResult } from './correspondence.ts';
import type { ErasureResult } from './erasure.ts';
import type { LearningCurveResult } from './learning-curve.ts';
import type * as lenses from './lenses.ts';
import type { LowRankProbesResult } from './low-rank-probes.ts';
import type { MdlResult } from './mdl.ts';
import type { MlpProbesResult } from './mlp-probes.ts';
import type { NuisanceProbesResult } from './nuisance-probes.ts';
import type { AnglesResult, DisentanglementResult, StatePcaResult } from './representation.ts';
import type { RidgeProbesResult } from './ridge-probes.ts';
import type { RunComparison } from './run-comparison.ts';
import type { SimilarityResult } from './similarity.ts';
import type { TransferResult } from './transfer.ts';

type Known =
  | AnglesResult
  | BehaviourResult
  | CauseResult
  | ClassProbesResult
  | ComparisonResult
  | ControlProbesResult
  | CorrespondenceResult
  | DisentanglementResult
  | ErasureResult
  | GeometryResult
  | LearningCurveResult
  | LowRankProbesResult
  | MdlResult
  | MlpProbesResult
  | NuisanceProbesResult
  | PcaResult
  | ProbesResult
  | RidgeProbesResult
  | RobustnessResult
  | RunComparison
  | SimilarityResult
  | StatePcaResult
  | TrainingResult
  | TransferResult
  | lenses.AbstentionLens
  | lenses.CalibrationLens
  | lenses.CircularityLens
  | lenses.DegradationLens
  | lenses.DifficultyLens
  | lenses.FramesLens
  | lenses.RepeatsLens
  | lenses.SensitivityLens
  | lenses.TunnelLens;

/** Name of an analysis → its result. */
export type ResultOf = { readonly [R in Known as R['analysis']]: R };

/** A result, with its provenance where it was read from a run folder. */
export type MaybeStamped<T> = T & { readonly provenance?: Provenance };

/** Any result as it was written; it names the analysis that it is of. */
export type AnyResult = MaybeStamped<{ readonly analysis: string }>;

/** The results of one analysis, in order. They are what they say they are: whoever read them checked the schema. */
export function resultsOf<A extends keyof ResultOf>(
  { results }: { readonly results: readonly object[] },
  analysis: A,
): MaybeStamped<ResultOf[A]>[] {
  return results.filter(
    (result): result is MaybeStamped<ResultOf[A]> => (result as Partial<AnyResult>).analysis === analysis,
  );
}

/** The first of them. */
export function resultOf<A extends keyof ResultOf>(
  of: { readonly results: readonly object[] },
  analysis: A,
): MaybeStamped<ResultOf[A]> | undefined {
  return resultsOf(of, analysis)[0];
}
