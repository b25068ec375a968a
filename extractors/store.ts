/**
 * The folder that an extraction fills: shards as they are finished, then answers and index, and `states.json` last.
 *
 * Several processes may fill one folder, on one machine or on many. There is no lock: whether its owner still runs
 * can't be told across machines, nor after a crash, and a lock that outlives its owner stops everybody. Instead each
 * shard is written whole under a temporary name and renamed, carries the key of its extraction, and holds the same
 * bytes whoever writes it; the folder is declared finished when all shards of the key are there; and reading refuses
 * shards of another key.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Answer, answerSchema } from '../core/artifacts/answers.ts';
import {
  type HiddenStates,
  type Layer,
  type Selection,
  type StatesHeader,
  type StateType,
  statesHeaderSchema,
} from '../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../core/errors.ts';
import { removeStaleTemporaries, writeJsonAtomic } from '../core/formats/atomic.ts';
import { fileError } from '../core/formats/file-errors.ts';
import { HALF_MAX, toHalves } from '../core/formats/half.ts';
import {
  INDEX_FILE,
  openHiddenStates,
  SHARD_KEY,
  shardFile,
  shardRows,
  STATES_FILE,
  tensorName,
} from '../core/formats/hidden-states.ts';
import { readJson } from '../core/formats/json.ts';
import { parseJsonl, readJsonl, writeJsonl } from '../core/formats/jsonl.ts';
import { readSafetensorsHeader, type TensorToWrite, writeSafetensors } from '../core/formats/safetensors.ts';

export const ANSWERS_FILE = 'answers.jsonl';
const ANSWERS = 'plumbline.answers';
const SHARD = /^states-\d+\.safetensors$/;

/** Rows of one shard, layer by layer. */
export interface ShardData {
  readonly rows: number;
  /** Tensor name (`LAYER@SELECTION`) → values [rows, width]. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
  readonly answers: readonly Answer[];
}

/** How values can be written; bfloat16 keeps too few digits to write, and is only read. */
export const WRITTEN_TYPES = ['float32', 'float16'] as const satisfies readonly StateType[];
export type WrittenType = (typeof WRITTEN_TYPES)[number];

/**
 * Writes a shard, atomically. Its answers travel in the metadata, so that a shard is whole or not there at all.
 * @throws PlumblineError `beyond-float16`, which names the layer and the row
 */
export async function writeShard(
  directory: string,
  shard: number,
  { key, dtype, rowsPerShard }: Pick<StatesHeader, 'key' | 'dtype' | 'rowsPerShard'>,
  { rows, tensors, answers }: ShardData,
): Promise<void> {
  const entries = [...tensors].map(([name, data]): TensorToWrite => {
    const shape = [rows, rows === 0 ? 0 : data.length / rows];
    if (dtype === 'float32') return { name, shape, data };
    const beyond = data.findIndex((value) => Math.abs(value) > HALF_MAX);
    if (beyond >= 0)
      throw new PlumblineError(
        'beyond-float16',
        `${name} holds ${data[beyond]} in row ${shard * rowsPerShard + Math.floor(beyond / shape[1])}; float16 ends at ${HALF_MAX}`,
        { where: join(directory, shardFile(shard)), hint: 'keep the states as float32' },
      );
    return { name, shape, data: toHalves(data), type: 'F16' };
  });
  await writeSafetensors(join(directory, shardFile(shard)), entries, {
    [SHARD_KEY]: key,
    [ANSWERS]: answers.map((answer) => JSON.stringify(answer)).join('\n'),
  });
}

/** Answers of a finished shard; null when it is not there, of another key, or damaged. */
export async function finishedShard(directory: string, shard: number, key: string): Promise<Answer[] | null> {
  const path = join(directory, shardFile(shard));
  try {
    const { metadata } = await readSafetensorsHeader(path);
    return metadata[SHARD_KEY] === key ? parseJsonl(metadata[ANSWERS] ?? '', answerSchema, path) : null;
  } catch (error) {
    if (
      error instanceof PlumblineError &&
      ['file-not-found', 'corrupt-safetensors', 'invalid-line'].includes(error.code)
    )
      return null;
    throw error;
  }
}

/** What the folder holds under this key, when it is finished; null otherwise. */
export async function finishedStates(
  directory: string,
  key: string,
): Promise<{ states: HiddenStates; answers: Answer[] } | null> {
  const header = await headerOf(directory);
  if (header?.key !== key) return null;
  const parsed = statesHeaderSchema.safeParse(header);
  if (!parsed.success) return null;
  for (const [shard] of shardRows(parsed.data).entries())
    if ((await finishedShard(directory, shard, key)) === null) return null;
  try {
    return {
      states: await openHiddenStates(directory),
      answers: await readJsonl(join(directory, ANSWERS_FILE), answerSchema),
    };
  } catch (error) {
    if (error instanceof PlumblineError && ['file-not-found', 'invalid-line', 'index-mismatch'].includes(error.code))
      return null;
    throw error;
  }
}

/** Takes away another extraction's `states.json`: the folder no longer counts as finished once it is written to. */
export async function reopenFolder(directory: string, key: string): Promise<void> {
  const path = join(directory, STATES_FILE);
  // Under the same key, another process may have finished just now, and what it wrote is right.
  if ((await headerOf(directory))?.key === key) return;
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw fileError(error, path);
  }
}

