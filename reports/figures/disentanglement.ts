/** DCI, MIG and SAP by layer (methods §2). */
import type { DisentanglementResult } from '../../core/artifacts/results/representation.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { seriesStyles } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, referenceStyle, subtitleOf, type ResultContext } from '../forms/of-result.ts';

const MEASURES = [
  ['disentanglement', 'DCI disentanglement'],
  ['completeness', 'DCI completeness'],
  ['informativeness', 'DCI informativeness'],
  ['mig', 'MIG'],
  ['sap', 'SAP'],
] as const;
const NOTHING = referenceStyle('no code for a factor');

export function disentanglementFigure(result: DisentanglementResult, context: ResultContext): Figure | null {
  const { layers, codes, k, factors, n, groups, importance } = result;
  if (layers.length === 0) return null;
  const last = layers[layers.length - 1];
  return curvesFigure({
    context,
    base: `disentanglement-${codes}`,
    title: 'Disentanglement scores by layer',
    subtitle: subtitleOf(context, result.selection),
    caption:
      `DCI, MIG and SAP of ${k} codes (${codes === 'components' ? 'the leading principal components' : 'one direction an axis'}) for ${factors.join(', ')}; importances by ${importance}. ${sampleNote(
        layers.flatMap((layer) => MEASURES.map(([key]) => layer[key])),
        'items',
      )}; ${n} items of ${groups} scenes in all; DCI\u2019s disentanglement and completeness, and SAP, have no interval that holds. ` +
      'One code for each factor gives about 1, every code mixed with all about 0 (grey). Were the shortcut absent, height and depth would not share a code.',
    description: `${context.checkpoint}: at ${last.layer}, ${MEASURES.map(([key, name]) => `${name} ${decimal(last[key].value)}`).join(', ')}.`,
    columns: [''],
    xs: layers.map(({ layer }) => layer),
    series: [NOTHING, ...seriesStyles(MEASURES.map(([, name]) => name))],
    points: layers.flatMap((layer) => [
      { column: '', x: layer.layer, series: NOTHING.name, estimate: flat(0) },
      ...MEASURES.map(([key, name]) => ({ column: '', x: layer.layer, series: name, estimate: layer[key] })),
    ]),
    yTitle: 'score',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.25, 0.5, 0.75, 1),
    panelHeight: 100,
    labels: { x: 'Layer', series: 'Score', value: 'Value' },
  });
}
