/**
 * Which figures and tables show the results of which analysis, in the order of a report. To add one: a file in this
 * folder and a line here.
 */
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
  type GeometryResult,
} from '../../core/artifacts/results.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Figure } from '../figure.ts';
import { readingName } from '../forms/reading.ts';
import type { ResultContext } from '../forms/of-result.ts';
import { each, isFigure, placed, shown, type Shown } from '../shown.ts';
import { behaviourTable, gapsTable } from '../tables/behaviour.ts';
import { geometryTable } from '../tables/geometry.ts';
import { probesTable } from '../tables/probes.ts';
import { abstentionCurveFigure, abstentionFigure } from './abstention.ts';
import { accuracyFigure } from './accuracy.ts';
import { calibrationFigure } from './calibration.ts';
import { erasedAnswersFigure } from './cause-erasure.ts';
import { patchingFigure } from './cause-patching.ts';
import { steeringDoseFigure, steeringLayersFigure } from './cause-steering.ts';
import { circularityFigure } from './circularity.ts';
import { classAccuracyFigure } from './class-probes.ts';
import { coherenceFigure } from './coherence.ts';
import { comparisonAnswersFigure, comparisonLayersFigure } from './comparison.ts';
import { controlProbesFigure } from './control-probes.ts';
import { confidenceFigure } from './correspondence-confidence.ts';
import { correspondenceLinesFigure } from './correspondence-lines.ts';
import { cosineHeatmapFigure } from './cosine-heatmap.ts';
import { degradationFigure } from './degradation.ts';
import { cosineLayersFigure } from './cosine-layers.ts';
import { deltaPcaFigure } from './delta-pca.ts';
import { difficultyFigure } from './difficulty.ts';
import { disentanglementFigure } from './disentanglement.ts';
import { entanglementFigure } from './entanglement.ts';
import { erasureFigure } from './erasure.ts';
import { frameAccuracyFigure, frameClassesFigure, frameConfusionFigure } from './frames.ts';
import { heightShareFigure } from './height-share.ts';
import { learningCurveFigure } from './learning-curve.ts';
import { lowRankFigure } from './low-rank-probes.ts';
import { mdlFigure } from './mdl.ts';
import { mlpProbesFigure } from './mlp-probes.ts';
import { nuisanceFigure } from './nuisance-probes.ts';
import { numberProbesFigure } from './ridge-probes.ts';
import { pckLayersFigure, pckViewpointFigure } from './pck.ts';
import { principalAnglesFigure } from './principal-angles.ts';
import { probeAccuracyFigure } from './probe-accuracy.ts';
import { repeatsFigure } from './repeats.ts';
import { robustnessFigure } from './robustness.ts';
import { ownFigures } from './run-comparison.ts';
import { sensitivityFigure } from './sensitivity.ts';
import { similarityFigure } from './similarity.ts';
import { slopeChartFigure } from './slope-chart.ts';
import { statePcaFigure } from './state-pca.ts';
import { temporalRobustnessFigure } from './temporal-robustness.ts';
import { trainingTrendFigure } from './training-trend.ts';
import { transferFigure } from './transfer.ts';
import { tunnelConditionsFigure, tunnelMapFigure } from './tunnel.ts';
import { wideBaselineFigure } from './wide-baseline.ts';

export {
  accuracyFigure,
  coherenceFigure,
  cosineHeatmapFigure,
  deltaPcaFigure,
  entanglementFigure,
  heightShareFigure,
  probeAccuracyFigure,
  slopeChartFigure,
};
export { bestLayersFigure, type BestLayer } from './best-layers.ts';
export { contactSheetFigure } from './contact-sheet.ts';
export type { AnswersOf } from './slope-chart.ts';

const NO_ANSWERS = 'accuracy by axis and condition: no checkpoint has answers';

const SIMILARITY = shown(similaritySchema, { draw: each(similarityFigure) });

