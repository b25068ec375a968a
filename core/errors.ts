/**
 * An error a user can act on: what was found, where, and what to do about it.
 * The CLI prints `message`, `where` and `hint` on stderr; anything else is a bug and shows its stack.
 */
export class PlumblineError extends Error {
  /** Stable kebab-case identifier, e.g. `checkpoint-not-found`. */
  readonly code: string;
  /** File, tensor or row that the error is about. */
  readonly where: string | undefined;
  /** What the user can do. */
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: { where?: string; hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PlumblineError';
    this.code = code;
    this.where = options.where;
    this.hint = options.hint;
  }
}

/** One-line text of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
