/** The figures of a report, in its order. To add one: a file in this folder and a line here. */
import { PlumblineError } from '../../core/errors.ts';
import type { Figure } from '../figure.ts';
import type { CheckpointReport, ReportInput } from '../input.ts';
import { accuracyFigure } from './accuracy.ts';
import { coherenceFigure } from './coherence.ts';
import { contactSheetFigure } from './contact-sheet.ts';
import { contactTiles, type Tile } from '../contact-tiles.ts';
import { cosineHeatmapFigure } from './cosine-heatmap.ts';
import { cosineLayersFigure } from './cosine-layers.ts';
import { deltaPcaFigure } from './delta-pca.ts';
import { entanglementFigure } from './entanglement.ts';
import { heightShareFigure } from './height-share.ts';
import { probeAccuracyFigure } from './probe-accuracy.ts';
import { figuresOfResult } from './results.ts';
import { slopeChartFigure } from './slope-chart.ts';
import { geometryReadings, probeReadings, readingName } from '../forms/reading.ts';

export {
  accuracyFigure,
  coherenceFigure,
  contactSheetFigure,
  cosineHeatmapFigure,
  deltaPcaFigure,
  entanglementFigure,
  heightShareFigure,
  probeAccuracyFigure,
};

export { bestLayersFigure, type BestLayer } from './best-layers.ts';
export type { FigurePicture, ResultContext } from '../forms/of-result.ts';
export { drawableAnalysis, figuresOfResult, RESULT_FIGURES } from './results.ts';
export { slopeChartFigure, type AnswersOf } from './slope-chart.ts';

export interface FigureSet {
  /** Of the reading that the verdict cites. */
  readonly main: readonly Figure[];
  /** Of further results of the run: interventions, lenses, other probes. */
  readonly extra: readonly Figure[];
  /** Of further token selections and kinds of pairs. */
  readonly further: readonly Figure[];
  readonly tiles: readonly Tile[];
  /** Figures that could not be made, and why. */
  readonly missing: readonly string[];
}

const TILES_PER_CONDITION = 6;

function having<K extends 'behaviour' | 'pca'>(
  checkpoints: readonly CheckpointReport[],
  key: K,
): { name: string; result: NonNullable<CheckpointReport[K]> }[] {
  return checkpoints.flatMap((checkpoint) =>
    checkpoint[key] === undefined ? [] : [{ name: checkpoint.name, result: checkpoint[key] }],
  );
}

/** Every figure that the results allow. */
export async function figuresOf(input: Pick<ReportInput, 'checkpoints' | 'set'>): Promise<FigureSet> {
  const { checkpoints } = input;
  const missing: string[] = [];
  const behaviour = having(checkpoints, 'behaviour').filter(({ result }) => result.cells.length > 0);
  if (behaviour.length === 0) missing.push('accuracy by axis and condition: no checkpoint has answers');
  const pca = having(checkpoints, 'pca').filter(({ result }) => result.points.length > 0);
  const tiles = await tilesOf(input, missing);
  const [primary, ...others] = geometryReadings(checkpoints)
    .filter(({ results }) => results.some(({ result }) => result.layers.length > 0))
    .map((reading) => {
      const [share, heatmap] = [heightShareFigure(reading), cosineHeatmapFigure(reading)];
      if (share === null)
        missing.push(
          `height share, ${readingName(reading)}: ${reading.kind === 'image-intervention' ? 'an image intervention on distance holds the heights fixed' : 'no distance delta rises above its noise'}`,
        );
      if (heatmap === null) missing.push(`cosines, ${readingName(reading)}: no layer was picked`);
      return [
        share,
        entanglementFigure(reading),
        coherenceFigure(reading),
        heatmap,
        cosineLayersFigure(reading),
      ].filter((figure) => figure !== null);
    });
  const [probe, ...otherProbes] = probeReadings(checkpoints).map((reading) =>
    (['balanced', 'consistent-only'] as const)
      .filter((training) =>
        reading.results.some(({ result }) => result.layers.some((row) => row.training === training)),
      )
      .map((training) => probeAccuracyFigure(reading, training)),
  );
  const slopes = slopeChartFigure(behaviour);
  return {
    main: [
      ...(behaviour.length > 0 ? [accuracyFigure(behaviour)] : []),
      ...(slopes === null ? [] : [slopes]),
      ...(primary ?? []),
      ...(probe ?? []),
      ...(pca.length > 0 ? [deltaPcaFigure(pca)] : []),
      ...(tiles.length > 0
        ? [
            contactSheetFigure(
              tiles,
              checkpoints.map(({ name }) => name),
            ),
          ]
        : []),
    ],
    extra: extraFigures(checkpoints),
    further: [...others, ...otherProbes].flat(),
    tiles,
    missing,
  };
}

/** A report from stored results must not fail for want of the pictures: it says so instead. */
async function tilesOf(input: Pick<ReportInput, 'checkpoints' | 'set'>, missing: string[]): Promise<Tile[]> {
  try {
    return await contactTiles(input, TILES_PER_CONDITION);
  } catch (error) {
    if (!(error instanceof PlumblineError)) throw error;
    missing.push(`contact sheet: ${error.message}`);
    return [];
  }
}

/**
 * Names of the figures end in the checkpoint's where there are several, and in a number where a checkpoint has several
 * results of a kind.
 */
function extraFigures(checkpoints: readonly CheckpointReport[]): Figure[] {
  const taken = new Map<string, number>();
  return checkpoints.flatMap(({ name: checkpoint, extras = [] }, i) =>
    extras
      .flatMap((result) => figuresOfResult(result, { checkpoint, suffix: checkpoints.length > 1 ? `-${i + 1}` : '' }))
      .map((figure) => {
        const count = (taken.get(figure.name) ?? 0) + 1;
        taken.set(figure.name, count);
        return count === 1 ? figure : { ...figure, name: `${figure.name}-${String.fromCharCode(96 + count)}` };
      }),
  );
}