/** By the `analysis` that a result names. */
export const RESULT_FIGURES: Readonly<Record<string, Shown>> = {
  behaviour: shown(behaviourSchema, {
    absent: NO_ANSWERS,
    draw: (results, context) => {
      const answered = results.filter(({ result }) => result.cells.length > 0);
      return [answered.length === 0 ? { missing: NO_ANSWERS } : placed(accuracyFigure(answered), context)];
    },
    across: (results, context) => [
      slopeChartFigure(
        results.filter(({ result }) => result.cells.length > 0),
        context,
      ),
    ],
    tables: (results) => [behaviourTable(results), gapsTable(results)],
  }),
  geometry: shown(geometrySchema, {
    draw: (results, context) => {
      if (results.every(({ result }) => result.layers.length === 0)) return [];
      const { selection, kind } = results[0].result;
      const reading = { selection, kind, results };
      const [share, heatmap, layers] = [heightShareFigure, cosineHeatmapFigure, cosineLayersFigure].map((figure) =>
        figure(reading),
      );
      return [
        share ?? { missing: `height share, ${readingName(reading)}: ${noShare(kind)}` },
        entanglementFigure(reading),
        coherenceFigure(reading),
        heatmap ?? { missing: `cosines, ${readingName(reading)}: no layer was picked` },
        layers,
      ].map((drawn) => (drawn === null || 'missing' in drawn ? drawn : placed(drawn, context)));
    },
    tables: (results) => [geometryTable(results)],
  }),
  probes: shown(probesSchema, {
    draw: (results, context) => {
      const reading = { selection: results[0].result.selection, kind: null, results };
      return PROBE_TRAININGS.filter((training) =>
        results.some(({ result }) => result.layers.some((row) => row.training === training)),
      ).map((training) => placed(probeAccuracyFigure(reading, training), context));
    },
    tables: (results) => [probesTable(results)],
  }),
  'delta-pca': shown(pcaSchema, {
    draw: (results, context) => {
      const drawn = results.filter(({ result }) => result.points.length > 0);
      return drawn.length === 0 ? [] : [placed(deltaPcaFigure(drawn), context)];
    },
  }),
  cause: shown(causeSchema, {
    draw: each(steeringDoseFigure, steeringLayersFigure, patchingFigure, erasedAnswersFigure),
  }),
  correspondence: shown(correspondenceSchema, {
    draw: each(
      pckLayersFigure,
      pckViewpointFigure,
      correspondenceLinesFigure,
      confidenceFigure,
      wideBaselineFigure,
      temporalRobustnessFigure,
    ),
  }),
  'class-probes': shown(classProbesSchema, { draw: each(classAccuracyFigure) }),
  'ridge-probes': shown(ridgeProbesSchema, { draw: each(numberProbesFigure) }),
  'low-rank-probes': shown(lowRankProbesSchema, { draw: each(lowRankFigure) }),
  'mlp-probes': shown(mlpProbesSchema, { draw: each(mlpProbesFigure) }),
  'control-probes': shown(controlProbesSchema, { draw: each(controlProbesFigure) }),
  'nuisance-probes': shown(nuisanceProbesSchema, {
    draw: each(
      (result, context) => nuisanceFigure(result, context, 'category'),
      (result, context) => nuisanceFigure(result, context, 'number'),
    ),
  }),
  mdl: shown(mdlSchema, {
    draw: each(
      (result, context) => mdlFigure(result, context, 'compression'),
      (result, context) => mdlFigure(result, context, 'bits'),
    ),
  }),
  'learning-curve': shown(learningCurveSchema, { draw: each(learningCurveFigure) }),
  erasure: shown(erasureSchema, {
    draw: each(
      (result, context) => erasureFigure(result, context, 'consistent'),
      (result, context) => erasureFigure(result, context, 'counter'),
    ),
  }),
  transfer: shown(transferSchema, { draw: each(transferFigure) }),
  cka: SIMILARITY,
  rsa: SIMILARITY,
  'cka-between': SIMILARITY,
  'principal-angles': shown(anglesSchema, { draw: each(principalAnglesFigure) }),
  'state-pca': shown(statePcaSchema, { draw: each(statePcaFigure) }),
  disentanglement: shown(disentanglementSchema, { draw: each(disentanglementFigure) }),
  frames: shown(lenses.framesLensSchema, {
    draw: each(frameClassesFigure, frameConfusionFigure, frameAccuracyFigure),
  }),
  repeats: shown(lenses.repeatsLensSchema, { draw: each(repeatsFigure) }),
  abstention: shown(lenses.abstentionLensSchema, { draw: each(abstentionCurveFigure, abstentionFigure) }),
  degradation: shown(lenses.degradationLensSchema, { draw: each(degradationFigure) }),
  difficulty: shown(lenses.difficultyLensSchema, { draw: each(difficultyFigure) }),
  circularity: shown(lenses.circularityLensSchema, { draw: each(circularityFigure) }),
  calibration: shown(lenses.calibrationLensSchema, { draw: each(calibrationFigure) }),
  sensitivity: shown(lenses.sensitivityLensSchema, { draw: each(sensitivityFigure) }),
  tunnel: shown(lenses.tunnelLensSchema, { draw: each(tunnelMapFigure, tunnelConditionsFigure) }),
  comparison: shown(comparisonSchema, { draw: each(comparisonAnswersFigure, comparisonLayersFigure) }),
  robustness: shown(robustnessSchema, { draw: each(robustnessFigure) }),
  'run-comparison': shown(runComparisonSchema, {
    draw: (results, context) => results.flatMap(({ result }) => Object.values(ownFigures(result, context)).flat()),
  }),
  training: shown(trainingSchema, { draw: each(trainingTrendFigure) }),
};

/** Why a reading has no height share. */
const noShare = (kind: GeometryResult['kind']): string =>
  kind === 'image-intervention'
    ? 'an image intervention on distance holds the heights fixed'
    : 'no distance delta rises above its noise';

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
export function figuresOfResult(value: unknown, { checkpoint, ...context }: ResultContext, where = 'result'): Figure[] {
  const analysis = drawableAnalysis(value);
  if (analysis === undefined)
    throw new PlumblineError('unknown-result', 'this is no result that a figure is known for', {
      where,
      hint: `results name their analysis, one of ${Object.keys(RESULT_FIGURES).join(', ')}`,
    });
  return RESULT_FIGURES[analysis].draw([{ name: checkpoint, result: value }], context, where).filter(isFigure);
}
