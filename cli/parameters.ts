/** A generator's parameters on the command line: an option each, and `--parameter path.to.field=value`. */
import type { z } from 'zod';
import type { Options } from 'yargs';
import type { Generator, Parameter } from '../contrast-sets/index.ts';
import { parametersIn } from '../contrast-sets/index.ts';
import { closest } from '../core/closest.ts';

export const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
/** `options.camera-height`. */
const optionName = (path: readonly string[]): string => path.map(kebab).join('.');

const plain = (takes: string): string => takes.replaceAll('`', '');

const GROUP = 'Parameters:';

/** What is left to `--scenes`: the number of scenes itself. */
const isCount = ({ path }: Parameter): boolean => path.length === 1 && path[0] === 'scenes';

/** An option for each parameter, by name; lists take words, or one text in JSON. */
export function parameterOptions({ parameters }: Generator): Record<string, Options> {
  return Object.fromEntries(
    parametersIn(parameters)
      .filter((parameter) => !isCount(parameter))
      .map(({ path, meaning, kind, takes, choices, preset, needed }) => {
        const text = [needed ? 'needed' : '', preset === undefined ? '' : shown(preset)].join('');
        const own: Options =
          kind === 'number' || kind === 'boolean'
            ? { type: kind }
            : kind === 'list'
              ? { type: 'string', array: true }
              : { type: 'string', choices };
        const detail = choices !== undefined && kind === 'text' ? '' : ` (${plain(takes)})`;
        return [
          optionName(path),
          { ...own, group: GROUP, describe: `${meaning}${detail}`, defaultDescription: text || undefined },
        ];
      }),
  );
}

/** A value as one types it: words of a list, else JSON. */
export const shown = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry !== 'object')
      ? value.join(' ')
      : JSON.stringify(value);

/**
 * The parameters that the options of a command line and its `--parameter`s ask for, the latter over the former over
 * `base`.
 * @throws Error when an assignment can't be read
 */
export function parametersFrom(
  { parameters }: Generator,
  options: Readonly<Record<string, unknown>>,
  { base, assignments }: { base: Record<string, unknown>; assignments: readonly string[] },
): Record<string, unknown> {
  const target = structuredClone(base);
  for (const parameter of parametersIn(parameters)) {
    const given = options[optionName(parameter.path)];
    if (given !== undefined && !isCount(parameter)) setAt(target, parameter.path, valueOf(parameter, given));
  }
  for (const assignment of assignments) setParameter(target, assignment);
  return target;
}

function valueOf({ kind, choices }: Parameter, given: unknown): unknown {
  if (kind === 'list') {
    const words = given as readonly string[];
    if (words.length === 1 && words[0].startsWith('[')) return parsed(words[0]);
    return choices === undefined ? words.map(parsed) : words;
  }
  return kind === 'json' ? parsed(String(given)) : given;
}

/** JSON where it parses as JSON, else text: plain words need no quotes. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Sets `path.to.field=value` in `target`; the value is JSON where it parses as JSON, else text.
 * @throws Error when there is no `=` or the path runs through a value that isn't an object
 */
export function setParameter(target: Record<string, unknown>, assignment: string): void {
  const at = assignment.indexOf('=');
  if (at <= 0) throw new Error(`--parameter: NAME=VALUE is needed, got ${assignment}`);
  const path = assignment.slice(0, at).split('.');
  setAt(target, path, parsed(assignment.slice(at + 1)), assignment);
}

function setAt(
  target: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
  assignment = path.join('.'),
): void {
  let place = target;
  for (const name of path.slice(0, -1)) {
    const next = (place[name] ??= {});
    if (next === null || typeof next !== 'object' || Array.isArray(next))
      throw new Error(`--parameter: ${name} of ${assignment} is not a group of parameters`);
    place = next as Record<string, unknown>;
  }
  place[path[path.length - 1]] = value;
}

/** What a generator would refuse, option by option; null when nothing. */
export function problemsOf(
  { name, parameters: schema }: Generator,
  parameters: Record<string, unknown>,
): string | null {
  const { error } = schema.safeParse(parameters, { reportInput: true });
  if (error === undefined) return null;
  return `${name}: ${error.issues.map((issue) => problemOf(issue, schema)).join('; ')}`;
}

function problemOf(issue: z.core.$ZodIssue, schema: z.ZodObject): string {
  const all = parametersIn(schema);
  if (issue.code === 'unrecognized_keys') {
    const names = all
      .map(({ path }) => path)
      .filter((path) => issue.path.every((part, i) => path[i] === part))
      .map((path) => path[issue.path.length]);
    return issue.keys
      .map((key) => {
        const meant = closest(key, [...new Set(names)]);
        return `unknown parameter \`${[...issue.path, key].join('.')}\`${meant === null ? '' : `, did you mean \`${[...issue.path, meant].join('.')}\`?`}`;
      })
      .join('; ');
  }
  const parameter = all.find(({ path }) => path.every((part, i) => issue.path[i] === part));
  if (parameter === undefined) return `${issue.path.join('.')}: ${issue.message}`;
  const { path, takes, choices, needed, meaning } = parameter;
  const option = `--${optionName(path)}`;
  if (needed && issue.code === 'invalid_type' && issue.input === undefined) return `${option} is needed: ${meaning}`;
  if (issue.code === 'custom') return `${option}: ${issue.message}`;
  const meant = typeof issue.input === 'string' && choices !== undefined ? closest(issue.input, choices) : null;
  const got = issue.input === undefined ? '' : `, got ${shown(issue.input)}`;
  return `${option}: ${plain(takes)} is needed${got}${meant === null ? '' : `; did you mean ${meant}?`}`;
}
