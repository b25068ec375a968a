import { relative } from 'node:path';
import { rebuildReport } from '../../study/report.ts';
import type { Command } from '../exit-codes.ts';
import { jsonOption } from '../options.ts';
import { runCommand } from '../run-command.ts';

export const reportCommand: Command<{ run: string; json: boolean }> = {
  command: 'report <run>',
  describe: "draw a run's report again from its results",
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('run', { type: 'string', demandOption: true, describe: 'run folder that diagnose wrote' })
      .option('json', jsonOption),
  handler: ({ run, json }) =>
    runCommand(async ({ onProgress }) => {
      const report = await rebuildReport({ run, onProgress });
      process.stdout.write(json ? `${JSON.stringify({ report })}\n` : `report: ${relative(process.cwd(), report)}\n`);
    }),
};
