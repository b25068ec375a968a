/**
 * Minimum description length by layer: the code length of the answers, and how far the states shorten it (methods §5).
 */
import type { MdlResult } from '../../core/artifacts/results/mdl.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { seriesStyles } from '../theme.ts';
import { curvesFigure, flat, referenceStyle, subtitleOf, type ResultContext } from '../forms/of-result.ts';

const CODE = seriesStyles(['online code'])[0];
const UNIFORM = referenceStyle('uniform code: nothing known');

/** One figure a measure; `null` when no axis could be coded. */
export function mdlFigure(result: MdlResult, context: ResultContext, measure: 'compression' | 'bits'): Figure | null {
  const axes = result.axes.filter(({ axis }) =>
    result.layers.some((row) => row.axis === axis && row[measure].value !== null),
  );
  if (axes.length === 0) return null;
  const uniform = (axis: string): number | null =>
    measure === 'compression' ? 1 : (axes.find((entry) => entry.axis === axis)?.uniformBits ?? null);
  const rows = result.layers.filter(({ axis }) => axes.some((entry) => entry.axis === axis));
  const most = Math.max(
    ...rows.flatMap((row) => [row[measure].value ?? 0, row[measure].interval?.[1] ?? 0, uniform(row.axis) ?? 0]),
  );
  const layers = [...new Set(rows.map(({ layer }) => layer))];
  const columns = axes.map(({ axis }) => axis);
  return curvesFigure({
    context,
    base: `mdl-${measure}`,
    title: measure === 'bits' ? 'Description length of the answers by layer' : 'Compression of the answers by layer',
    subtitle: subtitleOf(context, result.selection),
    caption:
      `${measure === 'bits' ? 'Bits that send the answers' : 'How many times shorter the answers become'} with an online code whose probe learns from the hidden states as it goes (${axes.map(({ axis, rows: n, classes }) => `${axis}: ${n} labels, ${classes.length} classes`).join('; ')}). ${sampleNote(
        rows.map((row) => row[measure]),
        'labels',
      )}. ` +
      `Grey: the uniform code, which knows nothing. ${measure === 'bits' ? 'Lower' : 'Higher'} is easier to read. Were the relation absent, the curve would stay on the grey line; it can't tell a shortcut from depth by itself, as it pools the conditions.`,
    description: `${context.checkpoint}: at ${layers[layers.length - 1]}, ${columns.map((axis) => `${axis} ${decimal(rows.find((row) => row.axis === axis && row.layer === layers[layers.length - 1])?.[measure].value, measure === 'bits' ? 0 : 2)}`).join(', ')}.`,
    columns,
    ...(columns.length > 3 ? { wrap: 3 } : {}),
    xs: layers,
    series: [UNIFORM, CODE],
    points: rows.flatMap((row) => [
      { column: row.axis, x: row.layer, series: UNIFORM.name, estimate: flat(uniform(row.axis)) },
      { column: row.axis, x: row.layer, series: CODE.name, estimate: row[measure] },
    ]),
    yTitle: measure === 'bits' ? 'bits' : 'compression (\u00d7)',
    yDomain: [0, most * 1.05],
    yAxis: measure === 'bits' ? { format: '~s' } : {},
    panelHeight: 80,
    labels: { column: 'Axis', x: 'Layer', series: 'Code', value: measure === 'bits' ? 'Bits' : 'Compression' },
  });
}
