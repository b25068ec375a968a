/**
 * The elements of a JSON file one by one: of a top-level array, of the arrays that are values of a top-level object (as
 * COCO's annotations are), or of JSON lines. The text of one element is held at a time.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { messageOf, PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import type { BadRow } from './importer.ts';
import { readLines } from './lines.ts';

export interface JsonElement {
  /** Key of the array in a top-level object; null otherwise. */
  readonly key: string | null;
  readonly value: unknown;
  readonly where: string;
}

/** A longer element holds no row of a benchmark. */
const MAX_ELEMENT = 256 << 20;
const [QUOTE, BACKSLASH, OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, NEWLINE] = [...'"\\{}[]\n'].map((char) =>
  char.charCodeAt(0),
);

/**
 * @param of what a file that begins with `{` is: JSON lines, or an object of arrays
 * @throws PlumblineError `not-json` where the file begins with neither `[` nor `{`
 */
export async function* readElements(
  path: string,
  of: 'lines' | 'arrays' = 'lines',
): AsyncGenerator<JsonElement | BadRow> {
  const first = await firstCharacter(path);
  if (first !== '[' && first !== '{')
    throw new PlumblineError(
      'not-json',
      `a JSON array or object was expected, the file begins with ${JSON.stringify(first)}`,
      { where: path, hint: 'check which file you gave' },
    );
  if (first === '[') yield* scan(path, 1);
  else if (of === 'arrays') yield* scan(path, 2);
  else
    for await (const { number, text } of readLines(path))
      if (text.trim() !== '') yield parse(text, null, `${path}:${number}`);
}

async function firstCharacter(path: string): Promise<string> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(4096), 0, 4096, 0);
      return buffer
        .toString('utf8', 0, bytesRead)
        .replace(/^\uFEFF/, '')
        .trimStart()
        .charAt(0);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(error, path);
  }
}

function parse(text: string, key: string | null, where: string): JsonElement | BadRow {
  try {
    return { key, value: JSON.parse(text), where };
  } catch (error) {
    return { where, problem: `not valid JSON: ${messageOf(error)}` };
  }
}

/**
 * Objects and arrays that lie `level` brackets deep: the elements of a top-level array, or of arrays in a top-level
 * object.
 */
async function* scan(path: string, level: 1 | 2): AsyncGenerator<JsonElement | BadRow> {
  let [line, begin, depth, held, number] = [1, 1, 0, 0, 0];
  let [inString, escaped, collecting] = [false, false, false];
  let key: string | null = null;
  let name = '';
  let parts: string[] = [];
  try {
    for await (const chunk of createReadStream(path, {
      encoding: 'utf8',
      highWaterMark: 1 << 18,
    }) as AsyncIterable<string>) {
      let from = 0;
      for (let i = 0; i < chunk.length; i++) {
        if (inString && !escaped) {
          // Long strings hold pictures: on to the character that ends them.
          const start = i;
          const end = chunk.indexOf('"', i);
          i = end < 0 ? chunk.length : end;
          const slash = chunk.slice(start, i).indexOf('\\');
          if (slash >= 0) i = start + slash;
          if (!collecting && depth === 1) name += chunk.slice(start, i);
          if (i === chunk.length) break;
        }
        const code = chunk.charCodeAt(i);
        if (inString) {
          if (escaped) escaped = false;
          else if (code === BACKSLASH) escaped = true;
          else inString = code !== QUOTE;
        } else if (code === NEWLINE) line++;
        else if (code === QUOTE) {
          inString = true;
          if (depth === 1) name = '';
        } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
          if (depth === 1 && level === 2) [key, number] = [code === OPEN_BRACKET ? name : null, 0];
          if (depth === level && (level === 1 || key !== null)) {
            collecting = true;
            begin = line;
            from = i;
          }
          depth++;
        } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
          depth--;
          if (collecting && depth === level) {
            yield parse(
              [...parts, chunk.slice(from, i + 1)].join(''),
              key,
              `${path}:${begin} ${key ?? ''}[${number++}]`,
            );
            [parts, held, collecting] = [[], 0, false];
          }
        }
      }
      if (!collecting) continue;
      parts.push(chunk.slice(from));
      held += chunk.length - from;
      if (held > MAX_ELEMENT)
        throw new PlumblineError(
          'element-too-long',
          `the element that begins on line ${begin} has more than ${MAX_ELEMENT >> 20} MiB`,
          { where: path, hint: 'this is no file of a benchmark, or it is damaged' },
        );
    }
  } catch (error) {
    throw fileError(error, path);
  }
  if (depth !== 0 || inString)
    yield {
      where: `${path}:${collecting ? begin : line}`,
      problem: 'the file ends here, in the middle: it is cut off',
    };
}
