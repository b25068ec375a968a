/** Which figures show which result. To add one: a file in this folder and a line here. */
import { z } from 'zod';
import { comparisonSchema, robustnessSchema, trainingSchema } from '../../core/artifacts/results/checkpoints.ts';
import { causeSchema } from '../../core/artifacts/results/cause.ts';
import { classProbesSchema } from '../../core/artifacts/results/class-probes.ts';
import { controlProbesSchema } from '../../core/artifacts/results/control-probes.ts';
import { correspondenceSchema } from '../../core/artifacts/results/correspondence.ts';
import { erasureSchema } from '../../core/artifacts/results/erasure.ts';
import { learningCurveSchema } from '../../core/artifacts/results/learning-curve.ts';
import * as lenses from '../../core/artifacts/results/lenses.ts';
import { lowRankProbesSchema } from '../../core/artifacts/results/low-rank-probes.ts';
import { mdlSchema } from '../../core/artifacts/results/mdl.ts';
import { mlpProbesSchema } from '../../core/artifacts/results/mlp-probes.ts';
import { nuisanceProbesSchema } from '../../core/artifacts/results/nuisance-probes.ts';
import { anglesSchema, disentanglementSchema, statePcaSchema } from '../../core/artifacts/results/representation.ts';
import { ridgeProbesSchema } from '../../core/artifacts/results/ridge-probes.ts';
import { runComparisonSchema } from '../../core/artifacts/results/run-comparison.ts';
import { similaritySchema } from '../../core/artifacts/results/similarity.ts';
import { transferSchema } from '../../core/artifacts/results/transfer.ts';
import {
  behaviourSchema,
  geometrySchema,
  pcaSchema,
  probesSchema,
  PROBE_TRAININGS,
} from '../../core/artifacts/results.ts';
import { PlumblineError } from '../../core/errors.ts';
import { issuesOf } from '../../core/formats/json.ts';
import type { Figure } from '../figure.ts';
import { abstentionCurveFigure, abstentionFigure } from './abstention-lens.ts';
import { accuracyFigure } from './accuracy.ts';
import { calibrationFigure } from './calibration-lens.ts';
import { erasedAnswersFigure } from './cause-erasure.ts';
import { patchingFigure } from './cause-patching.ts';
import { steeringDoseFigure, steeringLayersFigure } from './cause-steering.ts';
import { circularityFigure } from './circularity-lens.ts';
import { classAccuracyFigure } from './class-accuracy.ts';
import { coherenceFigure } from './coherence.ts';
import { comparisonAnswersFigure, comparisonLayersFigure } from './comparison.ts';
import { controlProbesFigure } from './control-probes.ts';
import { confidenceFigure } from './correspondence-confidence.ts';
import { correspondenceLinesFigure } from './correspondence-lines.ts';
import { cosineHeatmapFigure } from './cosine-heatmap.ts';
import { degradationFigure } from './degradation-lens.ts';
import { deltaPcaFigure } from './delta-pca.ts';
import { difficultyFigure } from './difficulty-lens.ts';
import { disentanglementFigure } from './disentanglement.ts';
import { entanglementFigure } from './entanglement.ts';
import { erasureFigure } from './erasure.ts';
import { frameAccuracyFigure, frameClassesFigure, frameConfusionFigure } from './frames-lens.ts';
import { heightShareFigure } from './height-share.ts';
import { learningCurveFigure } from './learning-curve.ts';
import { lowRankFigure } from './low-rank-probes.ts';
import { mdlFigure } from './mdl.ts';
import { mlpProbesFigure } from './mlp-probes.ts';
import { nuisanceFigure } from './nuisance-probes.ts';
import { numberProbesFigure } from './number-probes.ts';
import type { ResultContext } from '../forms/of-result.ts';
import { pckLayersFigure, pckViewpointFigure } from './pck.ts';
import { principalAnglesFigure } from './principal-angles.ts';
import { probeAccuracyFigure } from './probe-accuracy.ts';
import { repeatsFigure } from './repeats-lens.ts';
import { robustnessFigure } from './robustness.ts';
import { ownFigures } from './run-comparison.ts';
import { sensitivityFigure } from './sensitivity-lens.ts';
import { similarityFigure } from './similarity.ts';
import { statePcaFigure } from './state-pca.ts';
import { temporalRobustnessFigure } from './temporal-robustness.ts';
import { trainingTrendFigure } from './training-trend.ts';
import { transferFigure } from './transfer.ts';
import { tunnelConditionsFigure, tunnelMapFigure } from './tunnel-lens.ts';
import { wideBaselineFigure } from './wide-baseline.ts';

interface Entry {
  readonly schema: z.ZodType<object>;
  readonly draw: (result: never, context: ResultContext) => readonly (Figure | null)[];
}

function entry<T extends object>(
  schema: z.ZodType<T>,
  draw: (result: T, context: ResultContext) => readonly (Figure | null)[],
): Entry {
  return { schema, draw };
}

/** The report's own figures take several checkpoints: here one, at the width asked for. */
const one = <T>(result: T, { checkpoint }: ResultContext): [{ name: string; result: T }] => [
  { name: checkpoint, result },
];
const named = (figure: Figure | null, { suffix, width }: ResultContext): Figure | null =>
  figure === null ? null : { ...figure, name: `${figure.name}${suffix}`, width: width ?? figure.width };

