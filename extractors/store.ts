/** The folder that an extraction fills: shards as they are finished, then answers and index, and `states.json` last. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Answer, answerSchema } from '../core/artifacts/answers.ts';
import { type HiddenStates, type Selection, type StatesHeader, statesHeaderSchema } from '../core/artifacts/hidden-states.ts';
import { PlumblineError } from '../core/errors.ts';
import { removeStaleTemporaries, writeJsonAtomic } from '../core/formats/atomic.ts';
import { fileError } from '../core/formats/file-errors.ts';
import { INDEX_FILE, openHiddenStates, shardFile, shardRows, STATES_FILE, tensorName } from '../core/formats/hidden-states.ts';
import { readJson } from '../core/formats/json.ts';
import { parseJsonl, readJsonl, writeJsonl } from '../core/formats/jsonl.ts';
import { readSafetensorsHeader, writeSafetensors } from '../core/formats/safetensors.ts';

export const ANSWERS_FILE = 'answers.jsonl';
const KEY = 'plumbline.key';
const ANSWERS = 'plumbline.answers';
const SHARD = /^states-\d+\.safetensors$/;

/** Rows of one shard, layer by layer. */
export interface ShardData {
  readonly rows: number;
  /** Tensor name (`LAYER@SELECTION`) → values [rows, width]. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
  readonly answers: readonly Answer[];
}

/**
 * Writes a shard, atomically. Its answers travel in the metadata, so that a shard is whole or not there at all.
 */
export async function writeShard(directory: string, shard: number, key: string, { rows, tensors, answers }: ShardData): Promise<void> {
  const entries = [...tensors].map(([name, data]) => ({ name, shape: [rows, rows === 0 ? 0 : data.length / rows], data }));
  await writeSafetensors(join(directory, shardFile(shard)), entries, { [KEY]: key, [ANSWERS]: answers.map((answer) => JSON.stringify(answer)).join('\n') });
}

/** Answers of a finished shard; null when it is not there, of another key, or damaged. */
export async function finishedShard(directory: string, shard: number, key: string): Promise<Answer[] | null> {
  const path = join(directory, shardFile(shard));
  try {
    const { metadata } = await readSafetensorsHeader(path);
    return metadata[KEY] === key ? parseJsonl(metadata[ANSWERS] ?? '', answerSchema, path) : null;
  } catch (error) {
    if (error instanceof PlumblineError && ['file-not-found', 'corrupt-safetensors', 'invalid-line'].includes(error.code)) return null;
    throw error;
  }
}

/** What the folder holds under this key, when it is finished; null otherwise. */
export async function finishedStates(directory: string, key: string): Promise<{ states: HiddenStates; answers: Answer[] } | null> {
  const header = await readJson(join(directory, STATES_FILE), z.looseObject({ key: z.string() })).catch((error: unknown) => {
    if (error instanceof PlumblineError && ['file-not-found', 'not-json', 'invalid-json'].includes(error.code)) return null;
    throw error;
  });
  if (header?.key !== key) return null;
  const parsed = statesHeaderSchema.safeParse(header);
  if (!parsed.success) return null;
  for (const [shard] of shardRows(parsed.data).entries()) if ((await finishedShard(directory, shard, key)) === null) return null;
  try {
    return { states: await openHiddenStates(directory), answers: await readJsonl(join(directory, ANSWERS_FILE), answerSchema) };
  } catch (error) {
    if (error instanceof PlumblineError && ['file-not-found', 'invalid-line', 'index-mismatch'].includes(error.code)) return null;
    throw error;
  }
}

/** Takes away `states.json`, so that the folder no longer counts as finished while it is written to. */
export async function reopenFolder(directory: string): Promise<void> {
  try {
    await rm(join(directory, STATES_FILE), { force: true });
  } catch (error) {
    throw fileError(error, join(directory, STATES_FILE));
  }
}

/** Writes answers and index, removes shards of earlier extractions, and declares the folder finished. */
export async function finishFolder(directory: string, header: StatesHeader, rows: readonly { readonly item: string; readonly group: string }[], answers: readonly Answer[]): Promise<void> {
  const shards = shardRows(header).length;
  for (const name of await readdir(directory)) {
    if (SHARD.test(name) && Number(/\d+/.exec(name)![0]) >= shards) await rm(join(directory, name), { force: true });
  }
  await removeStaleTemporaries(directory);
  await writeJsonl(join(directory, INDEX_FILE), rows.map(({ item, group }, row) => ({ row, item, group })));
  await writeJsonl(join(directory, ANSWERS_FILE), answers);
  await writeJsonAtomic(join(directory, STATES_FILE), header);
}

/** An empty tensor for every layer and selection of a shard. */
export function emptyShard(layers: StatesHeader['layers'], selections: ReadonlyMap<string, readonly Selection[]>, rows: number): Map<string, Float32Array> {
  const tensors = new Map<string, Float32Array>();
  for (const { name, width } of layers) for (const selection of selections.get(name) ?? []) tensors.set(tensorName(name, selection), new Float32Array(rows * width));
  return tensors;
}
