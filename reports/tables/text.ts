/** What a cell says in print. */
import { decimal, MISSING, withInterval } from '../../core/numbers.ts';
import { isEstimate, type Cell, type Column } from './table.ts';

/** `.94 [.91, .96]`, `.94`, `200` or the text itself; `n/a` for null. */
export function cellText(cell: Cell, { type }: Column): string {
  if (isEstimate(cell)) return withInterval(cell);
  if (cell === null) return MISSING;
  if (typeof cell === 'string') return cell;
  return type === 'integer' ? String(Math.round(cell)) : decimal(cell);
}

/** Whether a column is set flush right. */
export function isNumeric({ type }: Column): boolean {
  return type !== 'text';
}
