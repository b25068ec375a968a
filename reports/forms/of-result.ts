/** What figures of a single result share: the context that they are drawn in, and figures of three common forms. */
import type { TopLevelSpec } from 'vega-lite';
import type { Estimate } from '../../core/artifacts/results.ts';
import type { Figure } from '../figure.ts';
import type { Cell, Column, Table } from '../tables/table.ts';
import { INK, type SeriesStyle, WIDTHS } from '../theme.ts';
import { marginFor } from './layout.ts';
import { SELECTION_WORDS } from './reading.ts';
import { sweepSpec, type Sweep, type SweepPoint } from './sweep.ts';

/** A picture of the set as a data URL. */
export interface FigurePicture {
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

export interface ResultContext {
  /** Whose result it is; the subtitle says so. */
  readonly checkpoint: string;
  /** Appended to names of figures, so that several results of one kind stay apart: `''`, or `-NAME`. */
  readonly suffix: string;
  /** Inches; by default the narrowest preset that leaves the panels room. */
  readonly width?: number;
  /** Pictures of the set by their path in it, for figures that show some. */
  readonly pictures?: ReadonlyMap<string, FigurePicture>;
}

/** A line that no model makes, at one value. */
export function flat(value: number | null): Pick<Estimate, 'value' | 'interval'> {
  return { value, interval: null };
}

/** `CHECKPOINT, at the last prompt token`. */
export function subtitleOf({ checkpoint }: ResultContext, selection?: string): string {
  return selection === undefined ? checkpoint : `${checkpoint}, ${SELECTION_WORDS[selection] ?? `at ${selection}`}`;
}

/** The narrowest preset for so many panels a line. */
export function presetFor(panels: number): number {
  return panels <= 2 ? WIDTHS.column : panels === 3 ? WIDTHS.neurips : WIDTHS.double;
}

export interface Words {
  readonly context: ResultContext;
  /** Name of the figure without the context's suffix. */
  readonly base: string;
  readonly title: string;
  readonly subtitle?: string;
  readonly caption: string;
  readonly description: string;
}

/** A figure with the numbers behind it. `first`: points that the axis and its labels take, about. */
export function figureOf(
  { context, base, title, caption, description }: Words,
  drawn: {
    panels: number;
    width: number;
    first: number;
    spec: (panelWidth: number) => TopLevelSpec;
    columns: readonly Column[];
    rows: readonly (readonly Cell[])[];
  },
): Figure {
  const name = `${base}${context.suffix}`;
  const table: Table = { name, title, columns: drawn.columns, rows: drawn.rows };
  return {
    name,
    title,
    caption,
    description,
    width: drawn.width,
    panels: drawn.panels,
    margin: marginFor(drawn.panels, drawn.first),
    spec: drawn.spec,
    table,
  };
}

/** What the columns of a data table are called; facets without a name have a single panel and no column. */
export interface CurveLabels {
  readonly column?: string;
  readonly row?: string;
  readonly x: string;
  readonly series: string;
  readonly value: string;
}

/** A point of a curve; `column` and `row` name its panel. */
export interface CurvePoint {
  readonly column: string;
  readonly row?: string;
  readonly x: string;
  readonly series: string;
  readonly estimate: Estimate | Pick<Estimate, 'value' | 'interval'>;
}

export interface Curves extends Words, Pick<Sweep, 'yTitle' | 'yDomain' | 'yAxis' | 'panelHeight' | 'x'> {
  readonly columns: readonly string[];
  readonly rows?: readonly string[];
  /** All values of x in order: layers, or numbers as text. */
  readonly xs: readonly string[];
  readonly series: readonly SeriesStyle[];
  readonly points: readonly CurvePoint[];
  readonly labels: CurveLabels;
  /** Panels a line where columns flow over several. */
  readonly wrap?: number;
}

const slug = (label: string): string =>
  label
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');

/** Numbers that aren't estimates stand alone: no n, no interval. */
export function cellOf(estimate: CurvePoint['estimate']): Cell {
  return 'n' in estimate ? estimate : estimate.value;
}

export function textColumns(...labels: readonly (string | undefined)[]): Column[] {
  return labels.flatMap((label): Column[] => (label === undefined ? [] : [{ key: slug(label), label, type: 'text' }]));
}

export function valueColumn(label: string): Column {
  return { key: slug(label), label, type: 'estimate' };
}

/** Curves over layers or a number, with intervals as bands; the data table follows from the points. */
export function curvesFigure(curves: Curves): Figure {
  const { context, columns, rows = [''], labels, points, series, wrap, subtitle = context.checkpoint } = curves;
  const panels = wrap ?? columns.length;
  const width = context.width ?? presetFor(panels);
  const drawn = new Set(points.map((point) => point.series));
  const sweepPoints = points.map(({ column, row = '', x, series: name, estimate }): SweepPoint => ({
    checkpoint: column,
    row,
    layer: x,
    series: name,
    estimate,
  }));
  return figureOf(curves, {
    panels,
    width,
    first: rows.length > 1 ? 42 : 34,
    spec: (panelWidth) =>
      sweepSpec(
        {
          title: curves.title,
          subtitle,
          checkpoints: columns,
          rows,
          layers: curves.xs,
          series: series.filter(({ name }) => drawn.has(name)),
          points: sweepPoints,
          yTitle: curves.yTitle,
          yDomain: curves.yDomain,
          width,
          yAxis: curves.yAxis,
          panelHeight: curves.panelHeight,
          x: curves.x,
          wrap,
        },
        panelWidth,
      ),
    columns: [...textColumns(labels.column, labels.row, labels.x, labels.series), valueColumn(labels.value)],
    rows: points.map(({ column, row = '', x, series: name, estimate }) => [
      ...(labels.column === undefined ? [] : [column]),
      ...(labels.row === undefined ? [] : [row]),
      x,
      name,
      cellOf(estimate),
    ]),
  });
}

/** A line at a value that stands for nothing found: zero, no compression, no change. */
export function referenceStyle(name: string): SeriesStyle {
  return { name, color: INK.line, dash: [], shape: null, width: 0.8 };
}
