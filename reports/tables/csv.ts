/** Tables as CSV (RFC 4180): full precision, an estimate over seven columns. */
import { isEstimate, type Cell, type Column, type Table } from './table.ts';

const PARTS = ['', '_low', '_high', '_interval', '_n', '_scenes', '_note'] as const;

function headers({ key, type }: Column): string[] {
  return type === 'estimate' ? PARTS.map((part) => key + part) : [key];
}

function values(cell: Cell, { type }: Column): (string | number | null)[] {
  if (isEstimate(cell))
    return [
      cell.value,
      cell.interval?.[0] ?? null,
      cell.interval?.[1] ?? null,
      cell.intervalKind,
      cell.n,
      cell.groups,
      cell.note ?? null,
    ];
  return type === 'estimate' ? [cell, ...PARTS.slice(1).map(() => null)] : [cell];
}

function field(value: string | number | null): string {
  if (value === null || (typeof value === 'number' && !Number.isFinite(value))) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Header line and one line a row, CRLF as the RFC asks; a value that could not be computed is empty, with its reason in
 * `…_note`.
 */
export function toCsv({ columns, rows }: Table): string {
  const lines = [columns.flatMap(headers), ...rows.map((row) => row.flatMap((cell, i) => values(cell, columns[i])))];
  return lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}
