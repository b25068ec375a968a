/** Two checkpoints of a comparison: every measure's difference with its interval, told from no change or not. */
import type { RunComparison } from '../../core/artifacts/results/run-comparison.ts';
import { decimal, interval } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { INK, OKABE_ITO, type SeriesStyle } from '../theme.ts';
import { dotsFigure } from '../forms/dots.ts';
import { shortNames } from '../forms/layout.ts';
import type { ResultContext } from '../forms/of-result.ts';

type Difference = RunComparison['differences'][number];

/** How each kind of change is drawn and named; told by shape as well as by colour. */
const CHANGES: Readonly<Record<Difference['change'], SeriesStyle>> = {
  better: { name: 'better', color: OKABE_ITO.green, dash: [], shape: 'triangle-up', width: 1.2 },
  worse: { name: 'worse', color: OKABE_ITO.vermillion, dash: [], shape: 'triangle-down', width: 1.2 },
  open: { name: 'open', color: INK.soft, dash: [], shape: 'circle', width: 1.2 },
  undirected: { name: 'neither way is better', color: OKABE_ITO.sky, dash: [], shape: 'diamond', width: 1.2 },
};

/** A forest plot a pair: `b` minus `a`, no change drawn; pairs without any value are left out. */
export function differencesFigures(
  { differences }: RunComparison,
  context: Omit<ResultContext, 'checkpoint'>,
): Figure[] {
  const pairs = [...new Map(differences.map(({ a, b }) => [JSON.stringify([a, b]), { a, b }])).values()];
  const drawable = pairs
    .map(({ a, b }) => ({
      a,
      b,
      rows: differences.filter((row) => row.a === a && row.b === b && row.difference.value !== null),
    }))
    .filter(({ rows }) => rows.length > 0);
  return drawable.map(({ a, b, rows }, i) =>
    differencesFigure(a, b, rows, { ...context, suffix: `${drawable.length > 1 ? `-${i + 1}` : ''}${context.suffix}` }),
  );
}

function differencesFigure(
  a: string,
  b: string,
  rows: readonly Difference[],
  context: Omit<ResultContext, 'checkpoint'>,
): Figure {
  const ends = rows.flatMap(({ difference: { value, interval: bounds } }) => [value!, ...(bounds ?? [])].map(Math.abs));
  const reach = Math.min(2, Math.ceil(Math.max(0.1, ...ends) * 10) / 10);
  const styles = Object.values(CHANGES).filter(({ name }) => rows.some(({ change }) => CHANGES[change].name === name));
  const worded = (change: Difference['change']): string =>
    rows
      .filter((row) => row.change === change)
      .map(({ measure, difference }) =>
        `${measure} ${decimal(difference.value)} ${interval(difference.interval)}`.trim(),
      )
      .join('; ');
  const paired = rows.filter((row) => row.paired).length;
  return dotsFigure({
    context: { ...context, checkpoint: b },
    base: 'differences',
    title: 'What changed',
    subtitle: shortNames([b, a]).join(' minus '),
    caption:
      `Every measure of ${b} minus that of ${a}; the line is no change. ${sampleNote(
        rows.map(({ difference }) => difference),
        'rows',
      )}. ` +
      `${paired} of ${rows.length} differences are paired, item by item or scene by scene; the others are from two intervals taken as independent. An interval that crosses the line leaves the change open, and so does a p-value of .05 or more after Holm. ` +
      'Were the shortcut absent from both, gap, height share and VD-EI would not move.',
    description: `${b} against ${a}: ${(['better', 'worse', 'open'] as const).map((change) => `${change}: ${worded(change) || 'nothing'}`).join('. ')}.`,
    categories: rows.map(({ measure }) => measure),
    series: styles,
    offset: false,
    dots: rows.map(({ measure, change, difference }) => ({
      category: measure,
      series: CHANGES[change].name,
      estimate: difference,
    })),
    line: 0,
    xTitle: 'difference',
    xDomain: [-reach, reach],
    labels: { category: 'Measure', series: 'Change', value: 'Difference' },
  });
}
