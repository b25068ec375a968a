/**
 * The frame that figures share: title, key, then panels with a column a checkpoint and, where there are several, a row
 * a heading.
 */
import type { TopLevelSpec } from 'vega-lite';
import { elideText } from '../fonts.ts';
import { SIZE, THEME, type SeriesStyle } from '../theme.ts';
import { keyView } from './key.ts';
import { COLUMN_GAP, keyWidth } from './layout.ts';

export const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

export interface Facets {
  readonly title: string | { readonly expr: string };
  /** Which reading is shown, under the title. */
  readonly subtitle?: string;
  /** Column headings in order; rows of `values` name theirs in `checkpoint`. */
  readonly columns: readonly string[];
  /** Row headings in order; rows of `values` name theirs in `row`. */
  readonly rows: readonly string[];
  /** What the key explains; no key without it. */
  readonly key?: readonly SeriesStyle[];
  /** Whether key entries show a line or a marker alone. */
  readonly keyLines?: boolean;
  readonly values: readonly object[];
  readonly layer: readonly object[];
  /** Width of the figure in inches; of a panel and its height in points. */
  readonly width: number;
  readonly panelWidth: number;
  readonly panelHeight: number;
  /** Points left of the panels, beside which title and key begin; defaults to *36*. */
  readonly inset?: number;
  /** Panels a line: the columns flow over several lines, each panel under its heading. Needs a single row. */
  readonly wrap?: number;
  /**
   * Vega-Lite's parameters of the whole figure, and what the page's script is told about it: a slider, or a brush over
   * the first layer's points.
   */
  readonly params?: readonly object[];
  readonly usermeta?: object;
}

/**
 * Assembles the spec. Vega-Lite's own types can't follow a spec built in parts: `tests/reports` compiles every figure
 * and fails on any warning.
 */
export function facetSpec({
  title,
  subtitle,
  columns,
  rows,
  key = [],
  keyLines = true,
  values,
  layer,
  width,
  panelWidth,
  panelHeight,
  inset,
  wrap,
  params,
  usermeta,
}: Facets): TopLevelSpec {
  const header = { title: null, labelFontSize: SIZE.label };
  const panels = {
    data: { values },
    spacing: { row: 9, column: COLUMN_GAP },
    ...(wrap === undefined ? {} : { columns: wrap }),
    facet:
      wrap !== undefined
        ? { field: 'checkpoint', type: 'nominal', sort: columns, header: { ...header, labelAnchor: 'middle' } }
        : {
            column: {
              field: 'checkpoint',
              type: 'nominal',
              sort: columns,
              header: { ...header, labelAnchor: 'middle' },
            },
            ...(rows.length > 1
              ? {
                  row: {
                    field: 'row',
                    type: 'nominal',
                    sort: rows,
                    header: { ...header, labelOrient: 'right', labelAngle: 90, labelFontWeight: 400 },
                  },
                }
              : {}),
          },
    spec: { width: panelWidth, height: panelHeight, layer },
  };
  const frame = {
    $schema: SCHEMA,
    config: THEME,
    params,
    usermeta,
    title:
      subtitle !== undefined
        ? { text: title, subtitle: elideText(subtitle, keyWidth(width, inset), SIZE.small) }
        : typeof title === 'string'
          ? title
          : { text: title },
  };
  const spec =
    key.length === 0
      ? { ...frame, ...panels }
      : {
          ...frame,
          spacing: 5,
          bounds: 'full',
          vconcat: [keyView(key, keyWidth(width, inset), { lines: keyLines }), panels],
        };
  return spec as unknown as TopLevelSpec;
}
