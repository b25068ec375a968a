/** What exit codes mean, for every command. */
import type { CommandModule } from 'yargs';

/** Codes that any command may end with. `USAGE` and `BUG` are those of sysexits.h, out of the way of answers. */
export const DONE = 0;
export const BAD_INPUT = 3;
export const USAGE = 64;
export const BUG = 70;
export const INTERRUPTED = 130;

/** Exit codes and what they say. */
export type ExitCodes = Readonly<Record<number, string>>;

export const SHARED_EXIT_CODES: ExitCodes = {
  [DONE]: 'done',
  [BAD_INPUT]: 'bad input: the message says what, where, and what to do',
  [USAGE]: 'wrong usage: an option or argument is unknown, missing or out of range',
  [BUG]: 'a bug: please report it with its stack',
  [INTERRUPTED]: 'interrupted',
};

/** A command, and the exit codes that are its answer: those beside the shared ones, or with a meaning of their own. */
export interface Command<Options = object> extends CommandModule<object, Options> {
  readonly exitCodes: ExitCodes;
}

/** All codes that a command may end with. */
export const allExitCodes = ({ exitCodes }: Pick<Command, 'exitCodes'>): ExitCodes => ({
  ...SHARED_EXIT_CODES,
  ...exitCodes,
});
