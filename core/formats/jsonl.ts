/** JSON lines: one validated value a line; errors name the line. */
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { messageOf, PlumblineError } from '../errors.ts';
import { writeFileAtomic } from './atomic.ts';
import { fileError } from './file-errors.ts';
import { issuesOf } from './json.ts';

/**
 * Parses JSON lines and validates each with `schema`. Blank lines are skipped.
 * @param where file name for errors, which read `FILE:LINE`
 * @param firstLine number of the text's first line in that file
 * @throws PlumblineError `invalid-line` when a line is not JSON or not what the schema says
 */
export function parseJsonl<T>(text: string, schema: z.ZodType<T>, where: string, firstLine = 1): T[] {
  const values: T[] = [];
  text.split('\n').forEach((line, index) => {
    if (line.trim() === '') return;
    const at = `${where}:${index + firstLine}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw new PlumblineError('invalid-line', `not valid JSON: ${messageOf(error)}`, {
        where: at,
        hint: 'the file may be cut off or edited by hand',
        cause: error,
      });
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success)
      throw new PlumblineError('invalid-line', issuesOf(parsed.error), {
        where: at,
        hint: 'this line does not have the expected fields',
      });
    values.push(parsed.data);
  });
  return values;
}

/** Reads a whole JSON-lines file; see {@link parseJsonl}. */
export async function readJsonl<T>(path: string, schema: z.ZodType<T>): Promise<T[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw fileError(error, path);
  }
  return parseJsonl(text, schema, path);
}

/** Writes values as JSON lines, atomically; keys keep the order in which the values hold them. */
export async function writeJsonl(path: string, values: readonly unknown[]): Promise<void> {
  await writeFileAtomic(path, values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}
