/**
 * Any result as flat tables, for CSV: one table for each list of records in it, with the columns of the records that it
 * lies in. Estimates keep their interval; short lists of plain values are joined into one cell.
 */
import { estimateSchema, type Estimate } from '../../core/artifacts/results.ts';
import type { Cell, Column, Table } from './table.ts';

type Json = null | boolean | number | string | Json[] | { readonly [key: string]: Json };
type Columns = ReadonlyMap<string, Cell>;

const isRecord = (value: Json): value is { readonly [key: string]: Json } =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const isPlain = (value: Json): value is null | boolean | number | string => value === null || typeof value !== 'object';
const asEstimate = (value: Json): Estimate | undefined =>
  isRecord(value) && 'value' in value && 'interval' in value ? estimateSchema.safeParse(value).data : undefined;

const HIDDEN = new Set(['provenance', 'analysis', 'version']);

/**
 * Tables of a result, named by the path of their list, e.g. `layers.accuracy`; what lies outside of any list is the
 * table `summary`.
 */
export function resultTables(result: object): Table[] {
  const rows = new Map<string, Columns[]>();
  visit(JSON.parse(JSON.stringify(result)) as Json, [], new Map(), rows);
  return [...rows].map(([path, records]) => tableOf(path === '' ? 'summary' : path, records));
}

/**
 * Adds a record's own columns to those that it lies in; lists of records inside go to tables of their own. Records with
 * nothing of their own give no row.
 */
function visit(value: Json, path: readonly string[], outer: Columns, rows: Map<string, Columns[]>): void {
  if (!isRecord(value)) return;
  const own = new Map(outer);
  const lists: [string, Json[]][] = [];
  let measured = false;
  const read = (record: { readonly [key: string]: Json }, prefix: string): void => {
    for (const [key, entry] of Object.entries(record)) {
      if (path.length === 0 && prefix === '' && HIDDEN.has(key)) continue;
      const name = prefix === '' ? key : `${prefix}.${key}`;
      const estimate = asEstimate(entry);
      if (estimate !== undefined) own.set(name, estimate);
      else if (isPlain(entry)) own.set(name, typeof entry === 'boolean' ? String(entry) : entry);
      else if (Array.isArray(entry) && entry.some(isRecord)) lists.push([name, entry]);
      else if (Array.isArray(entry) && entry.length > 0) own.set(name, joined(entry));
      else if (isRecord(entry)) read(entry, name);
      measured ||=
        estimate !== undefined ||
        typeof entry === 'number' ||
        (Array.isArray(entry) && entry.length > 0 && !entry.some(isRecord));
    }
  };
  read(value, '');
  if (measured || (lists.length === 0 && own.size > outer.size)) {
    const name = path.join('.');
    const table = rows.get(name);
    if (table === undefined) rows.set(name, [own]);
    else table.push(own);
  }
  // What a summary says of everything isn't repeated in each row.
  const passed =
    path.length === 0
      ? new Map<string, Cell>()
      : new Map([...own].filter(([, cell]) => typeof cell !== 'object' || cell === null));
  for (const [name, list] of lists) for (const entry of list) visit(entry, [...path, name], passed, rows);
}

function joined(values: readonly Json[]): string {
  return values
    .map((value) =>
      Array.isArray(value) ? joined(value) : isRecord(value) ? JSON.stringify(value) : String(value ?? ''),
    )
    .join(' ');
}

function tableOf(name: string, records: readonly Columns[]): Table {
  const keys = [...new Set(records.flatMap((record) => [...record.keys()]))];
  const columns = keys.map((key): Column => {
    const cells = records.map((record) => record.get(key) ?? null).filter((cell) => cell !== null);
    return {
      key,
      label: key,
      type: cells.some((cell) => typeof cell === 'object')
        ? 'estimate'
        : cells.every((cell) => typeof cell === 'number')
          ? 'number'
          : 'text',
    };
  });
  return { name, title: name, columns, rows: records.map((record) => keys.map((key) => record.get(key) ?? null)) };
}
