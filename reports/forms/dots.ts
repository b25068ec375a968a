/** Dots with whiskers, a line a category: shares and means beside what chance gives. */
import { decimal, interval } from '../../core/numbers.ts';
import type { Figure } from '../figure.ts';
import { textWidth } from '../fonts.ts';
import { INK, SIZE, type SeriesStyle } from '../theme.ts';
import { facetSpec } from './facets.ts';
import { headings } from './layout.ts';
import { cellOf, figureOf, presetFor, textColumns, valueColumn, type CurvePoint, type Words } from './of-result.ts';

export interface Dot {
  /** Heading of the panel, `''` for a single one. */
  readonly column?: string;
  readonly category: string;
  readonly series: string;
  readonly estimate: CurvePoint['estimate'];
  /** What chance, a control or a baseline would give; drawn as a tick. */
  readonly chance?: number | null;
}

export interface Dots extends Words {
  readonly columns?: readonly string[];
  readonly categories: readonly string[];
  readonly series: readonly SeriesStyle[];
  readonly dots: readonly Dot[];
  readonly xTitle: string;
  readonly xDomain: readonly [number, number];
  /** More of Vega-Lite's axis properties. */
  readonly xAxis?: object;
  /** Name of the ticks in the key; defaults to *chance*. */
  readonly chanceName?: string;
  /** A line through the whole panel, e.g. at no difference. */
  readonly line?: number;
  /**
   * Whether the series of a category stand beneath each other; `false` where a category has a single dot. Defaults to
   * *true*.
   */
  readonly offset?: boolean;
  readonly labels: {
    readonly column?: string;
    readonly category: string;
    readonly series?: string;
    readonly value: string;
  };
}

/** Categories down the side, values along x. */
export function dotsFigure(options: Dots): Figure {
  const {
    context,
    title,
    categories,
    series,
    dots,
    columns = [''],
    labels,
    chanceName = 'chance',
    subtitle = context.checkpoint,
    line,
    offset = true,
  } = options;
  const width = context.width ?? presetFor(columns.length);
  const chances = dots.filter(({ chance }) => typeof chance === 'number');
  const tick: SeriesStyle = {
    name: chanceName,
    color: INK.soft,
    dash: [],
    shape: 'M-0.15,-1L0.15,-1L0.15,1L-0.15,1Z',
    width: 1,
  };
  const single = series.length === 1;
  const level = single || !offset;
  const first = 12 + Math.min(120, Math.max(...categories.map((category) => textWidth(category, SIZE.small))));
  return figureOf(options, {
    panels: columns.length,
    width,
    first,
    spec: (panelWidth) => {
      const heading = columns.length === 1 && columns[0] === '' ? [''] : headings(columns, panelWidth);
      const place = ({ column = columns[0], category, series: name }: Dot): object => ({
        checkpoint: heading[columns.indexOf(column)],
        row: '',
        category,
        series: name,
      });
      const values = [
        ...dots
          .filter(({ estimate }) => estimate.value !== null)
          .map((dot) => ({
            role: 'dot',
            ...place(dot),
            value: dot.estimate.value,
            low: dot.estimate.interval?.[0] ?? null,
            high: dot.estimate.interval?.[1] ?? null,
            text: `${decimal(dot.estimate.value)} ${interval(dot.estimate.interval)}`.trim(),
          })),
        ...chances.map((dot) => ({ role: 'chance', ...place(dot), value: dot.chance, text: decimal(dot.chance) })),
      ];
      const y = {
        field: 'category',
        type: 'nominal',
        sort: categories,
        scale: { domain: categories, paddingInner: 0.25, paddingOuter: 0.15 },
        axis: { title: null, ticks: false, domain: false, labelPadding: 4, grid: false },
      };
      const domain = series.map(({ name }) => name);
      const yOffset = level
        ? {}
        : {
            yOffset: { field: 'series', type: 'nominal', sort: domain, scale: { type: 'point', domain, padding: 0.5 } },
          };
      const x = {
        field: 'value',
        type: 'quantitative',
        scale: { domain: options.xDomain, nice: false, zero: false },
        axis: { title: options.xTitle, tickCount: 5, format: '.2~f', ...options.xAxis },
      };
      const color = {
        field: 'series',
        type: 'nominal',
        scale: { domain, range: series.map((style) => style.color) },
        legend: null,
      };
      const of = (role: string, more = ''): object[] => [{ filter: `datum.role === '${role}'${more}` }];
      return facetSpec({
        title,
        subtitle,
        columns: heading,
        rows: [''],
        key: [
          ...(single ? [] : series.map((style) => ({ ...style, dash: [] }))),
          ...(chances.length > 0 ? [tick] : []),
        ],
        keyLines: false,
        values,
        layer: [
          ...(line === undefined
            ? []
            : [{ mark: { type: 'rule', color: INK.line, strokeWidth: 0.8 }, encoding: { x: { datum: line } } }]),
          {
            transform: of('chance'),
            mark: { type: 'tick', orient: 'vertical', color: tick.color, thickness: 1, size: level ? 10 : 8 },
            encoding: { x, y, ...yOffset },
          },
          {
            transform: of('dot', ' && isValid(datum.low)'),
            mark: { type: 'rule', strokeWidth: 1.2 },
            encoding: { x: { ...x, field: 'low' }, x2: { field: 'high' }, y, ...yOffset, color },
          },
          {
            transform: of('dot'),
            mark: { type: 'point', filled: true, opacity: 1, size: 22, stroke: INK.paper, strokeWidth: 0.4 },
            encoding: {
              x,
              y,
              ...yOffset,
              color,
              shape: {
                field: 'series',
                type: 'nominal',
                scale: { domain, range: series.map(({ shape }) => shape ?? 'circle') },
                legend: null,
              },
              tooltip: [
                { field: 'category', title: labels.category },
                { field: 'series' },
                { field: 'text', title: options.xTitle },
              ],
            },
          },
        ],
        width,
        inset: first + 8,
        panelWidth,
        panelHeight: categories.length * (level ? 12 : 5 + 7.5 * series.length),
      });
    },
    columns: [
      ...textColumns(labels.column, labels.category, labels.series),
      valueColumn(labels.value),
      ...(chances.length > 0 ? [{ key: 'chance', label: chanceName, type: 'number' as const }] : []),
    ],
    rows: dots.map(({ column = '', category, series: name, estimate, chance = null }) => [
      ...(labels.column === undefined ? [] : [column]),
      category,
      ...(labels.series === undefined ? [] : [name]),
      cellOf(estimate),
      ...(chances.length > 0 ? [chance] : []),
    ]),
  });
}
