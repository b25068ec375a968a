/** SpatialTunnel: the right answer's probability by the angles of the two objects, and Δ (methods §3). */
import type { TunnelLens } from '../../core/artifacts/results/lenses.ts';
import { decimal, withInterval } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { seriesStyles } from '../theme.ts';
import { dotsFigure } from '../forms/dots.ts';
import { heatmapFigure } from '../forms/heatmap.ts';
import { ticksAt } from '../forms/layout.ts';
import { flat, type ResultContext } from '../forms/of-result.ts';

const degrees = (angle: number): string => `${Math.round(angle * 10) / 10}\u00b0`;

export function tunnelMapFigure(
  { angles: [first, second], map, cells, delta }: TunnelLens,
  context: ResultContext,
): Figure | null {
  if (map.every((line) => line.every((value) => value === null))) return null;
  return heatmapFigure({
    context,
    base: 'tunnel-map',
    title: 'Right answers around the tunnel',
    subtitle: `${context.checkpoint}, \u0394 = ${decimal(delta.value)}`,
    caption:
      `Mean probability of the right answer by the angle of the farther object (down) and of the nearer one (across) on the tunnel\u2019s ring; 0\u00b0 is right, 90\u00b0 up. ${sampleNote(
        cells.map(({ v }) => v),
        'questions',
      )} over whole conditions; single cells have no interval. White is chance, .5. ` +
      'Depths are the same everywhere. Were the shortcut absent, the map would be one colour; \u201chigher is farther\u201d paints rows of high angles one way and rows of low angles the other.',
    description: `${context.checkpoint}: \u0394 is ${withInterval(delta)}; ${cells.map(({ condition, v }) => `${condition} ${decimal(v.value)}`).join(', ')}.`,
    xs: second.map(degrees),
    ys: first.map(degrees),
    xTitle: 'nearer object at',
    yTitle: 'farther object at',
    cells: map.flatMap((line, i) =>
      line.map((value, j) => ({ y: degrees(first[i]), x: degrees(second[j]), estimate: flat(value) })),
    ),
    scale: { domain: [0, 1], middle: 0.5 },
    legend: 'p(right), middle: chance',
    labels: { x: 'Nearer object at', y: 'Farther object at', value: 'p(right)' },
  });
}

export function tunnelConditionsFigure({ cells, delta, templates }: TunnelLens, context: ResultContext): Figure | null {
  if (cells.length === 0) return null;
  const style = seriesStyles(['p'])[0];
  const rows = [
    ...cells.map(({ condition, v }) => ({ name: `${condition} scenes`, v })),
    ...templates.map(({ template, v }) => ({ name: `\u201c${template}\u201d`, v })),
  ];
  return dotsFigure({
    context,
    base: 'tunnel-conditions',
    title: 'Tunnel: by condition and by question',
    subtitle: `${context.checkpoint}, \u0394 = ${withInterval(delta)}`,
    caption:
      `Mean probability of the right answer where the farther object is higher (consistent), lower (counter) and level, and by the question\u2019s template. ${sampleNote(
        rows.map(({ v }) => v),
        'questions',
      )}. Ticks: chance. ` +
      'Were the shortcut absent, the conditions would agree and \u0394 be 0; templates that differ show a liking for \u201cyes\u201d or \u201cno\u201d.',
    description: `${context.checkpoint}: ${rows.map(({ name, v }) => `${name} ${decimal(v.value)}`).join(', ')}.`,
    categories: rows.map(({ name }) => name),
    series: [style],
    dots: rows.map(({ name, v }) => ({ category: name, series: style.name, estimate: v, chance: 0.5 })),
    xTitle: 'p(right)',
    xDomain: [0, 1],
    xAxis: ticksAt(0, 0.25, 0.5, 0.75, 1),
    labels: { category: 'Questions', value: 'p(right)' },
  });
}
