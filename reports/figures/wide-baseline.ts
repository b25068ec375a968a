/** Matching across wide baselines with distractors: F1 by layer and setting (methods §4). */
import {
  WIDE_SETTINGS,
  type CorrespondenceResult,
  type WideMean,
} from '../../core/artifacts/results/correspondence.ts';
import type { Estimate } from '../../core/artifacts/results.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { OKABE_ITO, REFERENCE_STYLE, seriesStyles, type SeriesStyle } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

const BASELINE: SeriesStyle[] = [
  { name: 'same position', color: OKABE_ITO.sky, dash: [6, 1.5, 1, 1.5], shape: null, width: 1 },
  { name: 'raw RGB', color: OKABE_ITO.orange, dash: [6, 1.5, 1, 1.5, 1, 1.5], shape: null, width: 1 },
];
const [OWN] = seriesStyles(['hidden states']);

export function wideBaselineFigure(result: CorrespondenceResult, context: ResultContext): Figure | null {
  const f1 = (means: readonly WideMean[], setting: string): Estimate | undefined =>
    means.find((entry) => entry.setting === setting && entry.stratum === 'all')?.f1;
  const settings = WIDE_SETTINGS.filter((setting) =>
    result.layers.some(({ wide }) => typeof f1(wide, setting)?.value === 'number'),
  );
  if (settings.length === 0) return null;
  const points = result.layers.flatMap(({ layer, wide }) =>
    settings.flatMap((column): CurvePoint[] => {
      const own = f1(wide, column);
      return [
        {
          column,
          x: layer,
          series: REFERENCE_STYLE.chance.name,
          estimate: flat(f1(result.chance.wide, column)?.value ?? null),
        },
        ...BASELINE.map(({ name }) => ({
          column,
          x: layer,
          series: name,
          estimate: flat(f1(result.baselines.find((entry) => entry.name === name)?.wide ?? [], column)?.value ?? null),
        })),
        ...(own ? [{ column, x: layer, series: OWN.name, estimate: own }] : []),
      ];
    }),
  );
  const { points: asked, distractors } = result.wideBaseline;
  return curvesFigure({
    context,
    base: 'wide-baseline',
    title: 'Wide-baseline matching by layer',
    caption:
      `Mean F1 of matching ${asked} points across two views, alone or among ${distractors} distractors; a match counts when it is mutual and above a threshold chosen on other scenes. ${sampleNote(
        result.layers.flatMap(({ wide }) => settings.flatMap((setting) => f1(wide, setting) ?? [])),
        'samples',
      )}. ` +
      'Grey: random similarities. Were there only a shortcut of position or colour, the curve would lie on the dashed baselines; were it absent, well above them, with and without distractors.',
    description: `${context.checkpoint}: at the picked layer ${result.choice.layer}, ${settings.map((setting) => `${setting} ${decimal(f1(result.layers.find(({ layer }) => layer === result.choice.layer)?.wide ?? [], setting)?.value)}`).join(', ')}.`,
    columns: settings,
    xs: result.layers.map(({ layer }) => layer),
    series: [REFERENCE_STYLE.chance, ...BASELINE, OWN],
    points,
    yTitle: 'F1',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.5, 1),
    panelHeight: 80,
    labels: { column: 'Setting', x: 'Layer', series: 'Series', value: 'F1' },
  });
}
