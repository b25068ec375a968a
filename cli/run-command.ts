import { messageOf, PlumblineError } from '../core/errors.ts';
import { fileError } from '../core/formats/file-errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { BAD_INPUT, BUG, INTERRUPTED, USAGE } from './exit-codes.ts';
import { progressBar } from './progress-bar.ts';

/** What a command's body gets: where to report progress, and the signal that Ctrl-C sets. */
export interface CommandContext {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Errors by name that a wrong command line has caused. */
const USAGE_ERRORS: ReadonlySet<string> = new Set(['bad-option', 'no-files', 'no-depth']);

/** Runs a command's body: Ctrl-C aborts it, errors are printed once on stderr, the process ends with an exit code. */
export async function runCommand(body: (context: CommandContext) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const bar = progressBar();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort(
      new PlumblineError('interrupted', 'interrupted', {
        hint: 'run the same command again to go on where it stopped',
      }),
    );
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    await body({ onProgress: bar.onProgress, signal: controller.signal });
    bar.clear();
  } catch (error) {
    bar.clear();
    process.exitCode = printError(controller.signal.aborted ? controller.signal.reason : error);
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** Prints what went wrong with the error's name (docs/errors.md), where, and what to do; returns the exit code. */
function printError(thrown: unknown): number {
  const error = fileError(
    thrown,
    thrown instanceof Error ? ((thrown as NodeJS.ErrnoException).path ?? messageOf(thrown)) : String(thrown),
  );
  if (error instanceof PlumblineError) {
    process.stderr.write(`plumbline: ${error.message} [${error.code}]\n`);
    if (error.where !== undefined) process.stderr.write(`  where: ${error.where}\n`);
    if (error.hint !== undefined) process.stderr.write(`  to do: ${error.hint}\n`);
    return error.code === 'interrupted' ? INTERRUPTED : USAGE_ERRORS.has(error.code) ? USAGE : BAD_INPUT;
  }
  process.stderr.write(
    `plumbline: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return BUG;
}
