/** Reads the hidden-states artifact (see `artifacts/hidden-states.ts` for the layout). */
import { join } from 'node:path';
import { z } from 'zod';
import {
  type HiddenStates,
  type Selection,
  type StatesHeader,
  statesHeaderSchema,
} from '../artifacts/hidden-states.ts';
import { PlumblineError } from '../errors.ts';
import { readJson } from './json.ts';
import { readJsonl } from './jsonl.ts';
import { readFloats, readSafetensorsHeader, type SafetensorsHeader } from './safetensors.ts';

export const STATES_FILE = 'states.json';
export const INDEX_FILE = 'index.jsonl';
/** Metadata of a shard: the key of the extraction that it belongs to. */
export const SHARD_KEY = 'plumbline.key';

export const indexSchema = z.object({ row: z.number().int().nonnegative(), item: z.string(), group: z.string() });

/** File name of shard `i`, which holds the rows from `i · rowsPerShard` on. */
export function shardFile(i: number): string {
  return `states-${String(i).padStart(5, '0')}.safetensors`;
}

/** Number of rows in each shard. */
export function shardRows(header: Pick<StatesHeader, 'rows' | 'rowsPerShard'>): number[] {
  const shards = Math.ceil(header.rows / header.rowsPerShard);
  return Array.from({ length: shards }, (_, i) => Math.min(header.rowsPerShard, header.rows - i * header.rowsPerShard));
}

/** Name of the tensor that holds a layer's rows for a selection. */
export function tensorName(layer: string, selection: Selection): string {
  return `${layer}@${selection}`;
}

/**
 * Opens a folder of hidden states; rows are read when asked for.
 * @throws PlumblineError when the folder holds none, or they are incomplete or damaged
 */
export async function openHiddenStates(directory: string): Promise<HiddenStates> {
  const header = await readJson(join(directory, STATES_FILE), statesHeaderSchema);
  const index = await readJsonl(join(directory, INDEX_FILE), indexSchema);
  const broken = index.length !== header.rows ? index.length : index.findIndex(({ row }, i) => row !== i);
  if (broken >= 0)
    throw new PlumblineError(
      'index-mismatch',
      `its rows don't match ${STATES_FILE} (${index.length} lines for ${header.rows} rows, or out of order)`,
      { where: join(directory, INDEX_FILE), hint: 'extract the hidden states again' },
    );
  const headers = new Map<number, Promise<SafetensorsHeader>>();
  const layers = new Map(header.layers.map((layer) => [layer.name, layer]));
  const has = (layer: string, selection: Selection): boolean =>
    layers.has(layer) && (header.selections[layer]?.includes(selection) ?? false);
  return {
    header,
    items: index.map(({ item }) => item),
    has,
    async read(layer, selection) {
      if (!has(layer, selection)) {
        const held = layers.has(layer)
          ? `this layer has ${header.selections[layer]?.join(', ') ?? 'none'}`
          : `layers are ${[...layers.keys()].join(', ')}`;
        throw new PlumblineError('states-not-held', `no hidden states of ${layer} at ${selection}: ${held}`, {
          where: directory,
          hint: 'extract with this layer and selection',
        });
      }
      const { width } = layers.get(layer)!;
      const data = new Float32Array(header.rows * width);
      const name = tensorName(layer, selection);
      let row = 0;
      for (const [i, rows] of shardRows(header).entries()) {
        const path = join(directory, shardFile(i));
        let head = headers.get(i);
        if (head === undefined) {
          head = readSafetensorsHeader(path);
          headers.set(i, head);
        }
        const { tensors, metadata } = await head;
        // Shards made elsewhere may carry no key.
        if (Object.hasOwn(metadata, SHARD_KEY) && metadata[SHARD_KEY] !== header.key)
          throw new PlumblineError('shard-mismatch', `this shard belongs to another extraction than ${STATES_FILE}`, {
            where: path,
            hint: 'two different extractions wrote into this folder: run one of them again, or give each its own folder',
          });
        const shape = tensors.get(name)?.shape;
        if (shape?.length !== 2 || shape[0] !== rows || shape[1] !== width)
          throw new PlumblineError(
            'shard-mismatch',
            `${name} has the shape [${shape?.join(', ') ?? ''}], expected [${rows}, ${width}]`,
            { where: path, hint: 'extract the hidden states again' },
          );
        await readFloats(path, name, await head, data.subarray(row * width, (row + rows) * width));
        row += rows;
      }
      return { data, rows: header.rows, cols: width };
    },
  };
}
