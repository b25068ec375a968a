/** `--parameter path.to.field=value`: nested parameters from the command line. */

/**
 * Sets `path.to.field=value` in `target`; the value is JSON where it parses as JSON, else text.
 * @throws Error when there is no `=` or the path runs through a value that isn't an object
 */
export function setParameter(target: Record<string, unknown>, assignment: string): void {
  const at = assignment.indexOf('=');
  if (at <= 0) throw new Error(`--parameter: NAME=VALUE is needed, got ${assignment}`);
  const path = assignment.slice(0, at).split('.');
  const text = assignment.slice(at + 1);
  let value: unknown = text;
  try {
    value = JSON.parse(text);
  } catch {
    // Plain words need no quotes.
  }
  let place = target;
  for (const name of path.slice(0, -1)) {
    place[name] ??= {};
    const next = place[name];
    if (next === null || typeof next !== 'object' || Array.isArray(next))
      throw new Error(`--parameter: ${name} of ${assignment} is not a group of parameters`);
    place = next as Record<string, unknown>;
  }
  place[path[path.length - 1]] = value;
}
