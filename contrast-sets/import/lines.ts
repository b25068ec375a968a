/**
 * Text files line by line and tables row by row, in memory that holds one row: VLMEvalKit's tables carry pictures in
 * base64, a hundred kilobytes a field.
 */
import { createReadStream } from 'node:fs';
import { PlumblineError } from '../../core/errors.ts';
import { parseCsv } from '../../core/formats/csv.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import type { BadRow } from './importer.ts';

/** A longer row holds no pictures of a benchmark. */
const MAX_ROW = 256 << 20;

export interface Line {
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

/** The lines of a UTF-8 file, without their ends; a byte-order mark is dropped. Throws `line-too-long`. */
export async function* readLines(path: string): AsyncGenerator<Line> {
  let number = 0;
  // Parts of the current line: joined once, or a long line would be copied with every chunk.
  let parts: string[] = [];
  let held = 0;
  const finish = (end: string): Line => {
    const text = [...parts, end].join('').replace(/\r$/, '');
    parts = [];
    held = 0;
    number++;
    return { number, text: number === 1 ? text.replace(/^\uFEFF/, '') : text };
  };
  try {
    for await (const chunk of createReadStream(path, {
      encoding: 'utf8',
      highWaterMark: 1 << 18,
    }) as AsyncIterable<string>) {
      let at = 0;
      for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', at)) {
        yield finish(chunk.slice(at, end));
        at = end + 1;
      }
      parts.push(chunk.slice(at));
      held += chunk.length - at;
      if (held > MAX_ROW)
        throw new PlumblineError('line-too-long', `line ${number + 1} has more than ${MAX_ROW >> 20} MiB`, {
          where: path,
          hint: 'this is no table of text: check which file you gave',
        });
    }
  } catch (error) {
    throw fileError(error, path);
  }
  if (held > 0) yield finish('');
}

export interface TableRow {
  readonly where: string;
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * The rows of a table with a header line, quoted as RFC 4180 says. A row of another length is a bad row, and the next
 * line is tried; `Unnamed: …` columns of pandas' index are left out.
 * @throws PlumblineError `missing-column`, `invalid-csv` for the header
 */
export async function* readTable(
  path: string,
  separator: string,
  required: readonly string[],
): AsyncGenerator<TableRow | BadRow> {
  let columns: readonly string[] | undefined;
  let begin: Line | undefined;
  let record = '';
  for await (const line of readLines(path)) {
    if (begin === undefined && line.text.trim() === '') continue;
    record = begin === undefined ? line.text : `${record}\n${line.text}`;
    begin ??= line;
    if (isOpen(record, separator)) {
      if (record.length <= MAX_ROW) continue;
      yield { where: `${path}:${begin.number}`, problem: 'a quoted field has no end' };
    } else if (columns === undefined) {
      ({ columns } = parseCsv(record, path, separator));
      const missing = required.filter((name) => !columns!.includes(name));
      if (missing.length > 0)
        throw new PlumblineError(
          'missing-column',
          `no column \`${missing.join('`, `')}\`; there are ${columns
            .map((name) => `\`${name}\``)
            .join(', ')
            .slice(0, 300)}`,
          { where: `${path}:1`, hint: 'check that the file belongs to this benchmark' },
        );
    } else yield rowOf(record, columns, separator, `${path}:${begin.number}`);
    begin = undefined;
  }
  if (begin !== undefined) yield { where: `${path}:${begin.number}`, problem: 'a quoted field has no end' };
  if (columns === undefined)
    throw new PlumblineError('invalid-csv', 'the table is empty', {
      where: path,
      hint: 'the first line names the columns',
    });
}

function rowOf(record: string, columns: readonly string[], separator: string, where: string): TableRow | BadRow {
  try {
    // Columns named by number, so that equal fields aren't taken for equal column names.
    const head = columns.map((_, i) => i).join(separator);
    const [row] = parseCsv(`${head}\n${record}\n`, where, separator).rows;
    return {
      where,
      fields: Object.fromEntries(
        columns.flatMap((name, i) => (/^Unnamed: \d+$/.test(name) ? [] : [[name, detached(row.fields[i])]])),
      ),
    };
  } catch (error) {
    if (error instanceof PlumblineError) return { where, problem: error.message };
    throw error;
  }
}

/** Longer fields are pictures, which nobody keeps. */
const KEPT = 1 << 16;

/**
 * A copy with memory of its own: a slice of a string keeps the whole string alive, so that a question kept would keep
 * its row's picture.
 */
const detached = (text: string): string => (text.length > KEPT ? text : Buffer.from(text).toString());

/** Whether a record ends inside quotes. */
function isOpen(record: string, separator: string): boolean {
  for (let at = 0; at <= record.length;) {
    if (record[at] === '"') {
      for (at++; ; at += 2) {
        at = record.indexOf('"', at);
        if (at < 0) return true;
        if (record[at + 1] !== '"') break;
      }
    }
    const next = record.indexOf(separator, at);
    if (next < 0) return false;
    at = next + 1;
  }
  return false;
}
