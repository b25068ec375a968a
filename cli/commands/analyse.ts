import { PlumblineError } from '../../core/errors.ts';
import { isReadSelection, READ_SELECTION_NAMES, type ReadSelection } from '../../core/artifacts/hidden-states.ts';
import { analyseStates, STORED_ANALYSES } from '../../study/analyse-states.ts';
import type { Command } from '../exit-codes.ts';
import { jsonOption, seedOption } from '../options.ts';
import { runCommand } from '../run-command.ts';
import { table } from '../table.ts';

interface Options {
  states: string[];
  set: string[];
  analysis?: string[];
  selection?: ReadSelection;
  layers?: string[];
  out: string;
  seed: number;
  list: boolean;
  json: boolean;
}

export const analyseCommand: Command<Options> = {
  command: 'analyse [states..]',
  aliases: ['analyze'],
  describe: 'probes, geometry, similarity, erasure and behavioural lenses over stored states and answers',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('states', {
        type: 'string',
        array: true,
        default: [],
        describe:
          'folders of hidden states (extract, import); the first is analysed, others serve comparisons, transfer and controls',
      })
      .option('set', {
        type: 'string',
        array: true,
        default: [],
        describe: 'the set of each folder, in the same order; one for all if given once',
      })
      .option('analysis', {
        alias: 'a',
        type: 'string',
        array: true,
        describe: 'names, as --list prints them; default all that apply',
      })
      .option('selection', {
        type: 'string',
        describe: `token position: ${READ_SELECTION_NAMES}; default the last prompt token, else the objects’ patches`,
        coerce: (selection: string): ReadSelection => {
          if (!isReadSelection(selection))
            throw new Error(`--selection: one of ${READ_SELECTION_NAMES} is needed, got ${selection}`);
          return selection;
        },
      })
      .option('layers', {
        type: 'string',
        array: true,
        describe: 'names of layers; default all that hold the selection',
      })
      .option('out', { type: 'string', default: 'results', describe: 'folder for NAME.json and its tables NAME….csv' })
      .option('seed', seedOption)
      .option('list', { type: 'boolean', default: false, describe: 'list the analyses, and stop' })
      .option('json', jsonOption)
      .example('$0 analyse runs/demo/states/A/SET --set runs/demo/sets/SET -a mdl erasure', 'two analyses'),
  handler: ({ states, set, analysis, selection, layers, out, seed, list, json }) =>
    runCommand(async ({ onProgress, signal }) => {
      if (list) {
        if (json) {
          const listed = STORED_ANALYSES.map(({ name, version, reads, title }) => ({ name, version, reads, title }));
          process.stdout.write(`${JSON.stringify({ analyses: listed })}\n`);
          return;
        }
        process.stdout.write(
          table(
            STORED_ANALYSES.map(({ name, reads, title }) => [name, reads, title]),
            '',
          ),
        );
        return;
      }
      if (set.length !== 1 && set.length !== states.length)
        throw new PlumblineError('bad-option', `${states.length} folders of states and ${set.length} sets`, {
          hint: 'give one --set for all folders, or one for each, in the same order',
        });
      const inputs = states.map((folder, i) => ({ states: folder, set: set.length === 1 ? set[0] : set[i] }));
      const { done, skipped } = await analyseStates({
        inputs,
        out,
        seed,
        names: analysis,
        selection,
        layers,
        onProgress,
        signal,
      });
      if (json)
        process.stdout.write(
          `${JSON.stringify({ results: done.map(({ name, file, result }) => ({ name, file, result })), skipped })}\n`,
        );
      else
        process.stdout.write(
          table(
            [
              ...done.map(({ name, file }) => [name, file]),
              ...skipped.map(({ name, reason }) => [name, `skipped: ${reason}`]),
            ],
            '',
          ),
        );
    }),
};
