import { basename, join, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { readContrastSet } from '../../contrast-sets/index.ts';
import { SELECTIONS, type Selection } from '../../core/artifacts/hidden-states.ts';
import { extract, openCheckpoint } from '../../extractors/index.ts';
import { jsonOption } from '../options.ts';
import { runCommand } from '../run-command.ts';

interface Options {
  checkpoint: string;
  set: string;
  out?: string;
  layers?: string[];
  selections?: Selection[];
  json: boolean;
}

export const extractCommand: CommandModule<object, Options> = {
  command: 'extract <checkpoint>',
  describe: 'read hidden states and answers of a contrast set',
  builder: (yargs) =>
    yargs
      .positional('checkpoint', { type: 'string', demandOption: true, describe: 'folder in the Hugging Face layout with onnx/ inside' })
      .option('set', { type: 'string', demandOption: true, describe: 'folder of a contrast set' })
      .option('out', { type: 'string', describe: 'folder of the hidden states; default states/CHECKPOINT/SET' })
      .option('layers', { type: 'string', array: true, describe: 'names of layers, as `inspect` prints them; default all' })
      .option('selections', { choices: SELECTIONS, array: true, describe: 'token positions; default all that a layer has' })
      .option('json', jsonOption),
  handler: ({ checkpoint: path, set: setPath, out, layers, selections, json }) =>
    runCommand(async ({ onProgress, signal }) => {
      const checkpoint = await openCheckpoint(path);
      const set = await readContrastSet(setPath);
      const directory = out ?? join('states', checkpoint.name, basename(resolve(setPath)));
      const { states, answers, reused } = await extract({ checkpoint, set, directory, layers, selections, onProgress, signal });
      const { header } = states;
      if (json) process.stdout.write(`${JSON.stringify({ states: directory, key: header.key, checkpoint: header.checkpoint, set: header.set, rows: header.rows, layers: header.layers, selections: header.selections, answers: answers.length, reused })}\n`);
      else process.stdout.write(`${reused ? 'already there' : 'read'}: ${header.rows} rows at ${header.layers.length} layers, ${answers.length} answers in ${directory}\n`);
    }),
};
