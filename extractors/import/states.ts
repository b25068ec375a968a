/**
 * Hidden states dumped elsewhere become an ordinary hidden-states folder: rows matched to the set by item id, layers
 * named, every value checked.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Answer, answerSchema } from '../../core/artifacts/answers.ts';
import { type ContrastSet, itemsOf } from '../../core/artifacts/contrast-set.ts';
import {
  type HiddenStates,
  type Layer,
  type Selection,
  type StatesHeader,
} from '../../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../../core/errors.ts';
import { hashFile, hashValue } from '../../core/formats/hash.ts';
import { openHiddenStates, shardRows, tensorName } from '../../core/formats/hidden-states.ts';
import { readJsonl } from '../../core/formats/jsonl.ts';
import type { OnProgress } from '../../core/progress.ts';
import {
  ANSWERS_FILE,
  emptyShard,
  finishedShard,
  finishedStates,
  finishFolder,
  reopenFolder,
  rowsPerShard,
  writeShard,
  type WrittenType,
} from '../store.ts';
import { type ArrayFile, openArrayFile } from './arrays.ts';
import { type Block, collectBlocks, type LayerBlocks } from './blocks.ts';
import { matchIds, readIdsFile } from './ids.ts';
import { describeLayers, type ImportNorm } from './layers.ts';

/** Raised when imported rows come out differently. */
const IMPORT_VERSION = 1;

