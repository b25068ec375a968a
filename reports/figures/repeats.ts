/** Does the count move when the clip is appended to itself (VSC-Repeat, methods §3)? */
import type { RepeatsLens } from '../../core/artifacts/results/lenses.ts';
import { percent } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { OKABE_ITO, REFERENCE_STYLE, seriesStyles, type SeriesStyle } from '../theme.ts';
import { ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

const OWN = seriesStyles(['answers'])[0];
const BASELINES: readonly Omit<SeriesStyle, 'name'>[] = [
  { color: OKABE_ITO.sky, dash: [6, 1.5, 1, 1.5], shape: null, width: 1 },
  { color: OKABE_ITO.orange, dash: [6, 1.5, 1, 1.5, 1, 1.5], shape: null, width: 1 },
];
const ROWS = { accuracy: 'count right', moved: 'count moved' } as const;

export function repeatsFigure({ repeats, baselines, chance }: RepeatsLens, context: ResultContext): Figure | null {
  if (repeats.length === 0) return null;
  const names = [...new Set(baselines.map(({ name }) => name))];
  const styles = names.map((name, i): SeriesStyle => ({ name, ...BASELINES[i % BASELINES.length] }));
  const times = [...new Set(repeats.map((entry) => entry.repeats))].sort((a, b) => a - b);
  const last = repeats.find((entry) => entry.repeats === times[times.length - 1]);
  const points = (['accuracy', 'moved'] as const).flatMap((measure): CurvePoint[] => [
    ...(chance === null || measure === 'moved'
      ? []
      : times.map((time) => ({
          column: '',
          row: ROWS[measure],
          x: String(time),
          series: REFERENCE_STYLE.chance.name,
          estimate: flat(chance),
        }))),
    ...baselines.map((entry) => ({
      column: '',
      row: ROWS[measure],
      x: String(entry.repeats),
      series: entry.name,
      estimate: flat(entry[measure].value),
    })),
    ...repeats.map((entry) => ({
      column: '',
      row: ROWS[measure],
      x: String(entry.repeats),
      series: OWN.name,
      estimate: entry[measure],
    })),
  ]);
  return curvesFigure({
    context,
    base: 'repeats',
    title: 'Counting in repeated clips',
    caption:
      `The clip appended to itself: share of right counts, and of counts that differ from the one without repeats. ${sampleNote(
        repeats.map(({ accuracy }) => accuracy),
        'clips',
      )}. Grey: chance; dashed: what readings of the clip\u2019s own facts would answer. ` +
      'The things in view stay the same. Were the shortcut absent, the curves would be level and no count would move; counting every appearance moves with each repeat.',
    description: `${context.checkpoint}: after ${times[times.length - 1]} repeats ${percent(last?.accuracy.value)} of the counts are right and ${percent(last?.moved.value)} have moved.`,
    columns: [''],
    rows: Object.values(ROWS),
    xs: times.map(String),
    x: { title: 'repeats appended' },
    series: [REFERENCE_STYLE.chance, ...styles, OWN],
    points,
    yTitle: 'share of clips',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.5, 1),
    panelHeight: 60,
    labels: { row: 'Measure', x: 'Repeats', series: 'Series', value: 'Share' },
  });
}
