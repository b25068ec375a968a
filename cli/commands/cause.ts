import { AXES, type Axis } from '../../core/artifacts/contrast-set.ts';
import { PlumblineError } from '../../core/errors.ts';
import type { Device } from '../../extractors/index.ts';
import { cause } from '../../study/cause.ts';
import { commandLine } from '../command-line.ts';
import type { Command } from '../exit-codes.ts';
import { deviceOption, jsonOption, scenesOption, seedOption } from '../options.ts';
import { printCause } from '../print-cause.ts';
import { runCommand } from '../run-command.ts';

interface Options {
  checkpoints: string[];
  out: string;
  axis: Axis;
  alpha?: number[];
  layers?: string[];
  seed: number;
  scenes: number;
  device: Device;
  json: boolean;
}

export const causeCommand: Command<Options> = {
  command: 'cause <checkpoints..>',
  describe: 'is the direction used? Steer along it, patch it, erase it, and ask again',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('checkpoints', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'folders of vision-language checkpoints',
      })
      .option('out', {
        type: 'string',
        default: 'runs/diagnose',
        describe: 'run folder; what `diagnose` left there is used',
      })
      .option('axis', { choices: AXES, default: 'distance' as const, describe: 'axis that is asked about' })
      .option('alpha', {
        type: 'number',
        array: true,
        describe: 'strengths of the push, in norms of the state; default .25 .5 1 2',
      })
      .option('layers', {
        type: 'string',
        array: true,
        describe: 'layers, as `inspect` prints them; default all outputs of blocks',
      })
      .option('seed', seedOption)
      .option('scenes', scenesOption)
      .option('device', deviceOption)
      .option('json', jsonOption)
      .example('$0 cause checkpoints/llava-tiny-shortcut --out runs/demo', 'after diagnose --out runs/demo'),
  handler: ({ checkpoints, out, axis, alpha, layers, seed, scenes, device, json }) =>
    runCommand(async (context) => {
      if (alpha?.some((value) => !(Number.isFinite(value) && value > 0)))
        throw new PlumblineError('bad-option', `--alpha: numbers above 0 are needed, got ${alpha.join(', ')}`, {
          hint: 'e.g. --alpha 0.5 1 2',
        });
      const results = await cause({
        checkpoints,
        out,
        axis,
        alphas: alpha,
        layers,
        seed,
        scenes,
        device,
        command: commandLine(),
        ...context,
      });
      process.stdout.write(json ? `${JSON.stringify(results, undefined, 2)}\n` : results.map(printCause).join('\n'));
    }),
};