/** The header if there is one, whatever else it holds. */
async function headerOf(directory: string): Promise<{ key: string } | null> {
  return readJson(join(directory, STATES_FILE), z.looseObject({ key: z.string() })).catch((error: unknown) => {
    if (error instanceof PlumblineError && ['file-not-found', 'not-json', 'invalid-json'].includes(error.code))
      return null;
    throw error;
  });
}

/**
 * Finishes the folder when every shard of the header's key is there.
 * @param answers defaults to *those that travel with the shards*
 * @returns the answers, or null when shards are missing: other processes make them
 */
export async function finishFolder(
  directory: string,
  header: StatesHeader,
  rows: readonly { readonly item: string; readonly group: string }[],
  answers?: readonly Answer[],
): Promise<Answer[] | null> {
  const found: Answer[] = [];
  const shards = shardRows(header).length;
  for (let shard = 0; shard < shards; shard++) {
    const kept = await finishedShard(directory, shard, header.key);
    if (kept === null) return null;
    found.push(...kept);
  }
  for (const name of await readdir(directory)) {
    if (SHARD.test(name) && Number(/\d+/.exec(name)![0]) >= shards) await rm(join(directory, name), { force: true });
  }
  await removeStaleTemporaries(directory);
  await writeJsonl(
    join(directory, INDEX_FILE),
    rows.map(({ item, group }, row) => ({ row, item, group })),
  );
  await writeJsonl(join(directory, ANSWERS_FILE), answers ?? found);
  await writeJsonAtomic(join(directory, STATES_FILE), header);
  return [...(answers ?? found)];
}

const MAX_ROWS_PER_SHARD = 512;
const SHARD_BYTES = 64 << 20;
const FLOAT = 4;

/** Rows that a shard holds: 512, or fewer where they would take more than 64 MiB. */
export function rowsPerShard(
  layers: readonly Pick<Layer, 'name' | 'width'>[],
  selections: Readonly<Record<string, readonly Selection[]>>,
): number {
  const bytes = layers.reduce((sum, { name, width }) => sum + width * FLOAT * selections[name].length, 0);
  return Math.max(1, Math.min(MAX_ROWS_PER_SHARD, Math.floor(SHARD_BYTES / bytes)));
}

/** An empty tensor for every layer and selection of a shard. */
export function emptyShard(
  layers: StatesHeader['layers'],
  selections: Readonly<Record<string, readonly Selection[]>>,
  rows: number,
): Map<string, Float32Array> {
  const tensors = new Map<string, Float32Array>();
  for (const { name, width } of layers)
    for (const selection of selections[name] ?? [])
      tensors.set(tensorName(name, selection), new Float32Array(rows * width));
  return tensors;
}
