/** A table as HTML. */
import type { Table } from '../tables/table.ts';
import { cellText, isNumeric } from '../tables/text.ts';
import { escapeMarkup } from '../escape.ts';

/**
 * In a box that scrolls sideways and can be reached by keyboard. `label` names the box; it must be unique on the page.
 */
export function htmlTable({ title, columns, rows, note }: Table, label = title): string {
  const align = columns.map((column) => (isNumeric(column) ? ' class="n"' : ''));
  const head = columns.map((column, i) => `<th scope="col"${align[i]}>${escapeMarkup(column.label)}</th>`).join('');
  const body = rows
    .map(
      (row) =>
        `<tr>${row.map((cell, i) => `<td${align[i]}>${escapeMarkup(cellText(cell, columns[i]))}</td>`).join('')}</tr>`,
    )
    .join('\n');
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeMarkup(label)}"><table><caption>${escapeMarkup(title)}</caption><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>${note === undefined ? '' : `<p class="note">${escapeMarkup(note)}</p>`}`;
}

/** Tables to unfold, one under the other. */
export function tableFolds(tables: readonly Table[]): string {
  return tables
    .map((table) => `<details><summary>${escapeMarkup(table.title)}</summary>${htmlTable(table)}</details>`)
    .join('\n');
}
