/**
 * CSV as RFC 4180 describes it: commas, double quotes around fields that hold commas, quotes or line breaks, quotes
 * doubled inside.
 */
import { PlumblineError } from '../errors.ts';

export interface CsvTable {
  readonly columns: readonly string[];
  /** Fields of each row, as many as there are columns, and the line on which the row begins. */
  readonly rows: readonly { readonly line: number; readonly fields: readonly string[] }[];
}

/**
 * Parses a table whose first line names the columns. Blank lines are skipped; a byte-order mark is dropped.
 * @param where file name for errors, which read `FILE:LINE`
 * @param separator defaults to *a comma*
 * @throws PlumblineError `invalid-csv`: an open quote, a row with another number of fields, two columns of the same
 * name
 */
export function parseCsv(text: string, where: string, separator = ','): CsvTable {
  const records = recordsOf(text.replace(/^\uFEFF/, ''), where, separator);
  const [head, ...rows] = records;
  if (head === undefined)
    throw new PlumblineError('invalid-csv', 'the table is empty', { where, hint: 'the first line names the columns' });
  const twice = head.fields.find((name, i) => head.fields.indexOf(name) !== i);
  if (twice !== undefined)
    throw new PlumblineError('invalid-csv', `two columns are called \`${twice}\``, {
      where: `${where}:${head.line}`,
      hint: 'rename one',
    });
  for (const { line, fields } of rows) {
    if (fields.length !== head.fields.length)
      throw new PlumblineError(
        'invalid-csv',
        `${fields.length} fields where the first line names ${head.fields.length} columns`,
        { where: `${where}:${line}`, hint: 'put fields that hold commas between double quotes' },
      );
  }
  return { columns: head.fields, rows };
}

function recordsOf(text: string, where: string, separator: string): { line: number; fields: string[] }[] {
  const records: { line: number; fields: string[] }[] = [];
  let line = 1;
  let at = 0;
  while (at < text.length) {
    const begin = line;
    const fields: string[] = [];
    for (;;) {
      let field = '';
      if (text[at] === '"') {
        for (at++; ; at++) {
          const close = text.indexOf('"', at);
          if (close < 0)
            throw new PlumblineError('invalid-csv', 'a quoted field has no end', {
              where: `${where}:${begin}`,
              hint: 'close the double quotes; double those that belong to the text',
            });
          field += text.slice(at, close);
          at = close + 1;
          if (text[at] !== '"') break;
          field += '"';
        }
        line += field.split('\n').length - 1;
      } else {
        const start = at;
        while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++;
        field = text.slice(start, at);
      }
      fields.push(field);
      if (text[at] !== separator) break;
      at++;
    }
    if (at < text.length && text[at] !== '\n' && text[at] !== '\r')
      throw new PlumblineError('invalid-csv', `text after the end of a quoted field`, {
        where: `${where}:${begin}`,
        hint: 'double the quotes that belong to the text',
      });
    at += text.startsWith('\r\n', at) ? 2 : 1;
    line++;
    if (fields.length > 1 || fields[0] !== '') records.push({ line: begin, fields });
  }
  return records;
}
