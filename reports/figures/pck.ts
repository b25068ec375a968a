/** PCK by layer and by viewpoint, beside chance and the baselines (methods §4). */
import { BASELINES, type CorrespondenceResult, type PckMeans } from '../../core/artifacts/results/correspondence.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { OKABE_ITO, REFERENCE_STYLE, seriesStyles, type SeriesStyle } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

const [POINT, IMAGE] = seriesStyles(['hidden states, per point', 'per picture pair']);
const BASELINE: Record<(typeof BASELINES)[number], SeriesStyle> = {
  'same position': { name: 'same position', color: OKABE_ITO.sky, dash: [6, 1.5, 1, 1.5], shape: null, width: 1 },
  'raw RGB': {
    name: 'raw RGB patches',
    color: OKABE_ITO.orange,
    dash: [6, 1.5, 1, 1.5, 1, 1.5],
    shape: null,
    width: 1,
  },
  'planted coordinates': { name: 'exact coordinates', color: OKABE_ITO.black, dash: [1, 1.2], shape: null, width: 1 },
};
const SERIES = [REFERENCE_STYLE.chance, ...BASELINES.map((name) => BASELINE[name]), IMAGE, POINT];
const SHARES = { yDomain: [0, 1] as const, yAxis: ticksAt(0, 0.25, 0.5, 0.75, 1), panelHeight: 100 };
const READING =
  'Grey: what random matches score; dashed: the same patch of the other view, and raw colours; dotted: exact coordinates, which must score 1. Were there no correspondence inside, the curve would lie on these baselines; were a positional shortcut absent, it would stay above \u201csame position\u201d as the viewpoint moves.';

const at = (means: readonly PckMeans[], threshold: string, bin: string): PckMeans | undefined =>
  means.find((entry) => entry.threshold === threshold && entry.bin === bin);

/** By layer, at the first threshold. */
export function pckLayersFigure(result: CorrespondenceResult, context: ResultContext): Figure {
  const threshold = result.thresholds[0].label;
  const points = result.layers.flatMap(({ layer, pck }): CurvePoint[] => {
    const own = at(pck, threshold, 'all');
    return [
      {
        column: '',
        x: layer,
        series: REFERENCE_STYLE.chance.name,
        estimate: flat(
          result.chance.pck.find((entry) => entry.threshold === threshold && entry.bin === 'all')?.perPoint ?? null,
        ),
      },
      ...result.baselines.flatMap(({ name, pck: means }) => [
        {
          column: '',
          x: layer,
          series: BASELINE[name].name,
          estimate: flat(at(means, threshold, 'all')?.perPoint.value ?? null),
        },
      ]),
      ...(own === undefined
        ? []
        : [
            { column: '', x: layer, series: IMAGE.name, estimate: flat(own.perImage.value) },
            { column: '', x: layer, series: POINT.name, estimate: own.perPoint },
          ]),
    ];
  });
  const shown = result.layers.flatMap(({ pck }) => at(pck, threshold, 'all')?.perPoint ?? []);
  return curvesFigure({
    context,
    base: 'pck-layers',
    title: `${threshold} by layer`,
    caption: `Share of visible points whose most similar patch in the other view is the right one (${threshold}, ${result.pairs} pairs of views). ${sampleNote(shown, 'points')}. ${READING}`,
    description: `${context.checkpoint}: the picked layer ${result.choice.layer} has ${percent(result.choice.reported.perPoint.value)} on the scenes that did not pick it; ${result.baselines.map(({ name, pck }) => `${name} ${percent(at(pck, threshold, 'all')?.perPoint.value)}`).join(', ')}.`,
    columns: [''],
    xs: result.layers.map(({ layer }) => layer),
    series: SERIES,
    points,
    yTitle: threshold,
    ...SHARES,
    labels: { x: 'Layer', series: 'Series', value: 'PCK' },
  });
}

/** By the angle between the views, at the picked layer; `null` with fewer than two filled bins. */
export function pckViewpointFigure(result: CorrespondenceResult, context: ResultContext): Figure | null {
  const threshold = result.thresholds[0].label;
  const bins = result.bins.filter(({ points }) => points > 0);
  if (bins.length < 2) return null;
  const layer = result.layers.find((candidate) => candidate.layer === result.choice.layer);
  const points = bins.flatMap(({ bin }): CurvePoint[] => {
    const own = layer && at(layer.pck, threshold, bin);
    return [
      {
        column: '',
        x: bin,
        series: REFERENCE_STYLE.chance.name,
        estimate: flat(
          result.chance.pck.find((entry) => entry.threshold === threshold && entry.bin === bin)?.perPoint ?? null,
        ),
      },
      ...result.baselines.map(({ name, pck }) => ({
        column: '',
        x: bin,
        series: BASELINE[name].name,
        estimate: flat(at(pck, threshold, bin)?.perPoint.value ?? null),
      })),
      ...(own
        ? [
            { column: '', x: bin, series: IMAGE.name, estimate: flat(own.perImage.value) },
            { column: '', x: bin, series: POINT.name, estimate: own.perPoint },
          ]
        : []),
    ];
  });
  const shown = bins.flatMap(({ bin }) => (layer && at(layer.pck, threshold, bin)?.perPoint) ?? []);
  return curvesFigure({
    context,
    base: 'pck-viewpoint',
    title: `${threshold} by viewpoint change`,
    subtitle: `${context.checkpoint}, ${result.choice.layer}`,
    caption: `${threshold} at the picked layer by the angle between the two views (${bins.map(({ bin, pairs }) => `${bin}: ${pairs} pairs`).join(', ')}). ${sampleNote(shown, 'points')}. ${READING}`,
    description: `${context.checkpoint}: ${bins.map(({ bin }, i) => `${bin} ${percent(shown[i]?.value)}`).join(', ')}.`,
    columns: [''],
    xs: bins.map(({ bin }) => bin),
    series: SERIES,
    points,
    yTitle: threshold,
    ...SHARES,
    labels: { x: 'Viewpoint change', series: 'Series', value: 'PCK' },
  });
}
