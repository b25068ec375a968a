/** Heat maps: a value for each row and column, with its number in the cell where there is room. */
import { decimal } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { textWidth } from '../fonts.ts';
import { INK, OKABE_ITO, SIZE } from '../theme.ts';
import { facetSpec } from './facets.ts';
import { headings } from './layout.ts';
import { cellOf, figureOf, presetFor, textColumns, valueColumn, type CurvePoint, type Words } from './of-result.ts';

export interface HeatCell {
  readonly column?: string;
  readonly row?: string;
  readonly x: string;
  readonly y: string;
  readonly estimate: CurvePoint['estimate'];
}

/** Where the colours begin and end: from nothing to much, or two ways from a middle that stands for chance. */
export interface HeatScale {
  readonly domain: readonly [number, number];
  readonly middle?: number;
}

export interface Heatmap extends Words {
  readonly columns?: readonly string[];
  readonly rows?: readonly string[];
  readonly xs: readonly string[];
  readonly ys: readonly string[];
  readonly xTitle?: string;
  readonly yTitle?: string;
  readonly cells: readonly HeatCell[];
  readonly scale: HeatScale;
  readonly legend: string;
  readonly labels: {
    readonly column?: string;
    readonly row?: string;
    readonly x: string;
    readonly y: string;
    readonly value: string;
  };
  /** Height of a cell in points; defaults to *as wide as high*. */
  readonly cellHeight?: number;
  /** Whether labels of x stand upright; defaults to *true*. */
  readonly upright?: boolean;
}

const PALE = '#f2f2f2';
/** Letters on dark and on pale cells: not the theme's inks, which the page turns around in dark mode. */
const LETTERS = { onDark: '#fefefe', onPale: '#1a1a1b' } as const;

/** Rows from top to bottom and columns from left to right in the order given; cells without a value stay empty. */
export function heatmapFigure(options: Heatmap): Figure {
  const {
    context,
    title,
    columns = [''],
    rows = [''],
    xs,
    ys,
    cells,
    scale,
    labels,
    subtitle = context.checkpoint,
  } = options;
  const width = context.width ?? presetFor(columns.length);
  const {
    domain: [low, high],
    middle,
  } = scale;
  // Text is white where blue or vermillion is strong.
  const strong =
    middle === undefined
      ? `datum.value > ${low + 0.6 * (high - low)}`
      : `datum.value > ${middle + 0.6 * (high - middle)} || datum.value < ${middle - 0.75 * (middle - low)}`;
  const first =
    14 +
    Math.min(120, Math.max(...ys.map((label) => textWidth(label, SIZE.small)))) +
    (options.yTitle === undefined ? 0 : 10) +
    (rows.length > 1 ? 12 : 0);
  return figureOf(options, {
    panels: columns.length,
    width,
    first,
    spec: (panelWidth) => {
      const heading = columns.length === 1 && columns[0] === '' ? [''] : headings(columns, panelWidth);
      const cellWidth = panelWidth / xs.length;
      const cellHeight = options.cellHeight ?? cellWidth;
      const fontSize = Math.min(SIZE.small, cellWidth / 2.2);
      const written = fontSize >= 4.5 && cellHeight >= fontSize + 1;
      const values = cells.flatMap(({ column = columns[0], row = rows[0], x, y, estimate: { value } }) =>
        value === null
          ? []
          : [{ checkpoint: heading[columns.indexOf(column)], row, x, y, value, text: decimal(value) }],
      );
      const x = {
        field: 'x',
        type: 'nominal',
        sort: xs,
        scale: { domain: xs },
        axis: {
          title: options.xTitle ?? null,
          ticks: false,
          domain: false,
          labelOverlap: 'greedy',
          labelAngle: options.upright === false ? 0 : -90,
        },
      };
      const y = {
        field: 'y',
        type: 'nominal',
        sort: ys,
        scale: { domain: ys },
        axis: { title: options.yTitle ?? null, ticks: false, domain: false, labelOverlap: 'greedy' },
      };
      const color = {
        field: 'value',
        type: 'quantitative',
        scale: {
          domain: middle === undefined ? [low, high] : [low, middle, high],
          range: middle === undefined ? [PALE, OKABE_ITO.blue] : [OKABE_ITO.vermillion, PALE, OKABE_ITO.blue],
          interpolate: 'rgb',
          clamp: true,
        },
        legend: {
          orient: 'bottom',
          title: options.legend,
          titleOrient: 'left',
          direction: 'horizontal',
          gradientLength: 80,
          gradientThickness: 6,
          values: middle === undefined ? [low, high] : [low, middle, high],
          format: '.2~f',
          offset: 4,
          titlePadding: 5,
          titleBaseline: 'middle',
          titleLimit: 400,
        },
      };
      return facetSpec({
        title,
        subtitle,
        columns: heading,
        rows,
        values,
        layer: [
          {
            mark: { type: 'rect', stroke: INK.paper, strokeWidth: xs.length > 30 ? 0 : 0.5 },
            encoding: {
              x,
              y,
              color,
              tooltip: [
                { field: 'y', title: labels.y },
                { field: 'x', title: labels.x },
                { field: 'text', title: options.legend },
              ],
            },
          },
          ...(written
            ? [
                {
                  mark: { type: 'text', fontSize },
                  encoding: {
                    x,
                    y,
                    text: { field: 'text', type: 'nominal' },
                    color: { condition: { test: strong, value: LETTERS.onDark }, value: LETTERS.onPale },
                  },
                },
              ]
            : []),
        ],
        width,
        inset: first + 8,
        panelWidth,
        panelHeight: cellHeight * ys.length,
      });
    },
    columns: [...textColumns(labels.column, labels.row, labels.y, labels.x), valueColumn(labels.value)],
    rows: cells.map(({ column = '', row = '', x, y, estimate }) => [
      ...(labels.column === undefined ? [] : [column]),
      ...(labels.row === undefined ? [] : [row]),
      y,
      x,
      cellOf(estimate),
    ]),
  });
}
