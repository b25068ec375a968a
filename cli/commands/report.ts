import { relative } from 'node:path';
import { rebuildReports } from '../../study/report.ts';
import type { Command } from '../exit-codes.ts';
import { jsonOption } from '../options.ts';
import { runCommand } from '../run-command.ts';

export const reportCommand: Command<{ run: string; json: boolean }> = {
  command: 'report <run>',
  describe: "draw a run's reports again from its results",
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('run', {
        type: 'string',
        demandOption: true,
        describe: 'run folder of diagnose, or of a study that diagnoses',
      })
      .option('json', jsonOption),
  handler: ({ run, json }) =>
    runCommand(async (context) => {
      const reports = await rebuildReports({ run, ...context });
      const lines = reports.map((page) => `report: ${relative(process.cwd(), page)}\n`);
      process.stdout.write(json ? `${JSON.stringify({ reports })}\n` : lines.join(''));
    }),
};
