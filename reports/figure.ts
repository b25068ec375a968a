/** A figure before it is drawn. */
import type { TopLevelSpec } from 'vega-lite';
import type { Table } from './tables/table.ts';

export interface Figure {
  /** File name without extension; unique in a report. */
  readonly name: string;
  readonly title: string;
  /** What is shown, n and the kind of interval, and what would be seen if the shortcut were absent. */
  readonly caption: string;
  /** The same in words for someone who can't see it: the shape of the data, with its numbers. */
  readonly description: string;
  /** Physical width in inches. */
  readonly width: number;
  /** Panels side by side; the drawn width is fitted by changing `panelWidth`, the same for all of them. */
  readonly panels: number;
  /** Points beside the panels (axis, headings, gaps), about: where fitting starts. */
  readonly margin: number;
  /** The Vega-Lite spec with panels of the given width in points. */
  readonly spec: (panelWidth: number) => TopLevelSpec;
  /** The numbers behind the marks. */
  readonly table: Table;
}
