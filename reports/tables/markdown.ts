/** Tables as GitHub-flavoured Markdown. */
import type { Table } from './table.ts';
import { cellText, isNumeric } from './text.ts';

function escape(text: string): string {
  return text.replace(/[\\`*_{}[\]<>|~#]/g, '\\$&').replace(/\s+/g, ' ');
}

/** Title, table and note. Brackets of intervals are escaped, so that no text can become a link or markup. */
export function toMarkdown({ title, columns, rows, note }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const rule = `|${columns.map((column) => (isNumeric(column) ? ' ---: |' : ' --- |')).join('')}\n`;
  const body = rows.map((row) => line(row.map((cell, i) => escape(cellText(cell, columns[i]))))).join('');
  return `**${escape(title)}**\n\n${line(columns.map(({ label }) => escape(label)))}${rule}${body}${note === undefined ? '' : `\n${escape(note)}\n`}`;
}
