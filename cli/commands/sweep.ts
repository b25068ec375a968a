import { relative } from 'node:path';
import { COLUMN, decimal, withInterval } from '../../core/numbers.ts';
import type { Device } from '../../extractors/index.ts';
import { sweep, type Sweep } from '../../study/sweep.ts';
import type { Command } from '../exit-codes.ts';
import { commandLine } from '../command-line.ts';
import { deviceOption, jsonOption, seedOption } from '../options.ts';
import { runCommand } from '../run-command.ts';
import { table } from '../table.ts';

interface Options {
  checkpoints: string[];
  set: string[];
  out: string;
  layers?: string[];
  seed: number;
  device: Device;
  'keep-states': boolean;
  json: boolean;
}

export const sweepCommand: Command<Options> = {
  command: 'sweep <checkpoints..>',
  describe: 'correspondence between views: PCK of every layer on sets of views, beside chance and baselines',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('checkpoints', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'folders in the Hugging Face layout with onnx/ inside',
      })
      .option('set', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: 'folders of sets with pairs of views',
      })
      .option('out', {
        type: 'string',
        default: 'runs/sweep',
        describe: 'run folder; what is already there is not done again',
      })
      .option('layers', {
        type: 'string',
        array: true,
        describe: 'names of layers before the text, as `inspect` prints them; default all',
      })
      .option('seed', seedOption)
      .option('device', deviceOption)
      .option('keep-states', {
        type: 'boolean',
        default: false,
        describe: 'keep the dense states once they are analysed',
      })
      .option('json', jsonOption)
      .example('$0 sweep A B --set views --out runs/sweep', 'two checkpoints on one set'),
  handler: ({ checkpoints, set, out, layers, seed, device, 'keep-states': keepStates, json }) =>
    runCommand(async (context) => {
      const swept = await sweep({
        checkpoints,
        sets: set,
        out,
        layers,
        seed,
        device,
        keepStates,
        command: commandLine(),
        ...context,
      });
      process.stdout.write(
        json
          ? `${JSON.stringify({ run: swept.run, best: swept.best, csv: swept.csv }, undefined, 2)}\n`
          : printSweep(swept),
      );
    }),
};

const number = (value: number | null): string => decimal(value, COLUMN);

/**
 * The best layer of each checkpoint, picked on one half of the scenes and scored on the other, beside what needs no
 * model.
 */
function printSweep({ best, csv }: Sweep): string {
  const rows = best.map(
    ({ checkpoint, set, layer, measure, perPoint, perImage, chance, samePosition, rawRgb, confidence, f1 }) => [
      checkpoint,
      set,
      layer,
      measure,
      withInterval(perPoint, COLUMN),
      number(perImage.value),
      number(chance),
      number(samePosition.value),
      rawRgb === null ? 'n/a' : number(rawRgb.value),
      number(confidence.value),
      number(f1.value),
    ],
  );
  const header = [
    'checkpoint',
    'set',
    'best layer',
    'measure',
    'per point',
    'per image',
    'chance',
    'same position',
    'raw RGB',
    'ρ',
    'F1',
  ];
  return `${table([header, ...rows], '')}\nbest layer: picked on one half of the scenes, scored on the other; ρ and F1 (one-to-one) on all.\nevery number: ${relative(process.cwd(), csv)}\n`;
}
