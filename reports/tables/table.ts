/** A table of results: plain values under typed columns, written by `toCsv`, `toMarkdown`, `toLatex` and the page. */
import type { Estimate } from '../../core/artifacts/results.ts';

/**
 * Estimates carry their interval, its kind, n and scenes; CSV spreads them over columns, the others print `.94 [.91,
 * .96]`.
 */
export type Cell = string | number | null | Estimate;

export interface Column {
  /** CSV header. */
  readonly key: string;
  /** Printed header. */
  readonly label: string;
  readonly type: 'text' | 'integer' | 'number' | 'estimate';
}

export interface Table {
  /** File name without extension; unique in a report. */
  readonly name: string;
  readonly title: string;
  readonly columns: readonly Column[];
  /** One array a row, aligned with `columns`. */
  readonly rows: readonly (readonly Cell[])[];
  /** Printed under the table: n, intervals, definitions. */
  readonly note?: string;
}

export function isEstimate(cell: Cell): cell is Estimate {
  return typeof cell === 'object' && cell !== null;
}
