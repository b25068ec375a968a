/**
 * Dense patch states on disk: a folder with `dense.json` and safetensors shards that hold, for a few pictures, one
 * tensor [pictures, P, d] a layer. Read one picture and layer at a time, so that memory stays small however many there
 * are.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { type DensePatches, gridSchema, patchPlacementSchema, PIXELS } from '../artifacts/dense-patches.ts';
import { layerSchema } from '../artifacts/hidden-states.ts';
import { PlumblineError } from '../errors.ts';
import { writeJsonAtomic } from './atomic.ts';
import { readJson } from './json.ts';
import { openSafetensors, readSafetensorsHeader, type TensorToWrite, writeSafetensors } from './safetensors.ts';

export const DENSE_FILE = 'dense.json';
const KEY = 'plumbline.key';

export const denseHeaderSchema = z.object({
  format: z.literal('plumbline-dense-patches'),
  version: z.literal(1),
  /** Content key: checkpoint, pictures, layers and code version. */
  key: z.string(),
  checkpoint: z.object({ name: z.string(), hash: z.string() }),
  set: z.object({ name: z.string(), hash: z.string() }),
  grid: gridSchema,
  layers: z.array(layerSchema),
  /** Layers that were left out, since their patches are not those of this grid. */
  otherGrids: z.array(z.string()),
  /** Numbers of a patch in the pseudo-layer `pixels`. */
  pixels: z.number().int(),
  picturesPerShard: z.number().int().positive(),
  /** In the order of the shards. */
  pictures: z.array(z.object({ image: z.string(), placement: patchPlacementSchema })),
});
export type DenseHeader = z.infer<typeof denseHeaderSchema>;

const shardFile = (i: number): string => `dense-${String(i).padStart(5, '0')}.safetensors`;

/** Writes shard `i`: values [pictures, P, d] by layer, `pixels` among them. */
export async function writeDenseShard(
  directory: string,
  i: number,
  key: string,
  grid: { rows: number; columns: number },
  pictures: number,
  layers: ReadonlyMap<string, Float32Array>,
): Promise<void> {
  const patches = grid.rows * grid.columns;
  const tensors = [...layers].map(([name, data]): TensorToWrite => ({
    name,
    shape: [pictures, patches, data.length / (pictures * patches)],
    data,
  }));
  await writeSafetensors(join(directory, shardFile(i)), tensors, { [KEY]: key });
}

/** Whether shard `i` of this key is there and whole. */
export async function hasDenseShard(directory: string, i: number, key: string): Promise<boolean> {
  try {
    return (await readSafetensorsHeader(join(directory, shardFile(i)))).metadata[KEY] === key;
  } catch (error) {
    if (error instanceof PlumblineError && ['file-not-found', 'corrupt-safetensors'].includes(error.code)) return false;
    throw error;
  }
}

/** Declares a folder whole; written last. */
export async function writeDenseHeader(directory: string, header: DenseHeader): Promise<void> {
  await writeJsonAtomic(join(directory, DENSE_FILE), header);
}

/**
 * Opens a folder of dense patch states; nothing is read until asked for.
 * @throws PlumblineError `file-not-found`, `invalid-json`
 */
export async function openDensePatches(directory: string): Promise<DensePatches & { readonly header: DenseHeader }> {
  const header = await readJson(join(directory, DENSE_FILE), denseHeaderSchema);
  const position = new Map(header.pictures.map(({ image }, i) => [image, i]));
  const widths = new Map([
    ...header.layers.map(({ name, width }): [string, number] => [name, width]),
    [PIXELS, header.pixels],
  ]);
  const place = (image: string): number => {
    const i = position.get(image);
    if (i === undefined)
      throw new PlumblineError('picture-not-held', `no patch states of ${image}`, {
        where: directory,
        hint: 'extract the states of this set again',
      });
    return i;
  };
  return {
    header,
    layers: [...widths.keys()],
    placement: (image) => header.pictures[place(image)].placement,
    async read(layer, image) {
      const i = place(image);
      const width = widths.get(layer);
      if (width === undefined)
        throw new PlumblineError(
          'states-not-held',
          `no patch states of ${layer}: layers are ${[...widths.keys()].join(', ')}`,
          { where: directory, hint: 'extract with this layer' },
        );
      const shard = Math.floor(i / header.picturesPerShard);
      const path = join(directory, shardFile(shard));
      const patches = header.grid.rows * header.grid.columns;
      const pictures = Math.min(header.picturesPerShard, header.pictures.length - shard * header.picturesPerShard);
      const file = await openSafetensors(path);
      try {
        const array = file.arrays.find(({ name }) => name === layer);
        if (file.metadata[KEY] !== header.key || array?.shape.join() !== [pictures, patches, width].join())
          throw new PlumblineError(
            'shard-mismatch',
            `${layer} has the shape [${array?.shape.join(', ') ?? ''}], expected [${pictures}, ${patches}, ${width}] of the same extraction`,
            { where: path, hint: 'extract the states again' },
          );
        const data = new Float32Array(patches * width);
        await array.read((i % header.picturesPerShard) * data.length, data);
        return { data, rows: patches, cols: width };
      } finally {
        await file.close();
      }
    },
  };
}
