/** A table as HTML. */
import type { Table } from '../tables/table.ts';
import { cellText, isNumeric } from '../tables/text.ts';
import { escapeHtml } from './html.ts';

/** In a box that scrolls sideways and can be reached by keyboard. `label` names the box; it must be unique on the page. */
export function htmlTable({ title, columns, rows, note }: Table, label = title): string {
  const align = columns.map((column) => (isNumeric(column) ? ' class="n"' : ''));
  const head = columns.map((column, i) => `<th scope="col"${align[i]}>${escapeHtml(column.label)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell, i) => `<td${align[i]}>${escapeHtml(cellText(cell, columns[i]))}</td>`).join('')}</tr>`).join('\n');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(label)}"><table><caption>${escapeHtml(title)}</caption><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>${note === undefined ? '' : `<p class="note">${escapeHtml(note)}</p>`}`;
}
