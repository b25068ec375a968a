import { messageOf, PlumblineError } from '../core/errors.ts';
import type { OnProgress } from '../core/progress.ts';
import { progressBar } from './progress-bar.ts';

/** What a command's body gets: where to report progress, and the signal that Ctrl-C sets. */
export interface CommandContext {
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

const INTERRUPTED = 130;

/** Runs a command's body: Ctrl-C aborts it, errors are printed once on stderr, the process ends with an exit code. */
export async function runCommand(body: (context: CommandContext) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const bar = progressBar();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort(new PlumblineError('interrupted', 'interrupted', { hint: 'run the same command again to go on where it stopped', exitCode: INTERRUPTED }));
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

/** Prints what went wrong, where, and what to do; returns the exit code. */
function printError(error: unknown): number {
  if (error instanceof PlumblineError) {
    process.stderr.write(`plumbline: ${error.message}\n`);
    if (error.where !== undefined) process.stderr.write(`  where: ${error.where}\n`);
    if (error.hint !== undefined) process.stderr.write(`  to do: ${error.hint}\n`);
    return error.exitCode;
  }
  const system = SYSTEM_ERRORS[(error as NodeJS.ErrnoException | undefined)?.code ?? ''];
  if (system !== undefined) {
    process.stderr.write(`plumbline: ${system.message}\n  where: ${(error as NodeJS.ErrnoException).path ?? messageOf(error)}\n  to do: ${system.hint}\n`);
    return 3;
  }
  process.stderr.write(`plumbline: unexpected error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 70;
}

const SYSTEM_ERRORS: Readonly<Record<string, { message: string; hint: string }>> = {
  ENOSPC: { message: 'the disk is full', hint: 'free some space or choose another folder with --out, then run the same command again: it goes on where it stopped' },
  EDQUOT: { message: 'the disk quota is used up', hint: 'free some space or choose another folder with --out, then run the same command again' },
  EACCES: { message: 'no permission', hint: 'check the rights of this file, or choose another folder with --out' },
  EPERM: { message: 'no permission', hint: 'check the rights of this file, or choose another folder with --out' },
  EROFS: { message: 'the file system is read-only', hint: 'choose another folder with --out' },
  ENOENT: { message: 'no such file or folder', hint: 'check the path' },
  ENOTDIR: { message: 'a file stands where a folder is needed', hint: 'check the path' },
};
