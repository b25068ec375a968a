/** JSON in and out: a stable text for hashing and diffing, and reading with errors that name the file and the field. */
import { readFile } from 'node:fs/promises';
import type { z } from 'zod';
import { messageOf, PlumblineError } from '../errors.ts';
import { fileError } from './file-errors.ts';

function sorted(value: unknown, path: string): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RangeError(`${path} is ${value}, which JSON can't hold`);
  if (Array.isArray(value)) return value.map((entry, i) => sorted(entry, `${path}[${i}]`));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).map(([key, entry]) => [key, sorted(entry, `${path}.${key}`)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/**
 * JSON text with keys sorted at every level (integer-like keys first, as JavaScript orders them), so that equal values
 * give equal bytes.
 * @throws RangeError on NaN or an infinity, which `JSON.stringify` would silently turn into null
 */
export function stableJson(value: unknown, indent = 0): string {
  return JSON.stringify(sorted(value, '$'), undefined, indent);
}

/** The first problems of a zod check in one line: `field.path: what is wrong`. */
export function issuesOf(error: z.ZodError): string {
  const shown = error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`);
  const rest = error.issues.length - shown.length;
  return shown.join('; ') + (rest > 0 ? `; and ${rest} more` : '');
}

/** Reads and validates a JSON file; errors are `PlumblineError`s that name the file and the field. */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw fileError(error, path);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PlumblineError('not-json', `not valid JSON: ${messageOf(error)}`, {
      where: path,
      hint: 'the file is damaged or of another kind; write or download it again',
      cause: error,
    });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new PlumblineError('invalid-json', issuesOf(parsed.error), {
      where: path,
      hint: 'the file does not have the expected fields',
    });
  return parsed.data;
}
