/** How alike layers are: CKA or RSA between the layers of one checkpoint, or of two (methods §2). */
import type { SimilarityResult } from '../../core/artifacts/results/similarity.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { heatmapFigure } from '../forms/heatmap.ts';
import { subtitleOf, type ResultContext } from '../forms/of-result.ts';

export function similarityFigure(result: SimilarityResult, context: ResultContext): Figure | null {
  const { measure, estimator, rows, columns, matrix, chance, n, groups } = result;
  const between = rows.checkpoint !== columns.checkpoint;
  const cells = matrix.flatMap((line, i) =>
    line.map((estimate, j) => ({ y: rows.layers[i], x: columns.layers[j], estimate })),
  );
  const values = cells.flatMap(({ estimate: { value } }) => (value === null ? [] : [value]));
  if (values.length === 0) return null;
  const name = measure.toUpperCase();
  const highest = cells
    .filter(({ x, y, estimate }) => (between || x !== y) && estimate.value !== null)
    .sort((a, b) => b.estimate.value! - a.estimate.value!)[0];
  return heatmapFigure({
    context,
    base: `${measure}${between ? '-between' : ''}`,
    title: between ? `${name} between the layers of two checkpoints` : `${name} between layers`,
    subtitle: between
      ? `${rows.checkpoint} (down), ${columns.checkpoint} (across)`
      : subtitleOf(context, result.selection),
    caption:
      `${name} (${estimator}) of the states of ${n} items (${groups} scenes) at each two layers. ${sampleNote(
        cells.map(({ estimate }) => estimate),
        'items',
      )} (in the table). ${chance === null ? '' : `Unrelated states have ${decimal(chance)} (chance), the pale end. `}` +
      'It says where states change, not what they hold: a shortcut and its absence can look alike here.',
    description: `${context.checkpoint}: values lie from ${decimal(Math.min(...values))} to ${decimal(Math.max(...values))}${highest === undefined ? '' : `; most alike are ${highest.y} and ${highest.x} (${decimal(highest.estimate.value)})`}.`,
    xs: columns.layers,
    ys: rows.layers,
    ...(between ? { xTitle: 'layers across', yTitle: 'layers down' } : {}),
    cells,
    scale: Math.min(...values) < -0.1 ? { domain: [-1, 1], middle: 0 } : { domain: [0, 1] },
    legend: name,
    labels: { x: 'Layer', y: 'Of layer', value: name },
  });
}
