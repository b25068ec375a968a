/**
 * The one look of all figures. Lengths are points (1/72 in), so a font size here is the size in print.
 * Colours: Okabe & Ito, "Color Universal Design" (https://jfly.uni-koeln.de/color/); every colour comes with a shape or
 * a dash.
 */
import type { Condition, Axis } from '../core/artifacts/contrast-set.ts';
import type { Config } from 'vega-lite';
import { FONT_STACK } from './fonts.ts';

/** Widths of a printed figure, in inches. */
export const WIDTHS = { column: 3.25, neurips: 5.5, double: 6.875 } as const;
export const POINTS_PER_INCH = 72;

export const OKABE_ITO = {
  black: '#000000',
  orange: '#E69F00',
  sky: '#56B4E9',
  green: '#009E73',
  yellow: '#F0E442',
  blue: '#0072B2',
  vermillion: '#D55E00',
  purple: '#CC79A7',
} as const;

/** Ink, in falling strength. The page swaps these by attribute in dark mode, so figures use no other greys. */
export const INK = { strong: '#1a1a1a', soft: '#595959', line: '#8c8c8c', grid: '#e6e6e6', paper: '#ffffff' } as const;

export const SIZE = { title: 8, label: 7, small: 6.5 } as const;

/** How a series is drawn and named in the key. */
export interface SeriesStyle {
  readonly name: string;
  readonly color: string;
  /** Dash pattern of the line; `[]` is solid. */
  readonly dash: readonly number[];
  /** Vega symbol on each point; `null` draws the line alone. */
  readonly shape: string | null;
  readonly width: number;
}

export const CONDITION_STYLE: Record<Condition, SeriesStyle> = {
  consistent: { name: 'consistent', color: OKABE_ITO.blue, dash: [], shape: 'circle', width: 1.2 },
  counter: { name: 'counter', color: OKABE_ITO.vermillion, dash: [4, 1.5], shape: 'triangle-up', width: 1.2 },
  ambiguous: { name: 'ambiguous', color: INK.soft, dash: [1, 1.2], shape: 'diamond', width: 1 },
};

export const AXIS_STYLE: Record<Axis, { readonly color: string; readonly shape: string }> = {
  horizontal: { color: OKABE_ITO.green, shape: 'circle' },
  vertical: { color: OKABE_ITO.orange, shape: 'square' },
  distance: { color: OKABE_ITO.purple, shape: 'triangle-up' },
};

/** Series without a colour of their own: no two are alike in dash or shape, so none is told by colour alone. */
const SERIES: readonly Omit<SeriesStyle, 'name'>[] = [
  { color: OKABE_ITO.blue, dash: [], shape: 'circle', width: 1.2 },
  { color: OKABE_ITO.vermillion, dash: [4, 1.5], shape: 'triangle-up', width: 1.2 },
  { color: OKABE_ITO.green, dash: [1.5, 1.5], shape: 'square', width: 1.2 },
  { color: OKABE_ITO.purple, dash: [6, 1.5, 1, 1.5], shape: 'diamond', width: 1.2 },
  { color: OKABE_ITO.orange, dash: [8, 2], shape: 'triangle-down', width: 1.2 },
  { color: OKABE_ITO.sky, dash: [6, 1.5, 1, 1.5, 1, 1.5], shape: 'cross', width: 1.2 },
  { color: OKABE_ITO.black, dash: [3, 1, 1, 1], shape: 'triangle-right', width: 1.2 },
];
export const MOST_SERIES = SERIES.length;

/** Styles for so many names, in order; names past `MOST_SERIES` are the caller's to spread over figures. */
export function seriesStyles(names: readonly string[]): SeriesStyle[] {
  return names.map((name, i) => ({ name, ...SERIES[i % SERIES.length] }));
}

/** Lines that no model makes: chance, nulls, controls, baselines. */
export const REFERENCE_STYLE = {
  chance: { name: 'chance', color: INK.line, dash: [], shape: null, width: 0.8 },
  null: { name: 'null, 95th percentile', color: INK.line, dash: [2, 2], shape: null, width: 0.8 },
  control: { name: 'control task', color: INK.strong, dash: [1, 1.2], shape: null, width: 1 },
  boxConsistent: {
    name: 'box height only, consistent',
    color: OKABE_ITO.sky,
    dash: [6, 1.5, 1, 1.5],
    shape: null,
    width: 1,
  },
  boxCounter: {
    name: 'box height only, counter',
    color: OKABE_ITO.orange,
    dash: [6, 1.5, 1, 1.5, 1, 1.5],
    shape: null,
    width: 1,
  },
} as const satisfies Record<string, SeriesStyle>;

/** Labels and titles of axes and legends. */
const GUIDE_TEXT = {
  labelFont: FONT_STACK,
  titleFont: FONT_STACK,
  labelFontSize: SIZE.small,
  titleFontSize: SIZE.label,
  titleFontWeight: 400,
  labelColor: INK.strong,
  titleColor: INK.strong,
} as const;

/** Vega-Lite configuration shared by every spec. */
export const THEME: Config = {
  font: FONT_STACK,
  background: INK.paper,
  padding: 2,
  aria: false,
  mark: { aria: false },
  view: { stroke: null, continuousWidth: 120, continuousHeight: 80 },
  title: {
    font: FONT_STACK,
    fontSize: SIZE.title,
    fontWeight: 600,
    color: INK.strong,
    subtitleFont: FONT_STACK,
    subtitleFontSize: SIZE.small,
    subtitleColor: INK.soft,
    subtitlePadding: 1.5,
    anchor: 'start',
    frame: 'group',
    offset: 6,
  },
  axis: {
    ...GUIDE_TEXT,
    domainColor: INK.line,
    domainWidth: 0.6,
    tickColor: INK.line,
    tickWidth: 0.6,
    tickSize: 2.5,
    tickRound: false,
    gridColor: INK.grid,
    gridWidth: 0.5,
    labelPadding: 2,
    titlePadding: 4,
    labelLimit: 120,
    titleLimit: 400,
  },
  header: {
    labelFont: FONT_STACK,
    titleFont: FONT_STACK,
    labelFontSize: SIZE.label,
    labelFontWeight: 600,
    labelColor: INK.strong,
    labelPadding: 3,
    labelLimit: 0,
  },
  legend: GUIDE_TEXT,
  text: { font: FONT_STACK, fontSize: SIZE.small, color: INK.strong },
};
