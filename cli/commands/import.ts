import { join } from 'node:path';
import { readContrastSet } from '../../contrast-sets/index.ts';
import { SELECTIONS, type Layer, type Selection } from '../../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../../core/errors.ts';
import {
  IMPORT_NORMS,
  importAnswers,
  importHiddenStates,
  type ImportNorm,
  WRITTEN_TYPES,
  type WrittenType,
} from '../../extractors/index.ts';
import type { Command } from '../exit-codes.ts';
import { jsonOption } from '../options.ts';
import { runCommand } from '../run-command.ts';

interface Options {
  files: string[];
  set: string;
  out: string;
  name?: string;
  layers?: string[];
  ids?: string;
  selection?: Selection;
  part?: Layer['part'];
  norm: ImportNorm;
  dtype: WrittenType;
  answers?: string;
  json: boolean;
}

export const importCommand: Command<Options> = {
  command: 'import [files..]',
  describe: 'take hidden states or answers that were computed elsewhere, e.g. in PyTorch',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('files', {
        type: 'string',
        array: true,
        default: [],
        describe: 'safetensors, npz or npy: one array a layer [items, width], or [layers, items, width]',
      })
      .option('set', { type: 'string', demandOption: true, describe: 'folder of the contrast set that they belong to' })
      .option('out', { type: 'string', demandOption: true, describe: 'folder of the hidden states' })
      .option('name', { type: 'string', describe: "the checkpoint's name; default the first file's" })
      .option('layers', {
        type: 'string',
        array: true,
        describe:
          'names of the layers, in the order of the arrays, e.g. text.embed text.0 text.out; default what the arrays are called',
      })
      .option('ids', {
        type: 'string',
        describe:
          'item ids in the order of the rows: a JSON, JSONL, npy or text file, or the key that holds them; default the key "ids"',
      })
      .option('selection', {
        choices: SELECTIONS,
        describe: 'token position, where the arrays do not say it behind an @; default last',
      })
      .option('part', {
        choices: ['vision', 'projector', 'text'] as const,
        describe: 'part of the model, where the arrays do not say it; default text, for cls and image vision',
      })
      .option('norm', {
        choices: IMPORT_NORMS,
        default: 'unknown' as const,
        describe:
          'before: read before the final norm; after-last: the last layer after it, as in a whole hidden_states tuple',
      })
      .option('dtype', { choices: WRITTEN_TYPES, default: 'float32' as const, describe: 'how values are stored' })
      .option('answers', { type: 'string', describe: 'scores of the options: JSON, JSONL or CSV' })
      .option('json', jsonOption)
      .example(
        '$0 import dump.safetensors --set sets/p --out states/mine/p --norm after-last',
        'a dump of hidden_states, ids in its metadata',
      )
      .example(
        '$0 import --answers logits.csv --set sets/p --out states/mine/p',
        'answers alone: columns item,left,right,…',
      ),
  handler: ({ files, set: setPath, out, answers: answersFile, json, ...options }) =>
    runCommand(async ({ onProgress, signal }) => {
      if (files.length === 0 && answersFile === undefined)
        throw new PlumblineError('no-files', 'nothing to import', {
          hint: 'name files of hidden states, or --answers FILE',
        });
      const set = await readContrastSet(setPath);
      const answers =
        answersFile === undefined ? null : await importAnswers({ file: answersFile, set, directory: out });
      const imported =
        files.length === 0
          ? null
          : await importHiddenStates({ files, set, directory: out, ...options, onProgress, signal });
      const header = imported?.states.header;
      if (json)
        process.stdout.write(
          `${JSON.stringify({ states: out, key: header?.key, checkpoint: header?.checkpoint, set: { name: set.header.name, hash: set.header.hash }, rows: header?.rows, layers: header?.layers, selections: header?.selections, answers: answers?.length ?? 0, reused: imported?.reused })}\n`,
        );
      else {
        if (header !== undefined)
          process.stdout.write(
            `${imported!.reused ? 'already there' : 'imported'}: ${header.rows} rows at ${header.layers.length} layers (${header.layers.map(({ name }) => name).join(', ')}) in ${out}\n`,
          );
        if (answers !== null)
          process.stdout.write(`imported: ${answers.length} answers in ${join(out, 'answers.jsonl')}\n`);
      }
    }),
};
