/** Whether the confidence of a match says if it is right: ρ by layer (methods §4). */
import type { CorrespondenceResult } from '../../core/artifacts/results/correspondence.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { seriesStyles } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, referenceStyle, type ResultContext } from '../forms/of-result.ts';

export function confidenceFigure(result: CorrespondenceResult, context: ResultContext): Figure | null {
  if (result.layers.every(({ confidence }) => confidence.value === null)) return null;
  const none = referenceStyle('no relation');
  const [own] = seriesStyles(['confidence\u2013accuracy \u03c1']);
  const picked = result.layers.find(({ layer }) => layer === result.choice.layer);
  return curvesFigure({
    context,
    base: 'match-confidence',
    title: 'Does a match know whether it is right?',
    caption:
      `Pearson correlation of a match\u2019s confidence, max softmax(cosine/\u03c4) with \u03c4 = ${decimal(result.tau)}, with its being right, by layer. ${sampleNote(
        result.layers.map(({ confidence }) => confidence),
        'points',
      )}. ` +
      'Grey: no relation. Were the matches a shortcut of position or colour, absent or low confidence would not mark the wrong ones and the curve would stay near 0.',
    description: `${context.checkpoint}: \u03c1 is ${decimal(picked?.confidence.value)} at the picked layer ${result.choice.layer}.`,
    columns: [''],
    xs: result.layers.map(({ layer }) => layer),
    series: [none, own],
    points: result.layers.flatMap(({ layer, confidence }) => [
      { column: '', x: layer, series: none.name, estimate: flat(0) },
      { column: '', x: layer, series: own.name, estimate: confidence },
    ]),
    yTitle: '\u03c1',
    yDomain: [-1, 1],
    yAxis: ticksAt(-1, -0.5, 0, 0.5, 1),
    panelHeight: 80,
    labels: { x: 'Layer', series: 'Series', value: '\u03c1' },
  });
}
