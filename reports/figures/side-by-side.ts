/** Checkpoints of a comparison over each other: one measure layer by layer, a series a checkpoint. */
import { AXES } from '../../core/artifacts/contrast-set.ts';
import type { RunComparison } from '../../core/artifacts/results/run-comparison.ts';
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { sampleNote } from '../forms/sample-note.ts';
import { MOST_SERIES, REFERENCE_STYLE, seriesStyles, type SeriesStyle } from '../theme.ts';
import { AXIS_HEADING, headings, mergeLayers, ticksAt } from '../forms/layout.ts';
import { curvesFigure, flat, referenceStyle, type CurvePoint, type ResultContext } from '../forms/of-result.ts';

type Curve = RunComparison['curves'][number];

interface Look {
  readonly title: string;
  readonly yTitle: string;
  /** Null: as far as the numbers reach. */
  readonly yDomain: readonly [number, number] | null;
  readonly yAxis?: object;
  readonly reference?: { readonly style: SeriesStyle; readonly value: number };
  readonly absent: string;
}

const ZERO = { style: referenceStyle('zero'), value: 0 };

const LOOKS: Readonly<Record<string, Look>> = {
  'height share': {
    title: 'Height share, side by side',
    yTitle: 'height share',
    yDomain: [0, 1],
    yAxis: {
      ...ticksAt(0, 0.25, 0.5, 0.75, 1),
      labelExpr: "datum.value === 0 ? 'depth 0' : datum.value === 1 ? 'height 1' : format(datum.value, '.2~f')",
    },
    absent: 'Were the shortcut absent, a checkpoint\u2019s curve would fall towards 0 where its distance axis forms.',
  },
  'probe accuracy': {
    title: 'Probe accuracy, side by side',
    yTitle: 'accuracy',
    yDomain: [0, 1],
    yAxis: ticksAt(0, 0.5, 1),
    reference: { style: REFERENCE_STYLE.chance, value: 0.5 },
    absent: 'Were the shortcut absent, distance would be read as well on counter as on consistent scenes.',
  },
  'VD-EI': {
    title: 'VD-EI, side by side',
    yTitle: 'VD-EI (axis, noise-corrected)',
    yDomain: [-1, 1],
    yAxis: ticksAt(-1, -0.5, 0, 0.5, 1),
    reference: ZERO,
    absent:
      'Were the shortcut absent, the two conditions would show the same curve; a shortcut turns its sign on counter scenes.',
  },
  coherence: {
    title: 'Coherence, side by side',
    yTitle: 'coherence',
    yDomain: null,
    reference: ZERO,
    absent: 'Whether a shortcut is absent it doesn\u2019t say: every checkpoint that holds an axis is coherent.',
  },
};

const conditionName = (condition: Curve['condition']): string => `${condition} scenes`;

/** Every measure that has curves; where there are more checkpoints than lines can be told apart, several figures. */
export function sideBySideFigures(
  { curves, checkpoints }: RunComparison,
  context: Omit<ResultContext, 'checkpoint'>,
): Figure[] {
  const names = checkpoints.map(({ name }) => name);
  const shares = Array.from({ length: Math.ceil(names.length / MOST_SERIES) }, (_, i) =>
    names.slice(i * MOST_SERIES, (i + 1) * MOST_SERIES),
  );
  return Object.entries(LOOKS).flatMap(([measure, look]) =>
    shares.flatMap((share, i) => {
      const own = curves
        .filter((curve) => curve.measure === measure)
        .map((curve) => ({
          ...curve,
          checkpoints: curve.checkpoints.filter(
            ({ checkpoint, layers }) => share.includes(checkpoint) && layers.some(({ value }) => value.value !== null),
          ),
        }));
      return own.every((curve) => curve.checkpoints.length === 0)
        ? []
        : [
            sideBySideFigure(own, share, measure, look, {
              ...context,
              suffix: `${shares.length > 1 ? `-${i + 1}` : ''}${context.suffix}`,
            }),
          ];
    }),
  );
}

function sideBySideFigure(
  curves: readonly Curve[],
  names: readonly string[],
  measure: string,
  look: Look,
  context: Omit<ResultContext, 'checkpoint'>,
): Figure {
  const axes = AXES.filter((axis) => curves.some((curve) => curve.axis === axis));
  const columns = (['consistent', 'counter', 'ambiguous', 'all'] as const).filter((condition) =>
    curves.some((curve) => curve.condition === condition),
  );
  const layers = mergeLayers(
    curves.flatMap((curve) => curve.checkpoints.map((entry) => entry.layers.map(({ layer }) => layer))),
  );
  const shown = headings(names, KEY_POINTS);
  const estimates = curves.flatMap((curve) =>
    curve.checkpoints.flatMap((entry) => entry.layers.map(({ value }) => value)),
  );
  const ends = estimates.flatMap(({ value, interval }) => (value === null ? [] : [value, ...(interval ?? [])]));
  const rowOf = ({ axis }: Curve): string => (axes.length > 1 && axis !== null ? AXIS_HEADING[axis] : '');
  const { reference } = look;
  const points = curves.flatMap((curve): CurvePoint[] => {
    const at = { column: conditionName(curve.condition), row: rowOf(curve) };
    return [
      ...(reference === undefined
        ? []
        : layers.map((x) => ({ ...at, x, series: reference.style.name, estimate: flat(reference.value) }))),
      ...curve.checkpoints.flatMap(({ checkpoint, layers: own }) =>
        own.map(({ layer: x, value }) => ({ ...at, x, series: shown[names.indexOf(checkpoint)], estimate: value })),
      ),
    ];
  });
  const single = axes.length === 1 ? `${axes[0]} axis` : 'each checkpoint at its own layers';
  return curvesFigure({
    context: { ...context, checkpoint: names.join(', ') },
    base: `side-by-side-${measure.toLowerCase().replace(/[^a-z]+/g, '-')}`,
    title: look.title,
    subtitle: single,
    caption: `${look.title.replace(', side by side', '')} by layer of ${names.length} checkpoints, bands for intervals. ${sampleNote(estimates, 'rows')}.${reference === undefined ? '' : ` Grey: ${reference.style.name}.`} ${look.absent}`,
    description: names
      .map((name) => `${name}: ${curves.flatMap((curve) => lastOf(curve, name)).join('; ') || 'no values'}.`)
      .join(' '),
    columns: columns.map(conditionName),
    rows: axes.length > 1 ? axes.map((axis) => AXIS_HEADING[axis]) : [''],
    xs: layers,
    series: [...(reference === undefined ? [] : [reference.style]), ...seriesStyles(shown)],
    points,
    yTitle: look.yTitle,
    yDomain: look.yDomain ?? [
      Math.max(-1, Math.floor(Math.min(0, ...ends) * 10) / 10),
      Math.min(1, Math.ceil(Math.max(0.1, ...ends) * 10) / 10),
    ],
    yAxis: look.yAxis,
    labels: {
      column: 'Condition',
      ...(axes.length > 1 && { row: 'Axis' }),
      x: 'Layer',
      series: 'Checkpoint',
      value: look.yTitle,
    },
  });
}

/** Room for a checkpoint's name in the key: two stand side by side at column width. */
const KEY_POINTS = 78;

function lastOf({ axis, condition, checkpoints }: Curve, name: string): string[] {
  const known =
    checkpoints.find(({ checkpoint }) => checkpoint === name)?.layers.filter(({ value }) => value.value !== null) ?? [];
  const last = known.at(-1);
  return last === undefined
    ? []
    : [`${axis === null ? '' : `${axis}, `}${condition} ${decimal(last.value.value)} at ${last.layer}`];
}
