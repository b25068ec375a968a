import type { Verification } from '../../study/verify/ledger.ts';
import { verify } from '../../study/verify/verify.ts';
import { DONE, type Command } from '../exit-codes.ts';
import { jsonOption } from '../options.ts';
import { runCommand } from '../run-command.ts';

interface Options {
  run: string;
  tolerance: number;
  report: boolean;
  checkpoints?: string[];
  json: boolean;
}

const DIFFERENT = 1;
const INCOMPLETE = 2;
const SHOWN = 30;

export const verifyCommand: Command<Options> = {
  command: 'verify <run>',
  describe: 'compute every number of a run again from its folder and say what differs; the exit code is the answer',
  exitCodes: {
    [DONE]: 'nothing differs',
    [DIFFERENT]: 'a number, a picture or a file of the report differs',
    [INCOMPLETE]: 'nothing differs, but a result could not be computed again',
  },
  builder: (yargs) =>
    yargs
      .positional('run', {
        type: 'string',
        demandOption: true,
        describe: 'run folder of diagnose, run or sweep; no checkpoint is needed but for what the run does not keep',
      })
      .option('tolerance', {
        type: 'number',
        default: 0,
        describe: 'largest relative difference of two numbers that counts as none; 1e-6 for a run of another machine',
        coerce: (value: number): number => {
          if (!(value >= 0 && value < 1))
            throw new Error(`--tolerance: a number from 0 up to 1 is needed, got ${value}`);
          return value;
        },
      })
      .option('report', {
        type: 'boolean',
        default: true,
        describe: 'draw the report again and compare its files; --no-report leaves that out',
      })
      .option('checkpoints', {
        type: 'string',
        array: true,
        describe: 'folders of the run’s checkpoints, to compute what cause and sweep did not keep; told by their hash',
      })
      .option('json', jsonOption)
      .example('$0 verify runs/demo', 'as a reviewer'),
  handler: ({ run, tolerance, report, checkpoints, json }) =>
    runCommand(async (context) => {
      const verification = await verify({ run, tolerance, report, checkpoints, ...context });
      process.stdout.write(
        json ? `${JSON.stringify(verification, undefined, 2)}\n` : printVerification(verification, tolerance),
      );
      if (verification.differences.length > 0) process.exitCode = DIFFERENT;
      else if (verification.notRecomputed.length > 0) process.exitCode = INCOMPLETE;
    }),
};

function printVerification(
  { differences, checked, largest, notRecomputed, unchecked }: Verification,
  tolerance: number,
): string {
  const lines = differences
    .slice(0, SHOWN)
    .map(({ file, place, what }) => `differs: ${file}${place === '' ? '' : `, ${place}`}: ${what}\n`);
  const rest = differences.length > SHOWN ? `… and ${differences.length - SHOWN} more (--json lists all)\n` : '';
  const close =
    differences.length > 0 && largest > 0 && largest < 1e-6
      ? `numbers differ by ${largest.toExponential(1)} at most: on another machine or thread count try --tolerance 1e-6\n`
      : '';
  const counts = `${checked.pictures} pictures, ${checked.states} files of states and answers, ${checked.answers} answers, ${checked.results} results with ${checked.numbers} numbers, ${checked.reportFiles} files of the report`;
  const apart = `nothing differs${tolerance > 0 ? ` by more than ${tolerance}` : ''}`;
  const verdict =
    differences.length > 0
      ? `not verified: ${differences.length} differences`
      : notRecomputed.length > 0
        ? `verified but for ${notRecomputed.length} results that were not computed again: ${apart} in the others`
        : `verified: ${apart}`;
  return [
    ...lines,
    rest,
    close,
    ...notRecomputed.map(({ file, because }) => `not recomputed: ${file}, because ${because}\n`),
    ...unchecked.map((entry) => `not checked: ${entry}\n`),
    `${verdict}\nchecked: ${counts}\n`,
  ].join('');
}
