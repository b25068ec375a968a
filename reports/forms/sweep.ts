/**
 * Curves over layers (or over a number): a column of panels a checkpoint, one key, identical scales, intervals as
 * bands.
 */
import type { TopLevelSpec } from 'vega-lite';
import type { Estimate } from '../../core/artifacts/results.ts';
import { decimal, interval } from '../../core/numbers.ts';
import { INK, type SeriesStyle } from '../theme.ts';
import { facetSpec } from './facets.ts';
import { headings } from './layout.ts';

/** A point of a curve. `row` is the heading of the panel row, `''` when there is one row. */
export interface SweepPoint {
  readonly checkpoint: string;
  readonly row: string;
  readonly layer: string;
  readonly series: string;
  readonly estimate: Pick<Estimate, 'value' | 'interval'>;
}

/** The picked layer, with its value on the scenes that did not pick it. */
export interface SweepPick {
  readonly checkpoint: string;
  readonly row: string;
  readonly layer: string;
  readonly estimate: Pick<Estimate, 'value' | 'interval'> | null;
}

export interface Sweep {
  readonly title: string;
  readonly subtitle?: string;
  readonly checkpoints: readonly string[];
  readonly rows: readonly string[];
  readonly layers: readonly string[];
  /** Drawn in this order, references first; all of them are in the key. */
  readonly series: readonly SeriesStyle[];
  readonly points: readonly SweepPoint[];
  readonly picks?: readonly SweepPick[];
  /** Name of the pick in the key. */
  readonly pickName?: string;
  readonly yTitle: string;
  readonly yDomain: readonly [number, number];
  /** More of Vega-Lite's axis properties. */
  readonly yAxis?: object;
  /** Inches. */
  readonly width: number;
  /** Points. */
  readonly panelHeight?: number;
  /** Panels a line, where columns flow over several. */
  readonly wrap?: number;
  /** Where x is a number instead of a layer: `layers` and `layer` hold it as text. */
  readonly x?: {
    readonly title: string;
    readonly log?: boolean;
    readonly values?: readonly number[];
    readonly format?: string;
  };
}

const PICK_COLOR = INK.strong;

