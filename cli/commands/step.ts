import type { Device } from '../../extractors/index.ts';
import { readStudy } from '../../study/config/read.ts';
import { runStep } from '../../study/run-study.ts';
import { commandLine } from '../command-line.ts';
import type { Command } from '../exit-codes.ts';
import { deviceOption, jsonOption } from '../options.ts';
import { runCommand } from '../run-command.ts';

interface Options {
  key: string;
  study: string;
  device: Device;
  json: boolean;
}

export const stepCommand: Command<Options> = {
  command: 'step <key>',
  describe: 'execute one step of a study, whose inputs must be there',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('key', {
        type: 'string',
        demandOption: true,
        describe: 'content key of the step, or its first digits, as `plan` prints it',
      })
      .option('study', { type: 'string', default: 'study.yaml', describe: 'the study that the step belongs to' })
      .option('device', deviceOption)
      .option('json', jsonOption)
      .example('$0 step 3f9c2a71b0de --study study.yaml', 'one job of a cluster'),
  handler: ({ key, study: file, device, json }) =>
    runCommand(async (context) => {
      const study = await readStudy(file);
      const outcome = await runStep(study, key, { command: commandLine(), device, ...context });
      const { title, status, reason, outputs } = outcome;
      const said = status === 'done' ? outputs.join(' ') : (reason ?? 'does not apply to this checkpoint and set');
      process.stdout.write(json ? `${JSON.stringify(outcome)}\n` : `${title}: ${status}: ${said}\n`);
    }),
};
