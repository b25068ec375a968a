import type { CommandModule } from 'yargs';
import { verify, type Verification } from '../../study/verify.ts';
import { jsonOption } from '../options.ts';
import { runCommand } from '../run-command.ts';

interface Options {
  run: string;
  tolerance: number;
  report: boolean;
  json: boolean;
}

const DIFFERENT = 1;
const SHOWN = 30;

export const verifyCommand: CommandModule<object, Options> = {
  command: 'verify <run>',
  describe: 'compute every number of a run again from its folder and say what differs; exit code 1 if anything does',
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'run folder of diagnose or run; no checkpoint is needed' })
      .option('tolerance', {
        type: 'number',
        default: 0,
        describe: 'largest relative difference of two numbers that counts as none; 1e-6 for a run of another machine',
        coerce: (value: number): number => {
          if (!(value >= 0 && value < 1)) throw new Error(`--tolerance: a number from 0 up to 1 is needed, got ${value}`);
          return value;
        },
      })
      .option('report', { type: 'boolean', default: true, describe: 'draw the report again and compare its files; --no-report leaves that out' })
      .option('json', jsonOption)
      .example('$0 verify runs/demo', 'as a reviewer'),
  handler: ({ run, tolerance, report, json }) =>
    runCommand(async (context) => {
      const verification = await verify({ run, tolerance, report, ...context });
      process.stdout.write(json ? `${JSON.stringify(verification, undefined, 2)}\n` : printVerification(verification, tolerance));
      if (verification.differences.length > 0) process.exitCode = DIFFERENT;
    }),
};

function printVerification({ differences, checked, largest, unchecked }: Verification, tolerance: number): string {
  const lines = differences.slice(0, SHOWN).map(({ file, place, what }) => `differs: ${file}${place === '' ? '' : `, ${place}`}: ${what}\n`);
  const rest = differences.length > SHOWN ? `… and ${differences.length - SHOWN} more (--json lists all)\n` : '';
  const close = differences.length > 0 && largest > 0 && largest < 1e-6 ? `numbers differ by ${largest.toExponential(1)} at most: on another machine or thread count try --tolerance 1e-6\n` : '';
  const counts = `${checked.pictures} pictures, ${checked.states} files of states and answers, ${checked.answers} answers, ${checked.results} results with ${checked.numbers} numbers, ${checked.reportFiles} files of the report`;
  const verdict = differences.length === 0 ? `verified: nothing differs${tolerance > 0 ? ` by more than ${tolerance}` : ''}` : `not verified: ${differences.length} differences`;
  return [...lines, rest, close, ...unchecked.map((entry) => `not checked: ${entry}\n`), `${verdict}\nchecked: ${counts}\n`].join('');
}