/** The spec of a sweep with panels of the given width in points. */
export function sweepSpec(sweep: Sweep, panelWidth: number): TopLevelSpec {
  const { checkpoints, rows, layers, series, picks = [] } = sweep;
  const heading = headings(checkpoints, panelWidth);
  const pickName = sweep.pickName ?? 'picked layer';
  const at = (point: SweepPoint | SweepPick): object => ({
    checkpoint: heading[checkpoints.indexOf(point.checkpoint)],
    row: point.row,
    layer: point.layer,
    index: sweep.x === undefined ? layers.indexOf(point.layer) : Number(point.layer),
  });
  const values = [
    // A panel without a number is still a panel.
    ...heading.flatMap((checkpoint) => rows.map((row) => ({ role: 'panel', checkpoint, row }))),
    ...sweep.points
      .filter(({ estimate }) => estimate.value !== null)
      .map((point) => ({ role: 'curve', ...at(point), series: point.series, ...numbers(point.estimate) })),
    ...picks.map((pick) => ({
      role: 'pick',
      ...at(pick),
      series: pickName,
      ...numbers(pick.estimate ?? { value: null, interval: null }),
    })),
  ];
  const domain = series.map(({ name }) => name);
  // By index, not by name: Vega-Lite orders the points of a path by the value on x.
  const x =
    sweep.x !== undefined
      ? numberAxis(sweep.x, layers)
      : {
          field: 'index',
          type: 'ordinal',
          scale: { type: 'point', domain: layers.map((_, i) => i), padding: 0.4 },
          axis: {
            title: null,
            labelAngle: -90,
            labelOverlap: 'greedy',
            labelExpr: `${JSON.stringify(layers)}[datum.value]`,
            grid: false,
          },
        };
  const y = {
    field: 'value',
    type: 'quantitative',
    scale: { domain: sweep.yDomain, nice: false, zero: false },
    axis: { title: sweep.yTitle, tickCount: 4, ...sweep.yAxis },
  };
  const color = {
    field: 'series',
    type: 'nominal',
    scale: { domain, range: series.map((style) => style.color) },
    legend: null,
  };
  const tooltip = [
    { field: 'checkpoint', title: 'checkpoint' },
    { field: 'layer', title: sweep.x?.title ?? 'layer' },
    { field: 'series', title: 'series' },
    { field: 'text', title: sweep.yTitle },
  ];
  const shaped = series.filter(({ shape }) => shape !== null);
  const curve = (...more: string[]): object[] => [{ filter: ["datum.role === 'curve'", ...more].join(' && ') }];
  const withBand = domain.filter((name) =>
    sweep.points.some((point) => point.series === name && point.estimate.interval !== null),
  );
  const broken = sweep.points.some(
    ({ series: name, estimate }) => estimate.value !== null && estimate.interval === null && withBand.includes(name),
  );
  // A point without an interval breaks its band: left out, the band would be drawn across it.
  const [bands, invalid] = broken
    ? [`indexof(${JSON.stringify(withBand)}, datum.series) >= 0`, { invalid: 'break-paths-show-domains' }]
    : ['isValid(datum.low)', {}];
  const layer = [
    {
      transform: curve(bands),
      mark: { type: 'area', opacity: 0.2, clip: true, ...invalid },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
    },
    {
      transform: curve(),
      mark: { type: 'line', clip: true },
      encoding: {
        x,
        y,
        color,
        strokeDash: {
          field: 'series',
          type: 'nominal',
          scale: { domain, range: series.map(({ dash }) => (dash.length > 0 ? dash : [1, 0])) },
          legend: null,
        },
        strokeWidth: {
          field: 'series',
          type: 'ordinal',
          sort: domain,
          scale: { domain, range: series.map((style) => style.width) },
          legend: null,
        },
      },
    },
    {
      transform: curve(`indexof(${JSON.stringify(shaped.map(({ name }) => name))}, datum.series) >= 0`),
      mark: { type: 'point', filled: true, opacity: 1, size: layers.length > 32 ? 4 : layers.length > 16 ? 7 : 14 },
      encoding: {
        x,
        y,
        color,
        shape: {
          field: 'series',
          type: 'nominal',
          scale: { domain: shaped.map(({ name }) => name), range: shaped.map(({ shape }) => shape) },
          legend: null,
        },
        tooltip,
      },
    },
    ...(picks.length > 0 ? pickMarks(x, y, tooltip) : []),
  ];
  return facetSpec({
    title: sweep.title,
    subtitle: sweep.subtitle,
    columns: heading,
    rows,
    key: [...series, ...(picks.length > 0 ? [pickStyle(pickName)] : [])],
    values,
    layer,
    width: sweep.width,
    panelWidth,
    panelHeight: sweep.panelHeight ?? 62,
    wrap: sweep.wrap,
  });
}

/** The x axis of a number: from the least to the most, with a tick at each value or at those given. */
function numberAxis(
  { title, log = false, values, format = '~g' }: NonNullable<Sweep['x']>,
  given: readonly string[],
): object {
  const numbers = given.map(Number);
  const ticks = values ?? numbers;
  const domain = [Math.min(...numbers), Math.max(...numbers)];
  return {
    field: 'index',
    type: 'quantitative',
    scale: { type: log ? 'log' : 'linear', domain, nice: false, ...(log ? {} : { zero: false }), padding: 4 },
    axis: {
      title,
      values: ticks,
      tickCount: ticks.length,
      labelExpr: `format(datum.value, '${format}')`,
      labelOverlap: 'greedy',
      labelAngle: 0,
      grid: false,
    },
  };
}

function pickStyle(name: string): SeriesStyle {
  return { name, color: PICK_COLOR, dash: [1, 1.5], shape: 'cross', width: 0.8 };
}

/** A dotted line at the picked layer; its held-out value as a cross with whiskers. */
function pickMarks(x: object, y: object, tooltip: object[]): object[] {
  const picked = [{ filter: "datum.role === 'pick'" }];
  return [
    {
      transform: picked,
      mark: { type: 'rule', strokeDash: [1, 1.5], strokeWidth: 0.8, color: PICK_COLOR },
      encoding: { x },
    },
    {
      transform: [{ filter: "datum.role === 'pick' && isValid(datum.low)" }],
      mark: { type: 'rule', strokeWidth: 1.2, color: PICK_COLOR },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
    },
    {
      transform: [{ filter: "datum.role === 'pick' && isValid(datum.value)" }],
      mark: { type: 'point', filled: true, opacity: 1, shape: 'cross', size: 28, color: PICK_COLOR },
      encoding: { x, y, tooltip },
    },
  ];
}

function numbers({ value, interval: bounds }: Pick<Estimate, 'value' | 'interval'>): object {
  return {
    value,
    low: bounds?.[0] ?? null,
    high: bounds?.[1] ?? null,
    text: `${decimal(value)} ${interval(bounds)}`.trim(),
  };
}