export interface ImportStatesOptions {
  /** safetensors, npz or npy files. */
  readonly files: readonly string[];
  readonly set: ContrastSet;
  /** Folder of the hidden states; made when missing. */
  readonly directory: string;
  /** Name of the checkpoint; defaults to *the first file's name*. */
  readonly name?: string;
  /** Layers' names, in the order of the arrays; defaults to *what the arrays are called*. */
  readonly layers?: readonly string[];
  /**
   * A file of item ids in the order of the rows, or the key under which the files hold them; defaults to *the key
   * `ids`*.
   */
  readonly ids?: string;
  /** Token position of arrays that don't say one; defaults to *last*. */
  readonly selection?: Selection;
  /** Part of the model, for arrays that don't say one; defaults to *text*, for `cls` and `image` to *vision*. */
  readonly part?: Layer['part'];
  /** How the states relate to the final norm; defaults to *unknown*. */
  readonly norm?: ImportNorm;
  /** How values are stored; defaults to *float32*. */
  readonly dtype?: WrittenType;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

export interface ImportedStates {
  readonly states: HiddenStates;
  /** Whether everything was there already. */
  readonly reused: boolean;
}

/**
 * Imports hidden states of all items of a set: one array a layer [n, d], or one of all layers [L, n, d].
 * Answers that lie in the folder already are kept when they fit the set.
 * @throws PlumblineError `missing-ids`, `unknown-ids`, `duplicate-ids`, `ids-not-given`, `unnamed-layer`,
 * `shape-mismatch`, `not-finite` (by layer and item), and those of the readers in `core/formats`
 */
export async function importHiddenStates(options: ImportStatesOptions): Promise<ImportedStates> {
  const {
    files: paths,
    set,
    directory,
    dtype = 'float32',
    selection = 'last',
    norm = 'unknown',
    onProgress,
    signal,
  } = options;
  const part = options.part ?? (selection === 'cls' || selection === 'image' ? 'vision' : 'text');
  if (paths.length === 0)
    throw new PlumblineError('no-files', 'no file to import', { hint: 'name safetensors, npz or npy files' });
  const items = itemsOf(set);
  const name = options.name ?? basename(paths[0]).replace(/\.[^.]+$/, '');
  if (name === '' || /[/\\\0]/.test(name) || name === '.' || name === '..')
    throw new PlumblineError('bad-name', `\`${name}\` is no name for a checkpoint: it becomes a folder of a run`, {
      hint: 'give a name without slashes (--name)',
    });
  await mkdir(directory, { recursive: true });
  const files: ArrayFile[] = [];
  try {
    for (const path of paths) files.push(await openArrayFile(path, directory));
    const sharedIds = options.ids !== undefined && existsSync(options.ids) ? await readIdsFile(options.ids) : null;
    const blocks = await collectBlocks(files, { sharedIds, idsFrom: options.ids ?? 'ids', layers: options.layers });
    const { layers, selections, keys } = describeLayers(
      blocks.map(({ named }) => named),
      { part, norm, selection },
    );
    const imported = await Promise.all(
      paths.map(async (path) => ({ file: basename(path), hash: await hashFile(path, signal) })),
    );
    const ids = items.map(({ item }) => item);
    const sources = blocks.map((block) => rowSources(block, ids));
    const key = hashValue({
      import: IMPORT_VERSION,
      imported,
      set: set.header.hash,
      layers,
      selections,
      dtype,
      rows: sources.map((rows) => hashValue(rows.map(({ block, row }) => [block.file, row]))),
    });
    const known = await finishedStates(directory, key);
    if (known !== null) return { states: known.states, reused: true };
    const header: StatesHeader = {
      format: 'plumbline-hidden-states',
      version: 1,
      key,
      dtype,
      checkpoint: { name, hash: hashValue(imported) },
      set: { name: set.header.name, hash: set.header.hash },
      rows: items.length,
      rowsPerShard: rowsPerShard(layers, selections),
      layers: [...layers],
      selections,
      imported,
    };
    const answers = await keptAnswers(directory, ids);
    await reopenFolder(directory, key);
    let done = 0;
    for (const [shard, rows] of shardRows(header).entries()) {
      signal?.throwIfAborted();
      const tensors = emptyShard(header.layers, selections, rows);
      const from = shard * header.rowsPerShard;
      if ((await finishedShard(directory, shard, key)) === null) {
        for (const [i, { layer, selection: held }] of keys.entries())
          await fillRows(
            tensors.get(tensorName(layer, held))!,
            sources[i].slice(from, from + rows),
            blocks[i].named.width,
            `${layer}@${held}`,
            ids.slice(from, from + rows),
          );
        await writeShard(directory, shard, header, { rows, tensors, answers: [] });
      }
      done += rows;
      onProgress?.({ stage: `import ${name}`, done, total: items.length, unit: 'items' });
    }
    if ((await finishFolder(directory, header, items, answers)) === null)
      throw new PlumblineError(
        'folder-in-use',
        'another process wrote other hidden states into this folder at the same time',
        { where: directory, hint: 'give each its own folder, and import again' },
      );
    return { states: await openHiddenStates(directory), reused: false };
  } finally {
    for (const file of files) await file.close();
  }
}

interface RowSource {
  readonly block: Block;
  readonly row: number;
}

/** Where each item's row lies; blocks of one layer hold different rows. */
function rowSources({ named, blocks }: LayerBlocks, items: readonly string[]): RowSource[] {
  const all = blocks.flatMap((block) => block.ids.map((_, row) => ({ block, row })));
  const where =
    blocks.length === 1
      ? `${blocks[0].file}:${named.tensor}`
      : `${named.tensor} in ${blocks.map(({ file }) => file).join(', ')}`;
  return matchIds(
    blocks.flatMap(({ ids }) => ids),
    items,
    where,
  ).map((place) => all[place]);
}

/** Reads rows into place, neighbours at once, and refuses what is not finite. */
async function fillRows(
  target: Float32Array,
  sources: readonly RowSource[],
  width: number,
  layer: string,
  items: readonly string[],
): Promise<void> {
  for (let i = 0; i < sources.length;) {
    const { block, row } = sources[i];
    let end = i + 1;
    while (end < sources.length && sources[end].block === block && sources[end].row === row + end - i) end++;
    const values = target.subarray(i * width, end * width);
    await block.array.read(block.offset + row * width, values);
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) {
      const at = Math.floor(bad / width);
      throw new PlumblineError('not-finite', `${layer} holds ${values[bad]} in the row of ${items[i + at]}`, {
        where: `${block.array.where}, row ${row + at}`,
        hint: 'the model overflowed there, or float64 values are beyond float32: dump again in float32',
      });
    }
    i = end;
  }
}

/** Answers in the folder that are exactly those of the items; empty otherwise. */
async function keptAnswers(directory: string, items: readonly string[]): Promise<Answer[]> {
  const path = join(directory, ANSWERS_FILE);
  if (!existsSync(path)) return [];
  const answers = await readJsonl(path, answerSchema).catch(() => []);
  return answers.length === items.length && answers.every(({ item }, i) => item === items[i]) ? answers : [];
}
