import type { Device } from '../../extractors/index.ts';
import { diagnose } from '../../study/diagnose.ts';
import { DONE, type Command } from '../exit-codes.ts';
import { printDiagnosis } from '../print.ts';
import { runCommand } from '../run-command.ts';
import { commandLine } from '../command-line.ts';
import { deviceOption, jsonOption, scenesOption, seedOption } from '../options.ts';

interface Options {
  checkpoints: string[];
  out: string;
  seed: number;
  scenes: number;
  device: Device;
  json: boolean;
}

export const diagnoseCommand: Command<Options> = {
  command: 'diagnose <checkpoints..>',
  describe: 'make contrastive pairs, read every layer, and say whether "far" is read off "up"',
  exitCodes: { [DONE]: 'done, whatever the verdict is; to stop a release on it use `gate`' },
  builder: (yargs) =>
    yargs
      .positional('checkpoints', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'folders in the Hugging Face layout with onnx/ inside',
      })
      .option('out', {
        type: 'string',
        default: 'runs/diagnose',
        describe: 'run folder; what is already there is not done again',
      })
      .option('seed', seedOption)
      .option('scenes', scenesOption)
      .option('device', deviceOption)
      .option('json', jsonOption)
      .example('$0 diagnose checkpoints/llava-tiny-shortcut', 'one checkpoint')
      .example('$0 diagnose A B --out runs/ab', 'two side by side'),
  handler: ({ checkpoints, out, seed, scenes, device, json }) =>
    runCommand(async (context) => {
      const diagnosis = await diagnose({ checkpoints, out, seed, scenes, device, command: commandLine(), ...context });
      process.stdout.write(json ? `${JSON.stringify(diagnosis.summary, undefined, 2)}\n` : printDiagnosis(diagnosis));
    }),
};
