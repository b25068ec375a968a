import { basename, join, resolve } from 'node:path';
import { readContrastSet } from '../../contrast-sets/index.ts';
import { isSelection, SELECTION_NAMES, type Selection } from '../../core/artifacts/hidden-states.ts';
import { readIntervention } from '../../core/artifacts/intervention.ts';
import {
  type Checkpoint,
  type Device,
  extract,
  extractShare,
  openCheckpoint,
  type Share,
  withTaps,
  withUntrained,
  WRITTEN_TYPES,
  type WrittenType,
} from '../../extractors/index.ts';
import type { Command } from '../exit-codes.ts';
import { deviceOption, jsonOption, modelOption, tapsOption, wholeNumber } from '../options.ts';
import { type CommandContext, runCommand } from '../run-command.ts';

interface Options {
  checkpoint: string;
  set: string;
  out?: string;
  layers?: string[];
  selections?: Selection[];
  dtype: WrittenType;
  shard?: Share;
  rowsPerShard?: number;
  intervene?: string;
  model?: string;
  taps?: string[];
  untrained?: number;
  device: Device;
  json: boolean;
}

/** `2/8` → the second of eight shares. */
function parseShare(value: string | undefined): Share | undefined {
  if (value === undefined) return undefined;
  const [, index, of] = /^(\d{1,6})\/(\d{1,6})$/.exec(value) ?? [];
  const share = { index: Number(index), of: Number(of) };
  if (index === undefined || share.index < 1 || share.index > share.of)
    throw new Error(`--shard: I/N with I from 1 to N is needed, e.g. 2/8, got ${value}`);
  return share;
}

function parseSelections(values: string[] | undefined): Selection[] | undefined {
  return values?.map((value) => {
    if (isSelection(value)) return value;
    throw new Error(`--selections: ${value} is none; there are ${SELECTION_NAMES}`);
  });
}

function parseRows(value: number | undefined): number | undefined {
  if (value !== undefined && (!Number.isSafeInteger(value) || value < 1))
    throw new Error(`--rows-per-shard: a whole number from 1 up is needed, got ${value}`);
  return value;
}

export const extractCommand: Command<Options> = {
  command: 'extract <checkpoint>',
  describe: 'read hidden states and answers of a contrast set',
  exitCodes: {},
  builder: (yargs) =>
    yargs
      .positional('checkpoint', {
        type: 'string',
        demandOption: true,
        describe: 'folder in the Hugging Face layout with onnx/ inside, or an .onnx file with its plumbline.yaml',
      })
      .option('set', { type: 'string', demandOption: true, describe: 'folder of a contrast set' })
      .option('out', { type: 'string', describe: 'folder of the hidden states; default states/CHECKPOINT/SET' })
      .option('layers', {
        type: 'string',
        array: true,
        describe: 'names of layers, as `inspect` prints them; default all',
      })
      .option('selections', {
        type: 'string',
        array: true,
        coerce: parseSelections,
        describe: `token positions: ${SELECTION_NAMES}; default what a layer usually has`,
      })
      .option('dtype', {
        choices: WRITTEN_TYPES,
        default: 'float32' as const,
        describe: 'how values are stored; float16 is refused where one is beyond 65,504',
      })
      .option('shard', {
        type: 'string',
        coerce: parseShare,
        describe: 'do one share only, I/N; run all N with the same --out, in any order, on any machines',
      })
      .option('rows-per-shard', {
        type: 'number',
        coerce: parseRows,
        describe: 'rows of a shard, the least that a share does; default 512, or what fits into 64 MiB',
      })
      .option('intervene', {
        type: 'string',
        describe:
          'an intervention file (NAME.json): adds, replaces or projects out at layers and tokens while the model runs',
      })
      .option('device', deviceOption)
      .option('model', modelOption)
      .option('taps', tapsOption)
      .option('untrained', {
        type: 'number',
        coerce: (value: number): number => wholeNumber('--untrained', value, 0),
        describe: 'the untrained control: read a copy whose weights are in another order, drawn from this seed',
      })
      .option('json', jsonOption)
      .example('$0 extract CHECKPOINT --set SET --out OUT --shard $SLURM_ARRAY_TASK_ID/16', 'one task of an array job'),
  handler: ({ checkpoint: path, model, taps, untrained, ...options }) =>
    runCommand(async (context) => {
      const read = (checkpoint: Checkpoint): Promise<void> =>
        readSet(taps === undefined ? checkpoint : withTaps(checkpoint, taps), options, context);
      const checkpoint = await openCheckpoint(path, { model });
      await (untrained === undefined ? read(checkpoint) : withUntrained(checkpoint, untrained, read));
    }),
};

type ReadOptions = Omit<Options, 'checkpoint' | 'model' | 'taps' | 'untrained'>;

async function readSet(
  checkpoint: Checkpoint,
  { set: setPath, out, layers, selections, dtype, shard, rowsPerShard, intervene, device, json }: ReadOptions,
  { onProgress, signal }: CommandContext,
): Promise<void> {
  const set = await readContrastSet(setPath);
  const intervention = intervene === undefined ? undefined : await readIntervention(intervene);
  const directory =
    out ??
    join(
      'states',
      checkpoint.name,
      basename(resolve(setPath)),
      ...(intervention === undefined ? [] : [intervention.header.name]),
    );
  const options = {
    checkpoint,
    set,
    directory,
    layers,
    selections,
    dtype,
    rowsPerShard,
    device,
    intervention,
    onProgress,
    signal,
  };
  const { finished, ...share } =
    shard === undefined ? { finished: await extract(options) } : await extractShare(options, shard);
  if (finished === null) {
    if (json) process.stdout.write(`${JSON.stringify({ states: directory, ...share, finished: false })}\n`);
    else
      process.stdout.write(`share ${shard!.index}/${shard!.of} done in ${directory}; other shares are missing there\n`);
    return;
  }
  const { states, answers, reused } = finished;
  const { header } = states;
  if (json)
    process.stdout.write(
      `${JSON.stringify({ states: directory, key: header.key, checkpoint: header.checkpoint, set: header.set, dtype: header.dtype, rows: header.rows, layers: header.layers, selections: header.selections, answers: answers.length, ...share, finished: true, reused })}\n`,
    );
  else
    process.stdout.write(
      `${reused ? 'already there' : 'read'}: ${header.rows} rows at ${header.layers.length} layers, ${answers.length} answers in ${directory}\n`,
    );
}