/** By the `analysis` that a result names. */
export const RESULT_FIGURES: Readonly<Record<string, Entry>> = {
  behaviour: entry(behaviourSchema, (result, context) => [
    result.cells.length === 0 ? null : named(accuracyFigure(one(result, context)), context),
  ]),
  geometry: entry(geometrySchema, (result, context) => {
    const reading = { selection: result.selection, kind: result.kind, results: one(result, context) };
    return [
      heightShareFigure(reading),
      entanglementFigure(reading),
      coherenceFigure(reading),
      cosineHeatmapFigure(reading),
    ].map((figure) => named(figure, context));
  }),
  pca: entry(pcaSchema, (result, context) => [
    result.points.length === 0 ? null : named(deltaPcaFigure(one(result, context)), context),
  ]),
  probes: entry(probesSchema, (result, context) =>
    PROBE_TRAININGS.filter((training) => result.layers.some((row) => row.training === training)).map((training) =>
      named(
        probeAccuracyFigure({ selection: result.selection, kind: null, results: one(result, context) }, training),
        context,
      ),
    ),
  ),
  cause: entry(causeSchema, (result, context) =>
    [steeringDoseFigure, steeringLayersFigure, patchingFigure, erasedAnswersFigure].map((draw) =>
      draw(result, context),
    ),
  ),
  correspondence: entry(correspondenceSchema, (result, context) =>
    [
      pckLayersFigure,
      pckViewpointFigure,
      correspondenceLinesFigure,
      confidenceFigure,
      wideBaselineFigure,
      temporalRobustnessFigure,
    ].map((draw) => draw(result, context)),
  ),
  'class-probes': entry(classProbesSchema, (result, context) => [classAccuracyFigure(result, context)]),
  'ridge-probes': entry(ridgeProbesSchema, (result, context) => [numberProbesFigure(result, context)]),
  'low-rank-probes': entry(lowRankProbesSchema, (result, context) => [lowRankFigure(result, context)]),
  'mlp-probes': entry(mlpProbesSchema, (result, context) => [mlpProbesFigure(result, context)]),
  'control-probes': entry(controlProbesSchema, (result, context) => [controlProbesFigure(result, context)]),
  'nuisance-probes': entry(nuisanceProbesSchema, (result, context) => [
    nuisanceFigure(result, context, 'category'),
    nuisanceFigure(result, context, 'number'),
  ]),
  mdl: entry(mdlSchema, (result, context) => [
    mdlFigure(result, context, 'compression'),
    mdlFigure(result, context, 'bits'),
  ]),
  'learning-curve': entry(learningCurveSchema, (result, context) => [learningCurveFigure(result, context)]),
  erasure: entry(erasureSchema, (result, context) =>
    (['consistent', 'counter'] as const).map((condition) => erasureFigure(result, context, condition)),
  ),
  transfer: entry(transferSchema, (result, context) => [transferFigure(result, context)]),
  similarity: entry(similaritySchema, (result, context) => [similarityFigure(result, context)]),
  'principal-angles': entry(anglesSchema, (result, context) => [principalAnglesFigure(result, context)]),
  'pca-of-states': entry(statePcaSchema, (result, context) => [statePcaFigure(result, context)]),
  disentanglement: entry(disentanglementSchema, (result, context) => [disentanglementFigure(result, context)]),
  frames: entry(lenses.framesLensSchema, (result, context) =>
    [frameClassesFigure, frameConfusionFigure, frameAccuracyFigure].map((draw) => draw(result, context)),
  ),
  repeats: entry(lenses.repeatsLensSchema, (result, context) => [repeatsFigure(result, context)]),
  abstention: entry(lenses.abstentionLensSchema, (result, context) => [
    abstentionCurveFigure(result, context),
    abstentionFigure(result, context),
  ]),
  degradation: entry(lenses.degradationLensSchema, (result, context) => [degradationFigure(result, context)]),
  difficulty: entry(lenses.difficultyLensSchema, (result, context) => [difficultyFigure(result, context)]),
  circularity: entry(lenses.circularityLensSchema, (result, context) => [circularityFigure(result, context)]),
  calibration: entry(lenses.calibrationLensSchema, (result, context) => [calibrationFigure(result, context)]),
  sensitivity: entry(lenses.sensitivityLensSchema, (result, context) => [sensitivityFigure(result, context)]),
  tunnel: entry(lenses.tunnelLensSchema, (result, context) => [
    tunnelMapFigure(result, context),
    tunnelConditionsFigure(result, context),
  ]),
  comparison: entry(comparisonSchema, (result, context) => [
    comparisonAnswersFigure(result, context),
    comparisonLayersFigure(result, context),
  ]),
  robustness: entry(robustnessSchema, (result, context) => [robustnessFigure(result, context)]),
  'run-comparison': entry(runComparisonSchema, (result, context) => Object.values(ownFigures(result, context)).flat()),
  training: entry(trainingSchema, (result, context) => [trainingTrendFigure(result, context)]),
};

/** Name of the analysis of a result that can be drawn, else `undefined`. */
export function drawableAnalysis(value: unknown): string | undefined {
  const { analysis } = z.object({ analysis: z.string() }).safeParse(value).data ?? {};
  return analysis !== undefined && Object.hasOwn(RESULT_FIGURES, analysis) ? analysis : undefined;
}

/**
 * Every figure of a result, checked against its schema.
 * @param value a result as it is written to `NAME.json`
 * @throws PlumblineError `unknown-result`, `invalid-result`
 */
export function figuresOfResult(value: unknown, context: ResultContext, where = 'result'): Figure[] {
  const analysis = drawableAnalysis(value);
  if (analysis === undefined)
    throw new PlumblineError('unknown-result', 'this is no result that a figure is known for', {
      where,
      hint: `results name their analysis, one of ${Object.keys(RESULT_FIGURES).join(', ')}`,
    });
  const { schema, draw } = RESULT_FIGURES[analysis];
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new PlumblineError('invalid-result', issuesOf(parsed.error), {
      where,
      hint: 'run the analysis again: the result is damaged or of another version',
    });
  return draw(parsed.data as never, context).filter((figure) => figure !== null);
}
