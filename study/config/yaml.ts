/**
 * Configuration files: YAML in, validated by a zod schema; errors name file, line and field, and what a misspelt key
 * was probably meant to be.
 */
import { readFile } from 'node:fs/promises';
import { LineCounter, parseDocument, isNode, type Document } from 'yaml';
import { z } from 'zod';
import { RENAMED } from '../../core/definitions/renamed.ts';
import { PlumblineError } from '../../core/errors.ts';
import { fileError } from '../../core/formats/file-errors.ts';
import { closest } from '../../core/closest.ts';

type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;
type JsonSchema = {
  readonly properties?: Record<string, JsonSchema>;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly const?: unknown;
  readonly additionalProperties?: JsonSchema | boolean;
};

/**
 * Reads a YAML file.
 * @throws {PlumblineError} `file-not-found`, `not-yaml`, `invalid-config`
 */
export async function readYaml<S extends z.ZodType>(path: string, schema: S): Promise<z.output<S>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw fileError(error, path);
  }
  return parseYaml(text, schema, path);
}

/** As `readYaml`, for a text; `where` is the file's name in errors. */
export function parseYaml<S extends z.ZodType>(text: string, schema: S, where: string): z.output<S> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken !== undefined) {
    throw new PlumblineError('not-yaml', `not valid YAML: ${broken.message.split('\n')[0].replace(/:$/, '')}`, {
      where: `${where}:${broken.linePos?.[0].line ?? 1}`,
      hint: 'mind the indentation; a text with a colon or a bracket in it needs quotes',
    });
  }
  const value: unknown = document.toJS() ?? {};
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  // A misspelt key explains the one that is missing, so it comes first.
  const issues = parsed.error.issues
    .flatMap(branches)
    .sort((a, b) => Number(b.code === 'unrecognized_keys') - Number(a.code === 'unrecognized_keys'));
  const problems = issues.map((issue) => problemOf(issue, schema, value));
  const shown = problems.slice(0, 3).join('; ') + (problems.length > 3 ? `; and ${problems.length - 3} more` : '');
  throw new PlumblineError('invalid-config', shown, {
    where: `${where}:${lineOf(document, lines, pathOf(issues[0]))}`,
    hint: 'the published JSON Schema (docs/schemas) lists every key; an editor can check the file while you type',
  });
}

/**
 * Where no branch of a union fits, the problems of the branch with the fewest; where all stumble over one value, what
 * any of them would take.
 */
function branches(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  if (issue.errors.length === 0 && 'options' in issue) return [unknownKind(issue)];
  const inside = issue.errors.map((errors) =>
    errors.flatMap((inner) => branches({ ...inner, path: [...issue.path, ...inner.path] })),
  );
  const weight = (issues: readonly Issue[]): number =>
    issues.reduce(
      (sum, inner) => sum + (inner.code === 'unrecognized_keys' ? inner.keys.length : isUntold(inner) ? UNTOLD : 1),
      0,
    );
  const [best] = [...inside].sort((a, b) => weight(a) - weight(b));
  if (best === undefined) return [issue];
  const [only] = best;
  if (best.length > 1 || only.code !== 'invalid_value') return best;
  const alike = inside
    .flat()
    .filter((inner) => inner.code === 'invalid_value' && inner.path.join('.') === only.path.join('.'));
  return [{ ...only, values: alike.flatMap((inner) => (inner.code === 'invalid_value' ? inner.values : [])) }];
}

/**
 * A missing key that would tell branches apart weighs more than what is wrong with a branch that has no such key; so
 * does an object where a branch takes a word.
 */
const UNTOLD = 3;
const isUntold = (issue: Issue): boolean =>
  issue.code === 'invalid_value' && (issue.input === undefined || typeof issue.input === 'object');

/** No branch of a union told apart by one key: what is wrong is the value of that key. */
function unknownKind({ input, path, options, message }: Issue & { options?: unknown }): Issue {
  const value = (input as Record<PropertyKey, unknown>)[path[path.length - 1]];
  return { code: 'invalid_value', values: options as string[], input: value, path, message };
}

/** The path of the value that is wrong: of the key itself, where that one isn't known. */
const pathOf = (issue: Issue): Path =>
  issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]] : issue.path;

function problemOf(issue: Issue, schema: z.ZodType, value: unknown): string {
  const place = nameOf(issue.path);
  if (issue.code === 'invalid_value' && (typeof issue.input === 'string' || typeof issue.input === 'number')) {
    const values = issue.values.map(String);
    const now = Object.hasOwn(RENAMED, String(issue.input)) ? RENAMED[String(issue.input)] : null;
    if (now !== null && values.includes(now))
      return `${place || 'file'}: \`${String(issue.input)}\` is called \`${now}\` now`;
    const meant = closest(String(issue.input), values);
    return `${place || 'file'}: \`${String(issue.input)}\` is none of the values known, ${meant === null ? `there are ${values.join(', ')}` : `did you mean \`${meant}\`?`}`;
  }
  if (issue.code !== 'unrecognized_keys') return `${place || 'file'}: ${issue.message}`;
  const known = keysAt(
    z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema,
    issue.path,
    value,
  );
  return issue.keys
    .map((key) => {
      const meant = closest(key, known);
      return `unknown key \`${key}\`${place === '' ? '' : ` in ${place}`}, ${meant === null ? `known are ${known.join(', ')}` : `did you mean \`${meant}\`?`}`;
    })
    .join('; ');
}

/** `rules[2].measure`. */
const nameOf = (path: Path): string =>
  path
    .map((part) => (typeof part === 'number' ? `[${part + 1}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');

/** The keys that a schema allows at a path of a value, over the branches of its unions that the value may be. */
function keysAt(schema: JsonSchema, path: Path, value: unknown): string[] {
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) {
    const meant = alternatives.filter((branch) => isKind(branch, value));
    const branches = meant.length > 0 ? meant : alternatives;
    return [...new Set(branches.flatMap((branch) => keysAt(branch, path, value)))];
  }
  if (path.length === 0) return Object.keys(schema.properties ?? {});
  const [head, ...rest] = path;
  const next =
    typeof head === 'number'
      ? schema.items
      : (schema.properties?.[String(head)] ??
        (typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined));
  return next === undefined ? [] : keysAt(next, rest, (value as Record<PropertyKey, unknown> | undefined)?.[head]);
}

/** Whether a value has what tells a branch of a union apart: the one value that some key of it takes. */
function isKind({ oneOf, anyOf, properties = {} }: JsonSchema, value: unknown): boolean {
  const inner = anyOf ?? oneOf;
  if (inner !== undefined) return inner.some((branch) => isKind(branch, value));
  const fixed = Object.entries(properties).filter(([, field]) => field.const !== undefined);
  return (
    fixed.length > 0 && fixed.every(([key, field]) => (value as Record<string, unknown> | null)?.[key] === field.const)
  );
}

/** Line of the value at a path, or of the nearest one around it. */
function lineOf(document: Document, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

/** The JSON Schema of a configuration file, as it is published: for editors, and for checks without this program. */
export function publishedSchema(schema: z.ZodType, title: string): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-7',
  }) as Record<string, unknown>;
  return { $schema, title, ...rest };
}
