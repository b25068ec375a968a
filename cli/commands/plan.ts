import { readStudy } from '../../study/config/read.ts';
import { plannedSteps } from '../../study/run-study.ts';
import type { Command } from '../exit-codes.ts';
import { jsonOption } from '../options.ts';
import { runCommand } from '../run-command.ts';
import { table } from '../table.ts';

interface Options {
  study: string;
  json: boolean;
}

/** Digits of a key that tell the steps of a study apart. */
const SHOWN = 12;

export const planCommand: Command<Options> = {
  command: 'plan <study>',
  describe: 'list the steps of a study: content keys, inputs, outputs, and what is done; `step` executes one',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('study', {
        type: 'string',
        demandOption: true,
        describe: 'study.yaml, as `plumbline init` writes it',
      })
      .option('json', jsonOption)
      .example('$0 plan study.yaml --json', 'for a scheduler: every step with its inputs and outputs'),
  handler: ({ study: file, json }) =>
    runCommand(async ({ signal }) => {
      const study = await readStudy(file);
      const steps = await plannedSteps(study, signal);
      if (json) process.stdout.write(`${JSON.stringify({ out: study.out, steps }, undefined, 2)}\n`);
      else {
        const rows = steps.map(({ key, done, title, outputs }) => [
          key.slice(0, SHOWN),
          done ? 'done' : '',
          title,
          outputs.join(' '),
        ]);
        process.stdout.write(table([['key', '', 'step', 'leaves'], ...rows], ''));
      }
    }),
};
